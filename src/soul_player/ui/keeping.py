"""Keeping a home in sync behind the page: syncs, the matching behind them, downloads."""

import asyncio

from soul_player.client import Client


async def keep(client: Client) -> None:
    """Until it is cancelled. Raises `HomeLocked` when another process of this home does it."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(client.triggers.run(), name="triggers")
        tasks.create_task(client.matching.keep_up(), name="matching")
        # Rules are looked at again by this one, after each sync that brought something.
        tasks.create_task(client.downloads.run(), name="downloads")
