"""Opening the library of a home: the file, its schema, and the indexes it owes."""

import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

from soul_player.client.library.indexes import build_indexes, indexes_are_owed
from soul_player.client.library.lock import HomeLock
from soul_player.database.access import Database
from soul_player.database.errors import DatabaseFull
from soul_player.database.migrate import migrate, read_migrations
from soul_player.database.sqlite import Runner, SqliteDatabase, open_sqlite, open_sqlite_alone

LIBRARY_FILE = "library.db"


@asynccontextmanager
async def open_library(
    home: Path, *, runner: Runner | None = None, make_room: Callable[[], int] = lambda: 0
) -> AsyncGenerator[SqliteDatabase, None]:
    """The library of this home, made if there is none. `make_room`: called when the disk has none at all; how many
    bytes of what is worth least it let go of."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)  # noqa: ASYNC240  # once, before anything else runs
    database = await _opened(home / LIBRARY_FILE, runner, make_room)
    try:
        await migrate(database, read_migrations(resources.files("soul_player.client.library") / "schema"))
        await _pay_indexes(database, home)
        yield database
    finally:
        await database.close()


async def _opened(path: Path, runner: Runner | None, make_room: Callable[[], int]) -> SqliteDatabase:
    """Without room for the small files that SQLite keeps beside it, it can still be read, by one process."""
    try:
        return await open_sqlite(path, runner=runner)
    except DatabaseFull:
        if make_room():
            with contextlib.suppress(DatabaseFull):
                return await open_sqlite(path, runner=runner)
        return await open_sqlite_alone(path)


async def _pay_indexes(database: Database, home: Path) -> None:
    """A bulk load that was cut short left them owed: they are built before anything else, by whoever may sync.

    While another process holds the lock its load goes on, and it pays at its end.
    """
    if not await database.read(indexes_are_owed):
        return
    lock = HomeLock(home)
    if lock.acquire():
        try:
            await database.write(build_indexes)
        finally:
            lock.release()
