"""What a scan or a burst of edits needed is given back to the system once the database has been quiet for a while."""

import asyncio
import ctypes
import logging
from contextlib import suppress

from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.database.sqlite import SqliteDatabase

log = logging.getLogger("soul_player.server")

# Between two looks nothing must have been written.
LOOK_SECONDS = 5.0


async def stay_small(database: Database, *, look_seconds: float = LOOK_SECONDS) -> None:
    """For ever. With a library of 100,000 tracks it is 40 of 90 MB; what is read next comes from the system's cache."""
    if not isinstance(database, SqliteDatabase):
        return
    before, shrunk = -1, -1
    while True:
        await asyncio.sleep(look_seconds)
        count = database.write_count
        if count == before != shrunk:
            try:
                await database.shrink()
            except DatabaseError as error:
                log.info("no memory was given back: %s", error)
            await asyncio.to_thread(_give_back)
            # The shrinking itself is none of the writes that are waited for.
            shrunk = database.write_count
        before = database.write_count


def _give_back() -> None:
    """glibc keeps what was freed, for itself, unless it is asked; other systems' libraries have no such thing."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
