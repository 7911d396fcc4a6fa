"""One scan at a time on one database, also between processes: `soul scan` runs beside `soul serve`."""

import asyncio
import fcntl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from soul_player.database.access import Database
from soul_player.database.errors import DatabaseUnavailable
from soul_player.database.postgres import PostgresDatabase
from soul_player.database.sqlite import SqliteDatabase

# Any constant: the advisory lock of all scans of one PostgreSQL database.
_SCAN_LOCK = 4_821_307_755_903
# The first scan of a very large library on a slow disk takes hours; longer than this, something is wrong.
WAIT_SECONDS_MAX = 12 * 3600.0
_POLL_SECONDS = 0.1


class ScanLocked(RuntimeError):
    """Another process scans, and did not come to an end."""


@asynccontextmanager
async def scan_lock(database: Database, *, wait_seconds: float = WAIT_SECONDS_MAX) -> AsyncGenerator[None, None]:
    """Wait until no other scan runs, then hold them off. Raises `ScanLocked`. A killed holder lets go of it."""
    if isinstance(database, SqliteDatabase):
        path = database.path.with_name(database.path.name + ".scan.lock")
        with _opened(path) as file:

            async def try_lock() -> bool:
                return _try(file.fileno())

            await _wait_for(try_lock, wait_seconds)
            yield
    else:
        assert isinstance(database, PostgresDatabase), database
        async with database.dedicated() as connection:

            async def try_advisory_lock() -> bool:
                return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", _SCAN_LOCK))

            await _wait_for(try_advisory_lock, wait_seconds)
            yield


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except OSError as error:
        # No descriptor is left, or the disk was taken away: a scan later may find it better.
        raise DatabaseUnavailable(f"{path}: {error.strerror or error}") from error


async def _wait_for(is_taken: Callable[[], Awaitable[bool]], wait_seconds: float) -> None:
    try:
        async with asyncio.timeout(wait_seconds):
            # Neither lock tells when it is let go; waiting inside PostgreSQL would meet its limit for statements.
            while not await is_taken():  # noqa: ASYNC110
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError as error:
        raise ScanLocked("another scan of this library did not come to an end") from error


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
