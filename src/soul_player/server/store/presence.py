"""Which processes serve one database: whoever starts alone begins a new era (protocol, section 2, *Eras*).

A database that was restored while nothing ran cannot be told from one that was not. So each lone start is taken for
the beginning of another history; cursors that were level with the old one go on unharmed.
"""

import asyncio
import fcntl
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any

from soul_player.database.errors import DatabaseUnavailable
from soul_player.database.postgres import PostgresDatabase, postgres_errors

# Any constant: the advisory lock of all server processes of one PostgreSQL database.
_PRESENCE_LOCK = 4_821_307_755_902
SHARED_WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.05


class SqlitePresence:
    """A lock file beside the database."""

    def __init__(self, database_path: Path) -> None:
        self._path = database_path.with_name(database_path.name + ".lock")

    @asynccontextmanager
    async def join(self) -> AsyncGenerator["Joined", None]:
        """Be one of the processes; `was_alone` says whether there was no other."""
        with self._path.open("ab") as file:
            was_alone = _try_lock(file, fcntl.LOCK_EX)
            if not was_alone:
                await _lock_shared(file)
            yield Joined(was_alone, file)

    @contextmanager
    def alone(self) -> Generator[bool, None, None]:
        """Keep every other process out while the block lasts; False when one is there already."""
        with self._path.open("ab") as file:
            yield _try_lock(file, fcntl.LOCK_EX)


class Joined:
    """One process among those of a database."""

    def __init__(self, was_alone: bool, file: IO[bytes] | None = None) -> None:  # noqa: FBT001  # the one fact it holds
        self.was_alone = was_alone
        self._file = file

    async def let_others_in(self) -> None:
        """The era is minted: others may start beside this process now."""
        if self.was_alone and self._file is not None:
            await _lock_shared(self._file)

    async def lost(self) -> None:
        """Return when the lock is gone. A file's lock goes only with the process, so here: never."""
        await asyncio.Event().wait()


class PostgresPresence:
    """An advisory lock on a connection of its own; it goes when the connection does."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    @asynccontextmanager
    async def join(self) -> AsyncGenerator["PostgresJoined", None]:
        """Be one of the processes; `was_alone` says whether there was no other."""
        async with self._database.dedicated() as connection:
            yield PostgresJoined(await _joined(connection), connection)


class PostgresJoined(Joined):
    """One process among those of a PostgreSQL database."""

    def __init__(self, was_alone: bool, connection: Any) -> None:  # noqa: ANN401, FBT001  # asyncpg ships no types
        super().__init__(was_alone)
        self._connection = connection
        self._closed = asyncio.Event()
        connection.add_termination_listener(lambda _: self._closed.set())

    async def let_others_in(self) -> None:
        """Shared first, then let go of the exclusive one: at no moment is there none."""
        if self.was_alone:
            with postgres_errors():
                await self._connection.execute("SELECT pg_advisory_lock_shared($1)", _PRESENCE_LOCK)
                await self._connection.execute("SELECT pg_advisory_unlock($1)", _PRESENCE_LOCK)

    async def lost(self) -> None:
        """Return when PostgreSQL has closed the connection that holds the lock."""
        await self._closed.wait()


async def _joined(connection: Any) -> bool:  # noqa: ANN401  # asyncpg ships no types
    """Whether there was no other."""
    with postgres_errors():
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", _PRESENCE_LOCK):
            return True
        try:
            async with asyncio.timeout(SHARED_WAIT_SECONDS):
                await connection.execute("SELECT pg_advisory_lock_shared($1)", _PRESENCE_LOCK)
        except TimeoutError as error:
            raise _kept_by_another() from error
        return False


def _kept_by_another() -> DatabaseUnavailable:
    return DatabaseUnavailable("another process keeps the database locked for itself (a restore?)")


def _try_lock(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _lock_shared(file: IO[bytes]) -> None:
    try:
        async with asyncio.timeout(SHARED_WAIT_SECONDS):
            # flock has no asynchronous form, and nobody tells when it is let go.
            while not _try_lock(file, fcntl.LOCK_SH):  # noqa: ASYNC110
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError as error:
        raise _kept_by_another() from error
