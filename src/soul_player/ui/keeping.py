"""Keeping a home in sync behind the page: syncs, the matching behind them, downloads."""

import asyncio
from contextlib import AbstractContextManager
from typing import Protocol

from soul_player.client import Client, HomeLocked

# A sync or a download of another process ends sooner or later.
LOCKED_SECONDS = 0.5


class Announced(Protocol):
    """What other processes of the home find while it keeps it."""

    def announced(self) -> AbstractContextManager[None]:
        """For as long as the block lasts."""
        ...


async def keep(client: Client, local: Announced) -> None:
    """Until it is cancelled; while another process of this home syncs or downloads, it waits for its end."""
    while True:
        try:
            with client.sync.holding(), local.announced():
                await _keep(client)
        except HomeLocked:
            await asyncio.sleep(LOCKED_SECONDS)


async def _keep(client: Client) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(client.triggers.run(), name="triggers")
        tasks.create_task(client.matching.keep_up(), name="matching")
        # Rules are looked at again by this one, after each sync that brought something.
        tasks.create_task(client.downloads.run(), name="downloads")
