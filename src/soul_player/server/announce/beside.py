"""What a command says that runs beside the servers of a database: look, something was committed."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.database.postgres import PostgresDatabase, postgres_errors
from soul_player.server.announce.postgres import CHANNEL, NOTIFY, NOTIFY_SECONDS

log = logging.getLogger("soul_player.server")

# Of a long scan: as often as a server that scans itself would tell.
EACH_SECONDS = 0.25
_LOOK = json.dumps({"look": True})


async def tell_servers(database: Database) -> None:
    """To look at the heads and the sessions now. Those of a SQLite database look by themselves, and soon."""
    if not isinstance(database, PostgresDatabase):
        return
    try:
        async with database.dedicated() as connection:
            with postgres_errors():
                await connection.execute(NOTIFY, CHANNEL, _LOOK, timeout=NOTIFY_SECONDS)
    except DatabaseError as error:
        # They look in a while anyway.
        log.info("the servers cannot be told: %s", error)


@asynccontextmanager
async def telling_servers(database: Database) -> AsyncGenerator[Callable[[str], None], None]:
    """What is called after each commit; the last one is told before the block is left."""
    is_news = asyncio.Event()

    async def tell() -> None:
        while True:
            await is_news.wait()
            is_news.clear()
            await tell_servers(database)
            await asyncio.sleep(EACH_SECONDS)

    try:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(tell(), name="telling the servers")
            try:
                yield lambda _: is_news.set()
            finally:
                task.cancel()
    except BaseExceptionGroup as failures:
        # The task raises nothing: it is the block's own.
        raise failures.exceptions[0] from None
    if is_news.is_set():
        await tell_servers(database)
