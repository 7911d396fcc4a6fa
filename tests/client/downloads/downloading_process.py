"""`python -m tests.client.downloads.downloading_process HOME`: a run of the queue in a process that a test may kill."""

import asyncio
import sys
from pathlib import Path

from tests.client.downloads.shelves import downloading_client


async def _download(home: Path) -> None:
    async with downloading_client(home) as client:
        await client.downloads.run(until_idle=True)


if __name__ == "__main__":
    asyncio.run(_download(Path(sys.argv[1])))
