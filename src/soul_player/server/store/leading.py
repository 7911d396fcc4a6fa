"""The one process of several that scans and keeps house: whoever holds a lock in PostgreSQL, until it dies."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.database.postgres import LOST_CONNECTION, PostgresDatabase, postgres_errors

log = logging.getLogger("soul_player.server")

# Any constant: the advisory lock of the leader among all server processes of one PostgreSQL database.
_LEADER_LOCK = 4_821_307_755_904
TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
TRY_AGAIN_SECONDS = 1.0
# A connection that died without a word (a cable, a firewall) is found out by asking.
ASK_SECONDS = 5.0
ANSWER_SECONDS = 10.0


class Told(Protocol):
    """Hears whether this process leads."""

    def __call__(self, *, is_leader: bool) -> None:
        """It does now, or does no longer."""
        ...


async def while_leading(database: Database, work: Callable[[], Awaitable[None]], *, told: Told) -> None:
    """Do the work for as long as this process leads, for ever. `told` hears whether it does.

    The only process of a SQLite database always leads.
    """
    if not isinstance(database, PostgresDatabase):
        told(is_leader=True)
        await work()
        return
    while True:
        try:
            async with database.dedicated() as connection:
                await _take_lock(connection)
                log.info("this process leads: it scans and keeps house")
                told(is_leader=True)
                await _work_until_lost(connection, work)
                log.warning("this process leads no longer: its connection to PostgreSQL was lost")
        except (DatabaseError, *LOST_CONNECTION) as error:
            # Closing a connection that is gone says so once more.
            log.info("nobody is led now: %s", error)
        finally:
            told(is_leader=False)
        await asyncio.sleep(TRY_AGAIN_SECONDS)


async def _take_lock(connection: Any) -> None:  # noqa: ANN401  # asyncpg ships no types
    with postgres_errors():
        # Waiting inside PostgreSQL would meet its limit for statements.
        while not await connection.fetchval(TRY_LOCK, _LEADER_LOCK, timeout=ANSWER_SECONDS):  # noqa: ASYNC110
            await asyncio.sleep(TRY_AGAIN_SECONDS)


async def _work_until_lost(connection: Any, work: Callable[[], Awaitable[None]]) -> None:  # noqa: ANN401  # the same
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(_run(work), name="leading")
        await _lost(connection)
        working.cancel()


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()


async def _lost(connection: Any) -> None:  # noqa: ANN401  # the same
    """Return when the connection that holds the lock is gone."""
    closed = asyncio.Event()
    connection.add_termination_listener(lambda _: closed.set())
    while not closed.is_set() and not connection.is_closed():
        try:
            async with asyncio.timeout(ASK_SECONDS):
                await closed.wait()
        except TimeoutError:
            try:
                await connection.fetchval("SELECT 1", timeout=ANSWER_SECONDS)
            except (TimeoutError, OSError, *LOST_CONNECTION):
                return
