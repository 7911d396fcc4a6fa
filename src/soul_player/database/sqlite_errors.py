"""sqlite3's errors -> ours, at this edge and nowhere else."""

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from soul_player.database.errors import (
    DatabaseDamaged,
    DatabaseError,
    DatabaseForbidden,
    DatabaseFull,
    DatabaseUnavailable,
)

# What SQLite needs beside the database to open it at all.
_ROOM_BYTES = 64 * 1024


@contextmanager
def sqlite_errors(path: Path) -> Generator[None, None, None]:
    """sqlite3's errors -> ours. A broken constraint stays what it is: a fault of the program."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        raise _translated(error, path) from error


def _translated(error: sqlite3.DatabaseError, path: Path) -> Exception:
    name = getattr(error, "sqlite_errorname", "")
    match name.split("_")[1] if name.startswith("SQLITE_") else "":
        case "FULL":
            return DatabaseFull(f"{path}: the disk is full")
        case "NOTADB" | "CORRUPT":
            return DatabaseDamaged(f"{path}: {error}")
        # Where there is no room for its small files beside the database, SQLite only says that something went wrong.
        case "IOERR" | "CANTOPEN" if is_full(path):
            return DatabaseFull(f"{path}: the disk is full")
        case "CANTOPEN" | "READONLY" | "PERM" if not is_writable(path):
            return DatabaseForbidden(f"{path} cannot be written by this user")
        case "BUSY" | "LOCKED" | "CANTOPEN" | "IOERR" | "READONLY" | "PERM":
            return DatabaseUnavailable(f"{path}: {error}")
        case _:
            return DatabaseError(f"{path}: {error}")


def is_full(path: Path) -> bool:
    """Whether the disk under it has not even the room that SQLite needs to open it."""
    try:
        return shutil.disk_usage(path.parent).free < _ROOM_BYTES
    except OSError:
        return False


def is_writable(path: Path) -> bool:
    """Whether this user may write it, and the files that SQLite puts beside it."""
    return os.access(path.parent, os.W_OK | os.X_OK) and (
        not path.exists() or (path.is_file() and os.access(path, os.R_OK | os.W_OK))
    )
