"""What is done once a day: old tombstones and old refresh tokens go."""

import asyncio
import logging

from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.edges import Clock
from soul_player.server.auth.tokens import REFRESH_DAYS
from soul_player.server.store.changes import PURGE_ROWS_PER_TRANSACTION, purge_tombstones, read_scopes
from soul_player.server.store.refresh_tokens import purge_tokens

log = logging.getLogger("soul_player.server")

DAY_SECONDS = 86_400.0
_DAY_MS = 86_400_000
# A purge of so many transactions goes on tomorrow.
ROUNDS_MAX = 1_000


async def keep_house(database: Database, *, clock: Clock) -> None:
    """For ever, once at the start and then daily. A database that is away is tried again the next day."""
    while True:
        try:
            await purge_once(database, clock=clock)
        except DatabaseError as error:
            log.warning("housekeeping was put off: %s", error)
        await asyncio.sleep(DAY_SECONDS)


async def purge_once(database: Database, *, clock: Clock) -> int:
    """How many tombstones went. In small transactions: nobody waits long for the writer."""
    gone = 0
    for scope in await database.read(read_scopes):
        for _ in range(ROUNDS_MAX):
            purged = await database.write(purge_tombstones, scope, now_ms=clock.now_ms())
            gone += purged
            if purged < PURGE_ROWS_PER_TRANSACTION:
                break
    await database.write(purge_tokens, issued_before=clock.now_ms() - REFRESH_DAYS * _DAY_MS)
    return gone
