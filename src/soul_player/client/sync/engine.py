"""Many sources side by side: none waits for another, all can be cancelled."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from soul_player.client.errors import HomeLocked
from soul_player.client.library.lock import HomeLock
from soul_player.client.library.model import Source, SourceId, SourceType
from soul_player.client.library.outcome import SyncResult, SyncStatus
from soul_player.client.library.sources import all_sources
from soul_player.client.sources.connections import Connections
from soul_player.client.sync.gate import SyncGate
from soul_player.client.sync.source_sync import SourceSync, SyncOptions, SyncParts

FOLDER_RESCAN_MS = 300_000
# Longer than any server is left alone after a failure, or may ask for.
LEFT_ALONE_MS_MAX = 3_600_000


class Sync:
    """Syncs the sources of a home, of which it holds the lock meanwhile."""

    def __init__(self, parts: SyncParts, connections: Connections, lock: HomeLock, gate: SyncGate) -> None:
        self._parts = parts
        self._gate = gate
        self._connections = connections
        self._lock = lock
        # Runs of different sources may overlap; of one source there is one at a time.
        self._running: set[SourceId] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        # How often it was cancelled: who has only begun to begin has no task yet.
        self._cancels = 0

    async def run(
        self, source_ids: Sequence[SourceId] | None = None, *, full: bool = False, due_only: bool = False
    ) -> list[SyncResult]:
        """Every source (or these), side by side. `due_only`: for a timer; leaves alone what backs off.

        Raises `HomeLocked` when another process of this home is syncing, or this one already syncs one of them.
        """
        cancels = self._cancels
        if not self._lock.acquire():
            raise _being_synced()
        try:
            sources = await self._chosen(source_ids, due_only=due_only)
            if self._cancels != cancels:
                return [_never_began(source) for source in sources]
            ids = {source.id for source in sources}
            if ids & self._running:
                raise _being_synced()
            self._running |= ids
            self._lock.say_syncing(self._running)
            try:
                with self._gate.syncing():
                    return await self._run(sources, SyncOptions(full=full, probes=due_only))
            finally:
                self._running -= ids
                self._lock.say_syncing(self._running)
        finally:
            self._lock.release()

    @property
    def running(self) -> frozenset[SourceId]:
        """Those that this process syncs now."""
        return frozenset(self._running)

    @contextmanager
    def holding(self) -> Generator[None, None, None]:
        """This process keeps the home while the block lasts, whether it syncs or not. Raises `HomeLocked`."""
        if not self._lock.acquire():
            raise HomeLocked("another process keeps this home in sync", hint="soul status shows it")
        try:
            self._lock.say_syncing(self._running)
            yield
        finally:
            self._lock.release()

    def running_elsewhere(self) -> frozenset[SourceId]:
        """Those that another process of this home syncs now."""
        return frozenset(SourceId(number) for number in self._lock.syncing_elsewhere())

    def cancel(self) -> None:
        """What runs, or is about to, ends at once; what is committed stays, and the next run goes on from there."""
        self._cancels += 1
        for task in list(self._tasks):
            task.cancel()

    async def _chosen(self, source_ids: Sequence[SourceId] | None, *, due_only: bool) -> list[Source]:
        now_ms = self._parts.clock.now_ms()
        return [
            source
            for source in await self._parts.library.read(all_sources)
            if (source_ids is None or source.id in source_ids) and not (due_only and not is_due(source, now_ms))
        ]

    async def _run(self, sources: Sequence[Source], options: SyncOptions) -> list[SyncResult]:
        runs = [
            SourceSync(
                self._parts,
                source,
                self._connections.to(source) if source.type is SourceType.SERVER else None,
                options,
            )
            for source in sources
        ]
        tasks: set[asyncio.Task[None]] = set()
        try:
            # A child that is cancelled by `cancel` does not fail its group.
            async with asyncio.TaskGroup() as group:
                tasks.update(group.create_task(run.run()) for run in runs)
                self._tasks |= tasks
        finally:
            self._tasks -= tasks
        return [run.result or _never_began(run.source) for run in runs]


def is_due(source: Source, now_ms: int) -> bool:
    """For a timer: what backs off is left alone, and a folder is not walked each minute (changes are watched)."""
    # A clock that was set back must not leave it alone for longer than it would have been.
    if 0 < (source.retry_at_ms or 0) - now_ms <= LEFT_ALONE_MS_MAX:
        return False
    is_fresh = source.last_sync_at_ms is not None and 0 <= now_ms - source.last_sync_at_ms < FOLDER_RESCAN_MS
    return not (source.type is SourceType.FOLDER and source.last_error_code is None and is_fresh)


def _being_synced() -> HomeLocked:
    return HomeLocked("this home is being synced already", hint="wait for it, or look at soul status")


def _never_began(source: Source) -> SyncResult:
    """Cancelled before its task had its first turn, or before there was one."""
    return SyncResult(source.name, SyncStatus.CANCELLED)
