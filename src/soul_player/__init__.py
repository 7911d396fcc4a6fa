"""Soul Player: an offline-first music library that spans many sources and never loses an edit."""

__version__: str


def __getattr__(name: str) -> str:
    """`__version__` is looked up when it is asked for: that takes a third of a worker process's whole start."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  # see above

        return version("soul-player")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
