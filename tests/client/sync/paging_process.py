"""`python -m tests.client.sync.paging_process HOME`: a sync that prints a line for each page it has committed."""

import asyncio
import sys
from pathlib import Path

from soul_player.client.events import Listener, SyncFinished, SyncProgress
from tests.client.clients import opened_client, sync_one


async def _sync(home: Path) -> None:
    async with opened_client(home, page_rows=20) as client:
        with client.events.subscribe() as events:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_tell(events))
                result = await sync_one(client)
        assert result.error is None, result


async def _tell(events: Listener) -> None:
    async for event in events:
        if isinstance(event, SyncProgress):
            print(event.done, flush=True)  # noqa: T201  # the test waits for it
        if isinstance(event, SyncFinished):
            return


if __name__ == "__main__":
    asyncio.run(_sync(Path(sys.argv[1])))
