"""`soul sync --watch`: a process that keeps its home in sync by itself, and tells of each sync that mattered."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import asdict, replace
from typing import Any

from soul_player.cli.after_sync import AfterSync
from soul_player.cli.interrupts import interrupts
from soul_player.cli.local_port import HOST, PORT, bound_to_any, first_error
from soul_player.cli.output import Output
from soul_player.cli.sync_results import has_news, result_line
from soul_player.client import Client, ClientError, Listener, SourceId, SyncFinished, SyncResult, SyncStatus
from soul_player.ui import serving


class Watch:
    """Tells of what changed something, and of sources that come and go."""

    def __init__(self, client: Client, output: Output, after: AfterSync, *, downloads_new: bool) -> None:
        self._client = client
        self._output = output
        self._after = after
        self._downloads_new = downloads_new
        self._latest: dict[str, SyncResult] = {}

    async def run(self, source_ids: Sequence[SourceId] | None, results: Sequence[SyncResult]) -> Sequence[SyncResult]:
        """Until Ctrl-C or SIGTERM; the last result of each source. `results`: of the sync that was before."""
        # Before anything is told: whoever reads it may answer with Ctrl-C at once.
        with interrupts() as interrupted, self._client.events.subscribe() as events:
            self._tell(results)
            try:
                with self._client.sync.holding(), bound_to_any(HOST, PORT) as bound:
                    async with serving(self._client, bound) as local, asyncio.TaskGroup() as tasks:
                        work = [tasks.create_task(each) for each in self._work(source_ids, events)]
                        with local.announced():
                            await interrupted.wait()
                        for task in work:
                            task.cancel()
            except* ClientError as group:
                # A task group wraps it; the command line knows the error itself.
                raise first_error(group) from None
        return [replace(result, status=SyncStatus.CANCELLED) for result in self._latest.values()]

    def _work(self, source_ids: Sequence[SourceId] | None, events: Listener) -> list[Coroutine[Any, Any, None]]:
        client = self._client
        work = [client.triggers.run(source_ids, is_fresh=True), client.matching.keep_up(), self._hear(events)]
        # Else what is new is fetched behind each sync.
        return work if self._downloads_new else [*work, client.downloads.run()]

    async def _hear(self, events: Listener) -> None:
        async for event in events:
            if isinstance(event, SyncFinished):
                self._tell(await self._after.run([event.result], now_ms=time.time_ns() // 1_000_000))

    def _tell(self, results: Sequence[SyncResult]) -> None:
        """The first of each source, what changed something, and what ended in another way than the last."""
        told = [result for result in results if self._is_worth_telling(result)]
        self._latest.update({result.name: result for result in results})
        if told:
            self._output.record({"event": "synced", "sources": [asdict(result) for result in told]})
        for result in told:
            if result.status is not SyncStatus.SYNCED or has_news(result):
                self._output.result(result_line(result))

    def _is_worth_telling(self, result: SyncResult) -> bool:
        before = self._latest.get(result.name)
        return before is None or has_news(result) or before.status is not result.status or before.error != result.error
