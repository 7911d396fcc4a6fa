"""Syncs by hand: begun here, waited for and cancelled from anywhere, beside those that begin by themselves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from soul_player.client import Client, ClientError, HomeLocked, SourceId, SyncFailure, SyncResult, SyncStatus

RUNS_KEPT_MAX = 32
# How often a source that is being synced already is asked for.
BUSY_SECONDS = 0.1


@dataclass(eq=False)
class SyncRun:
    """One sync by hand. `results`: of the sources that are done, in the order in which they were."""

    id: int
    source_ids: tuple[SourceId, ...]
    full: bool
    results: list[SyncResult] = field(default_factory=list)
    is_cancelled: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)


class TooManyRuns(ClientError):
    """So many syncs by hand wait already that another one adds nothing."""

    code = "too_many_runs"


class SyncRuns:
    """`run` works on them until it is cancelled."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._runs: dict[int, SyncRun] = {}
        self._last_id = 0
        self._begun: asyncio.Queue[SyncRun] = asyncio.Queue(RUNS_KEPT_MAX)

    async def run(self) -> None:
        """Every run that is begun; those of one source after each other."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                run = await self._begun.get()
                tasks.create_task(self._work(run), name=f"sync by hand {run.id}")

    async def begin(self, source_ids: Sequence[SourceId] | None, *, full: bool) -> SyncRun:
        """These sources, or all. Raises `SourceNotFound`, `TooManyRuns`."""
        if source_ids is None:
            ids = tuple(source.id for source in await self._client.sources.list())
        else:
            ids = tuple([(await self._client.sources.find(str(one))).id for one in dict.fromkeys(source_ids)])
        if sum(not run.done.is_set() for run in self._runs.values()) >= RUNS_KEPT_MAX:
            raise TooManyRuns("too many syncs wait already", hint="cancel them, or wait")
        self._last_id += 1
        run = SyncRun(self._last_id, ids, full)
        self._runs[run.id] = run
        done = [each.id for each in self._runs.values() if each.done.is_set()]
        for old in done[: max(0, len(done) - RUNS_KEPT_MAX)]:
            del self._runs[old]
        self._begun.put_nowait(run)
        return run

    async def wait(self, run_id: int, seconds: float) -> SyncRun | None:
        """As it is when it is done, or after so long. None: there is no such run, or it was long ago."""
        run = self._runs.get(run_id)
        if run is not None:
            try:
                async with asyncio.timeout(seconds):
                    await run.done.wait()
            except TimeoutError:
                pass
        return run

    def cancel(self) -> None:
        """Whatever is synced now, also what began by itself; the next run goes on from there."""
        for run in self._runs.values():
            run.is_cancelled = True
        self._client.sync.cancel()

    async def _work(self, run: SyncRun) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for source_id in run.source_ids:
                    tasks.create_task(self._sync_one(run, source_id))
        finally:
            run.done.set()

    async def _sync_one(self, run: SyncRun, source_id: SourceId) -> None:
        while not run.is_cancelled:
            if source_id not in self._client.sync.running:
                try:
                    results = await self._client.sync.run([source_id], full=run.full)
                except HomeLocked:
                    # Somebody was quicker: what they take along is not known here, so this one follows.
                    pass
                else:
                    run.results.extend(results)
                    return
            await asyncio.sleep(BUSY_SECONDS)
        run.results.append(await self._never_began(source_id))

    async def _never_began(self, source_id: SourceId) -> SyncResult:
        source = await self._client.sources.find(str(source_id))
        return SyncResult(source.name, SyncStatus.CANCELLED, error=SyncFailure("cancelled", "it was cancelled"))
