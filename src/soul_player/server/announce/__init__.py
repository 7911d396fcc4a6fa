"""Telling whoever listens that a scope has moved: after the commit, as a hint, to every process."""
