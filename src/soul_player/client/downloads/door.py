"""`client.downloads`: ask for tracks, steer the queue, and run it."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soul_player.client.downloads.attempt import Parts
from soul_player.client.downloads.fetch import Fetched, FetchedRange, Fetching
from soul_player.client.downloads.room import Limits, Room
from soul_player.client.downloads.rules import Rules
from soul_player.client.downloads.store import Store
from soul_player.client.downloads.throttle import DownloadThrottler
from soul_player.client.downloads.upkeep import Upkeep
from soul_player.client.downloads.wishes import (
    Asked,
    LetGo,
    Wish,
    ask,
    cancel,
    let_go,
    move,
    pause,
    preview,
    resume,
    retry,
)
from soul_player.client.downloads.worker import Worker
from soul_player.client.errors import DownloadNotFound, HomeLocked
from soul_player.client.events import DownloadQueued, Events, Listener, SourceOnline, SyncFinished
from soul_player.client.library.download_lists import Download, list_downloads
from soul_player.client.library.download_model import DownloadTask, QueueCounts, TaskId, WaitsFor
from soul_player.client.library.download_steps import wake, wake_source
from soul_player.client.library.download_tasks import all_paused, find_task, queue_counts
from soul_player.client.library.lock import HomeLock
from soul_player.client.library.model import Condition, LocalTrackId, SourceId
from soul_player.client.library.outcome import SyncResult, SyncStatus
from soul_player.database.access import Database, Reader, Writer
from soul_player.edges import Clock
from soul_player.protocol.quality import StreamQuality


@dataclass(frozen=True)
class DownloadParts:
    """What it is wired from."""

    library: Database
    events: Events
    fetching: Fetching
    worker: Worker
    upkeep: Upkeep
    room: Room
    begun: Parts
    lock: HomeLock
    clock: Clock


class Downloads:
    """`rules`: what is fetched by itself. `store`: the files, for whoever plays them. `throttler`: the rate of all.

    `quality`: what a person's wishes come in where they say no other.
    """

    def __init__(
        self,
        parts: DownloadParts,
        *,
        rules: Rules,
        store: Store,
        throttler: DownloadThrottler,
        quality: StreamQuality = StreamQuality.ORIGINAL,
    ) -> None:
        self._library = parts.library
        self._events = parts.events
        self._fetching = parts.fetching
        self._worker = parts.worker
        self._upkeep = parts.upkeep
        self._room = parts.room
        self._begun = parts.begun
        self._lock = parts.lock
        self._clock = parts.clock
        self._is_running = False
        self._beside: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self.rules = rules
        self.store = store
        self.throttler = throttler
        self.quality = quality

    async def fetch(self, track_id: LocalTrackId, target: Path) -> Fetched:
        """The whole original, under `target` only once it is verified and on the disk. The queue knows nothing of it.

        Raises `TrackNotFound`, `BytesDiffer`, `DiskFull`, `FileUnwritable`, or what the source's connection raises.
        """
        return await self._fetching.fetch(track_id, target)

    async def read_range(self, track_id: LocalTrackId, first: int, last: int) -> FetchedRange:
        """Some bytes of the original, both ends included. Raises `TrackNotFound`, `ProtocolError`."""
        return await self._fetching.read_range(track_id, first, last)

    async def preview(self, condition: Condition, *, quality: StreamQuality = StreamQuality.ORIGINAL) -> Asked:
        """What asking for these tracks would mean. Changes nothing."""
        return await self._library.read(preview, condition, quality=quality)

    async def ask(self, wish: Wish) -> Asked:
        """Queue what is not here, before everything automatic; keep it until a person lets it go."""
        asked = await self._library.write(ask, wish, now_ms=self._clock.now_ms())
        if asked.queued:
            self._events.emit(DownloadQueued(asked.queued))
        self._worker.wake()
        return asked

    async def let_go(self, query: str, condition: Condition) -> tuple[LetGo, int]:
        """Take back what was asked for by this query, else everything that was asked for of these tracks.

        Copies that nothing else keeps go at once; the second value is how many bytes that were.
        """
        gone = await self._library.write(let_go, query, condition)
        freed = await self._room.drop(list(gone.copies)) if gone.copies else 0
        self._worker.wake()
        return gone, freed

    async def list(self, *, count: int = 1_000, skipped: int = 0) -> list[Download]:
        """What is under way, then what waits in its order, then what has failed."""
        return await self._library.read(list_downloads, count=count, skipped=skipped, is_fetching=self.is_fetching())

    async def counts(self) -> QueueCounts:
        """How many wait, are under way, and have failed."""
        return await self._library.read(queue_counts, is_fetching=self.is_fetching())

    def is_fetching(self) -> bool:
        """Some process of this home is at it. Else nothing is under way, whatever a killed one left in the rows."""
        return self._is_running or self._lock.is_held_elsewhere()

    async def is_paused(self) -> bool:
        """A person paused everything."""
        return await self._library.read(all_paused)

    async def pause(self, task_ids: Sequence[TaskId] | None = None) -> int:
        """These, or everything until `resume`. How many tasks it changed."""
        return await self._changed(await self._library.write(pause, task_ids))

    async def resume(self, task_ids: Sequence[TaskId] | None = None) -> int:
        """These, or everything."""
        return await self._changed(await self._library.write(resume, task_ids))

    async def cancel(self, task_ids: Sequence[TaskId] | None = None) -> int:
        """These, or everything; the beginnings that are here already go at the next start."""
        return await self._changed(await self._library.write(cancel, task_ids))

    async def retry(self, task_ids: Sequence[TaskId] | None = None) -> int:
        """These, or all that failed or wait after an error."""
        return await self._changed(await self._library.write(retry, task_ids))

    async def move(self, task_id: TaskId, *, after: TaskId | None) -> None:
        """Behind another one, and as urgent as that; None: before all others of its kind. Raises `DownloadNotFound`."""
        await self._library.write(_move, task_id, after=after)
        self._worker.wake()

    @property
    def slots(self) -> int:
        """So many may be received side by side."""
        return self._worker.slots

    def set_slots(self, slots: int) -> None:
        """So many are received side by side from now on."""
        self._worker.slots = slots
        self._worker.wake()

    def run_beside(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """It runs whenever downloads do, in the process that fetches."""
        self._beside.append(work)

    @property
    def limits(self) -> Limits:
        """How much room they may take."""
        return self._room.limits

    async def set_limits(self, limits: Limits) -> None:
        """From now on; what is over them goes, if it is this process that fetches."""
        self._room.limits = limits
        self.rules.set_limit(limits.cache_bytes)
        if self._is_running:
            await self._room.trim()
        self._worker.wake()

    async def task(self, task_id: TaskId) -> DownloadTask:
        """Raises `DownloadNotFound`: it is done, was cancelled, or never was."""
        return await self._library.read(_task, task_id)

    def is_running_elsewhere(self) -> bool:
        """Another process of this home holds the lock: it fetches, or it syncs."""
        return self._lock.is_held_elsewhere()

    async def run(self, *, until_idle: bool = False) -> None:
        """Fetch, until cancelled; `until_idle`: until nothing can go on for some time. Raises `HomeLocked`."""
        is_first = not self._lock.is_held
        if self._is_running or not self._lock.acquire():
            raise HomeLocked("another process of this home is at it", hint="what is queued is fetched by it")
        if is_first:
            self._lock.say_syncing(())
        self._is_running = True
        try:
            await self._upkeep.reconcile(self._begun)
            await self.store.pictures.reconcile()
            await self._room.trim()
            with self._events.subscribe() as events:
                async with asyncio.TaskGroup() as group:
                    beside = [
                        group.create_task(self._listen(events)),
                        group.create_task(self.store.pictures.keep_up()),
                    ]
                    beside += [group.create_task(work()) for work in self._beside]
                    if not until_idle:
                        beside.append(group.create_task(self._upkeep.scrub()))
                    try:
                        await self._worker.run(until_idle=until_idle)
                        await self.store.pictures.bring_missing()
                    finally:
                        for task in beside:
                            task.cancel()
        except BaseExceptionGroup as group:
            # One fault is that fault, however many tasks stood around it.
            leaf = _only_leaf(group)
            if leaf is None:
                raise
            raise leaf from group
        finally:
            self._is_running = False
            self._lock.release()

    async def _listen(self, events: Listener) -> None:
        """A source that is back, or has told something new, may have what waits; and rules are looked at again."""
        async for event in events:
            match event:
                case SourceOnline(source_id):
                    await self._library.write(wake_source, source_id)
                    self._worker.welcome(source_id)
                    self.store.pictures.wake()
                case SyncFinished(source_id, result) if result.status is SyncStatus.SYNCED:
                    await self._library.write(_wake_after_sync, source_id)
                    self._worker.welcome(source_id)
                    self.store.pictures.wake()
                    if has_news(result):
                        await self.rules.evaluate()
                case _:
                    continue

    async def _changed(self, count: int) -> int:
        self._worker.wake()
        return count


def has_news(result: SyncResult) -> bool:
    """Whether anything that rules look at may be different now."""
    return (
        result.tracks_synced + result.tracks_updated + result.tracks_deleted + result.playlists_synced + result.pushed
        > 0
    )


def _only_leaf(group: BaseExceptionGroup[BaseException]) -> BaseException | None:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        if len(error.exceptions) != 1:
            return None
        (error,) = error.exceptions
    return error


async def _task(library: Reader, task_id: TaskId) -> DownloadTask:
    task = await find_task(library, task_id)
    if task is None:
        raise DownloadNotFound(f"no download has the id {task_id}", hint="soul downloads list shows them")
    return task


async def _move(library: Writer, task_id: TaskId, *, after: TaskId | None) -> None:
    task = await _task(library, task_id)
    await move(library, task, after=None if after is None else await _task(library, after))


async def _wake_after_sync(library: Writer, source_id: SourceId) -> None:
    await wake_source(library, source_id)
    await wake(library, WaitsFor.HOLDER)
