"""Keeping a home in sync behind the page: syncs, the matching behind them, rules, downloads."""

import asyncio

from soul_player.client import Client, Listener, SyncFinished, SyncResult


async def keep(client: Client) -> None:
    """Until it is cancelled. Raises `HomeLocked` when another process of this home does it."""
    with client.events.subscribe() as events:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(client.triggers.run(), name="triggers")
            tasks.create_task(client.matching.keep_up(), name="matching")
            tasks.create_task(client.downloads.run(), name="downloads")
            tasks.create_task(_follow(client, events), name="rules")


async def _follow(client: Client, events: Listener) -> None:
    """Rules are looked at again after each sync that brought something."""
    async for event in events:
        if isinstance(event, SyncFinished) and has_news(event.result):
            await client.downloads.rules.evaluate()


def has_news(result: SyncResult) -> bool:
    """Whether it changed anything that a rule may look at."""
    changed = result.tracks_synced + result.tracks_updated + result.tracks_deleted
    return changed + result.playlists_synced + result.pushed > 0
