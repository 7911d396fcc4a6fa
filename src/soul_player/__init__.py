"""Soul Player: an offline-first music library that spans many sources and never loses an edit."""

from importlib.metadata import version

__version__ = version("soul-player")
