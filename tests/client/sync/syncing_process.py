"""`python -m tests.client.sync.syncing_process HOME`: one sync in a process of its own, which a test may kill."""

import asyncio
import sys
from pathlib import Path

from tests.client.clients import opened_client, sync_one


async def _sync(home: Path) -> None:
    async with opened_client(home, page_rows=20) as client:
        result = await sync_one(client)
        assert result.error is None, result


if __name__ == "__main__":
    asyncio.run(_sync(Path(sys.argv[1])))
