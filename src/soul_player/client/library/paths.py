"""Paths of files on this device as they stand in a row: text, or the very bytes where those are no UTF-8."""

import os


def stored_path(path: str | bytes) -> str | bytes:
    """As the database keeps it, without a loss."""
    name = os.fsencode(path)
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name


def read_path(stored: str | bytes | None) -> str | None:
    """As the program opens it; bytes that are no UTF-8 become the system's own stand-ins."""
    return os.fsdecode(stored) if isinstance(stored, bytes) else stored


def shown_path(path: str) -> str:
    """For people: what is no text is escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
