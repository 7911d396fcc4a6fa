"""Backing a library up into one file, also while it is synced, and putting it back."""

import os
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

from soul_player.client.errors import ClientError, HomeLocked
from soul_player.client.library.lock import HomeLock
from soul_player.client.library.open import LIBRARY_FILE
from soul_player.database.errors import DatabaseError
from soul_player.database.migrate import Migration, read_migrations
from soul_player.database.sqlite_errors import sqlite_errors

IS_A_LIBRARY = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'track_sources'"


class BackupInvalid(ClientError):
    """The file is no whole library; nothing was changed."""

    code = "backup_invalid"


def library_migrations() -> list[Migration]:
    """The steps of the schema that this program knows."""
    return read_migrations(resources.files("soul_player.client.library") / "schema")


def back_up_library(home: Path, target: Path) -> None:
    """One moment of the library, whole, on the disk when this returns."""
    _copy(home / LIBRARY_FILE, target)
    _check(target)
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def restore_library(home: Path, source: Path) -> Path | None:
    """Put it in the library's place; where the former one was kept. Raises `BackupInvalid`, `HomeLocked`.

    SQLite writes the copy in one transaction: a crash leaves the former library or the restored one.
    """
    _check(source)
    lock = HomeLock(home)
    if not lock.acquire():
        raise HomeLocked(
            "this home is being synced: its library cannot be replaced now", hint="try again after the sync"
        )
    try:
        library = home / LIBRARY_FILE
        kept = None
        if library.is_file():
            kept = _free_name(library)
            _copy(library, kept)
        _copy(source, library)
    finally:
        lock.release()
    return kept


def _copy(source: Path, target: Path) -> None:
    with (
        sqlite_errors(source),
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        writing.execute("PRAGMA synchronous = FULL")
        reading.backup(writing)


def _check(file: Path) -> None:
    try:
        with (
            sqlite_errors(file),
            closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection,
        ):
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            (found,) = connection.execute(IS_A_LIBRARY).fetchone()
    except DatabaseError as error:
        raise BackupInvalid(f"{file.name} is no library of Soul Player: {error}") from error
    if verdict != "ok" or found != 1:
        raise BackupInvalid(f"{file.name} is no whole library of Soul Player ({verdict})")


def _free_name(library: Path) -> Path:
    for number in range(1, 1000):
        name = library.with_name(f"{library.name}.before-restore-{number}")
        if not name.exists():
            return name
    raise BackupInvalid(f"a thousand former libraries are kept beside {library}: remove some")
