"""What follows a sync: rules are looked at again and, if asked, what is new is downloaded."""

from collections.abc import Sequence
from dataclasses import replace

from soul_player.cli.downloads import fetch_queued
from soul_player.cli.output import Output
from soul_player.client import Client, Condition, SyncResult, Wish
from soul_player.protocol.times import time_text

EVERY_TRACK_AFTER = "id > :newest AND status <> 'unavailable'"


class AfterSync:
    """`downloads_new`: `soul sync --download-new`. Made before the first sync, to know what is new after it."""

    def __init__(self, client: Client, output: Output, *, downloads_new: bool, newest: int) -> None:
        self._client = client
        self._output = output
        self._downloads_new = downloads_new
        self._newest = newest

    async def run(self, results: Sequence[SyncResult], *, now_ms: int) -> list[SyncResult]:
        """The results, with the files that were downloaded from each source."""
        if any(_has_news(result) for result in results):
            # Copies whose audio is another one at its source now are queued by this.
            await self._client.downloads.rules.evaluate()
            if self._downloads_new:
                await self._ask_for_what_is_new(now_ms)
        if not self._downloads_new:
            return list(results)
        counted = await fetch_queued(self._client, self._output)
        if not counted:
            return list(results)
        names = {source.name: source.id for source in await self._client.sources.list()}
        return [replace(result, downloaded_files=counted[names[result.name]]) for result in results]

    async def _ask_for_what_is_new(self, now_ms: int) -> None:
        newest, self._newest = self._newest, await self._client.library.newest()
        if self._newest <= newest:
            return
        await self._client.downloads.ask(
            Wish(
                name=f"what was new on {time_text(now_ms)[:10]}",
                query=f"new after {newest}",
                condition=Condition(EVERY_TRACK_AFTER, {"newest": newest}),
                quality=self._client.downloads.quality,
            )
        )


def _has_news(result: SyncResult) -> bool:
    changed = result.tracks_synced + result.tracks_updated + result.tracks_deleted
    return changed + result.playlists_synced + result.pushed > 0
