"""Backing a SQLite store up into one file, also while it is served, and putting it back."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from soul_player.database.errors import DatabaseError
from soul_player.database.sqlite_errors import sqlite_errors
from soul_player.edges import SystemClock, SystemRandomness
from soul_player.server.config import ServerConfig
from soul_player.server.errors import BackupError
from soul_player.server.store.open import open_store
from soul_player.server.store.presence import SqlitePresence

KEPT_SUFFIX = ".before-restore"

IS_A_STORE = """
    SELECT COUNT(*)
      FROM server_secret
     WHERE name = 'server_id'
"""


def back_up(config: ServerConfig, target: Path) -> int:
    """Write the whole store into `target`, which must not exist; its size in bytes. Raises `BackupError`.

    A server may go on writing meanwhile: what is in the file is one moment of it.
    """
    database = _sqlite_path(config)
    if not database.is_file():
        raise BackupError(f"there is no store at {database} to back up")
    if target.exists():
        raise BackupError(f"{target} is there already: a backup never overwrites")
    partial = target.with_name(target.name + ".part")
    partial.unlink(missing_ok=True)
    try:
        _copy(database, partial, into_one_file=True)
        _check(partial)
        _to_disk(partial)
        # Unlike a rename, a link fails when somebody made the target meanwhile.
        os.link(partial, target)
        _to_disk(target.parent)
    except OSError as error:
        raise BackupError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def restore(config: ServerConfig, source: Path) -> Path | None:
    """Put a backup in the place of the store and begin a new era; where the former store was kept, if there was one.

    Refuses while a server runs. A crash leaves the former store or the restored one, never something between: SQLite
    writes the copy in one transaction. Raises `BackupError`.
    """
    database = _sqlite_path(config)
    _check(source)
    database.parent.mkdir(parents=True, exist_ok=True)
    with SqlitePresence(database).alone() as is_alone:
        if not is_alone:
            raise BackupError("a server is running on this store: stop it first")
        kept = None
        try:
            if database.is_file():
                kept = _free_name(database)
                _copy(database, kept, into_one_file=True)
                _to_disk(kept)
            _copy(source, database)
        except OSError as error:
            raise BackupError(f"cannot restore into {database}: {error.strerror or error}") from error
    # A crash before this is no harm: the next start finds itself alone, and begins an era for that.
    asyncio.run(_begin_era(config))
    return kept


async def _begin_era(config: ServerConfig) -> None:
    async with open_store(config.database_url, clock=SystemClock(), randomness=SystemRandomness(), new_era=True):
        pass


def _sqlite_path(config: ServerConfig) -> Path:
    url = config.database_url
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///"))
    raise BackupError(
        "this store is in PostgreSQL: back it up with pg_dump, put it back with pg_restore, and then start the server "
        "with --new-era"
    )


def _copy(source: Path, target: Path, *, into_one_file: bool = False) -> None:
    try:
        with (
            sqlite_errors(source),
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            writing.execute("PRAGMA synchronous = FULL")
            reading.backup(writing)
            if into_one_file:
                # Else whoever reads the backup makes files of SQLite's own beside it.
                writing.execute("PRAGMA journal_mode = DELETE")
    except DatabaseError as error:
        raise BackupError(f"cannot copy {source} to {target}: {error}") from error


def _check(file: Path) -> None:
    """Raise `BackupError` unless the file is a whole store of a server."""
    if not file.is_file():
        raise BackupError(f"there is no file {file}")
    try:
        with (
            sqlite_errors(file),
            closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection,
        ):
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise BackupError(f"{file} is damaged: {verdict}")
            (found,) = connection.execute(IS_A_STORE).fetchone()
    except DatabaseError as error:
        raise BackupError(f"{file} is no backup of a Soul Player server: {error}") from error
    if found != 1:
        raise BackupError(f"{file} is no backup of a Soul Player server")


def _free_name(database: Path) -> Path:
    """Where the former store is kept: nothing that was kept before is overwritten."""
    for number in range(1, 1000):
        name = database.with_name(f"{database.name}{KEPT_SUFFIX}-{number}")
        if not name.exists():
            return name
    raise BackupError(f"a thousand former stores are kept beside {database}: remove some")


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
