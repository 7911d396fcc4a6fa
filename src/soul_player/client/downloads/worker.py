"""The worker: fills the slots, gives them to what a person asked for, and writes down how each attempt ended."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from soul_player.client.downloads.attempt import AttemptFailed, Attempts, Done
from soul_player.client.downloads.outcomes import Wait, decide, is_away
from soul_player.client.downloads.room import ANY_WEIGHT, Room
from soul_player.client.downloads.running import Running, Teller
from soul_player.client.downloads.schedule import Slot
from soul_player.client.downloads.schedule import decide as decide_slots
from soul_player.client.downloads.transfer import Progress
from soul_player.client.errors import ClientError, DiskFull
from soul_player.client.events import DownloadFailed, DownloadFinished, Events
from soul_player.client.library.download_model import DownloadTask, TaskId, WaitsFor
from soul_player.client.library.download_steps import (
    Standing,
    fail_task,
    hold_source,
    let_wait,
    note_bytes,
)
from soul_player.client.library.download_tasks import all_paused, next_time_ms, ready_tasks, standing
from soul_player.client.library.model import SourceId
from soul_player.database.access import Database, Reader, Writer
from soul_player.database.errors import DatabaseError
from soul_player.edges import Clock, Randomness

# How soon another process's wish is noticed.
LOOK_SECONDS = 0.25
LOOKED_PER_SLOT = 16
# Files that are received and wait for the disk, beside those that are being received.
SETTLING_MAX = 64
JITTER = (0.5, 1.0)
# What starts again within this time is worth waiting for, for somebody who waits until nothing can go on.
PATIENCE_MS = 20_000
# A library that cannot be written now is left alone for so long.
LIBRARY_SECONDS = 5.0


@dataclass(frozen=True)
class _Seen:
    """What the library says of the queue, of one moment."""

    is_paused: bool
    standing: dict[TaskId, int]
    ready: list[DownloadTask]
    next_ms: int | None


class Worker:
    """Runs in one process of a home at a time: the one that holds its lock."""

    def __init__(  # the parts it is wired from
        self,
        library: Database,
        events: Events,
        attempts: Attempts,
        *,
        room: Room,
        clock: Clock,
        randomness: Randomness,
        slots: int,
        after_fetch: Callable[[Done], Awaitable[None]],
    ) -> None:
        self._library = library
        self._events = events
        self._attempts = attempts
        self._room = room
        self._clock = clock
        self._randomness = randomness
        self._after_fetch = after_fetch
        self._receiving: dict[TaskId, Running] = {}
        self._settling: dict[TaskId, Running] = {}
        self._teller = Teller(library, events, self._receiving, self._settling)
        # Until when (monotonic) a source is not asked, and how often in a row it was away.
        self._away: dict[SourceId, tuple[float, int]] = {}
        self._awake = asyncio.Event()
        # The last look at the library, what was started since, and whether something was said that it does not know.
        self._seen: _Seen | None = None
        self._seen_at = 0.0
        self._started: set[TaskId] = set()
        self._must_look = True
        self.slots = slots

    def wake(self) -> None:
        """Something changed: look at once."""
        self._must_look = True
        self._awake.set()

    def welcome(self, source_id: SourceId) -> None:
        """It is back."""
        self._away.pop(source_id, None)
        self.wake()

    async def run(self, *, until_idle: bool) -> None:
        """Until it is cancelled; `until_idle`: until nothing can go on for some time."""
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(self._teller.tell())
            try:
                await self._fill(group, until_idle=until_idle)
            finally:
                telling.cancel()
        self._teller.tell_progress()

    async def _fill(self, group: asyncio.TaskGroup, *, until_idle: bool) -> None:
        while True:
            self._awake.clear()
            now_ms = self._clock.now_ms()
            seen = await self._see(now_ms)
            self._fill_slots(group, seen)
            if until_idle and not self._receiving and not self._settling:
                waits_ms = None if seen.next_ms is None else seen.next_ms - now_ms
                if seen.is_paused or (not seen.ready and (waits_ms is None or waits_ms > PATIENCE_MS)):
                    return
            await self._rest()

    async def _see(self, now_ms: int) -> _Seen:
        """A look at the library; within a moment, and while it still names tasks to start, the last one will do."""
        now = self._clock.monotonic()
        if self._seen is not None and not self._must_look and now - self._seen_at < LOOK_SECONDS:
            busy = {*self._receiving, *self._settling}
            ready = [task for task in self._seen.ready if task.id not in self._started]
            if ready:
                known = {**self._seen.standing, **{task_id: self._priority_of(task_id) for task_id in busy}}
                return replace(self._seen, ready=ready, standing=known)
        self._must_look = False
        self._started.clear()
        running = [*self._receiving, *self._settling]
        self._seen = await self._library.read(_look, running, now_ms=now_ms, count=self.slots * LOOKED_PER_SLOT)
        self._seen_at = now
        return self._seen

    def _priority_of(self, task_id: TaskId) -> int:
        running = self._receiving.get(task_id) or self._settling[task_id]
        return running.task.priority

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._awake.wait()
        except TimeoutError:
            return

    def _fill_slots(self, group: asyncio.TaskGroup, seen: _Seen) -> None:
        for task_id, running in list(self._receiving.items()):
            if seen.is_paused or task_id not in seen.standing:
                _stop(running)
        if seen.is_paused:
            return
        active = [Slot(task_id, seen.standing.get(task_id, 0)) for task_id in self._receiving]
        ready = {task.id: task for task in seen.ready if task.id not in self._receiving}
        slots = max(1, self.slots - max(0, len(self._settling) - SETTLING_MAX))
        decision = decide_slots(active, [Slot(task.id, task.priority) for task in ready.values()], slots=slots)
        for task_id in decision.starts:
            self._started.add(task_id)
            running = Running(ready[task_id], Progress())
            self._receiving[task_id] = running
            running.work = group.create_task(self._one(running))
        for task_id in decision.stops:
            _stop(self._receiving[task_id])

    async def _one(self, running: Running) -> None:
        task = running.task
        try:
            received = await self._attempts.fetch(task, running.progress, away=self._away_now())
            # What was quicker than the teller is told all the same: where it went on, and that it is complete.
            self._teller.tell_progress()
            # Its slot is free while the disk does its part.
            self._settling[task.id] = self._receiving.pop(task.id)
            self._awake.set()
            done = received if isinstance(received, Done) else await self._attempts.settle(task, received)
            source_id = None if done.holder is None else done.holder.source_id
            self._events.emit(DownloadFinished(task.id, task.track_id, done.size_bytes, source_id))
            await self._after_fetch(done)
        except AttemptFailed as failed:
            await self._note_failure(running, failed.error, failed.source_id)
        except ClientError as error:
            await self._note_failure(running, error, None)
        except DatabaseError as error:
            self._events.emit(DownloadFailed(task.id, task.track_id, "library_unavailable", str(error), is_final=False))
            await asyncio.sleep(LIBRARY_SECONDS)
        except asyncio.CancelledError:
            self._must_look = True
            async with self._stopping(task.id):
                await self._library.write(_stand_back, running.standing, attempts=task.attempts)
            raise
        finally:
            # By now it may be under way again, as another run of it.
            for place in (self._receiving, self._settling):
                if place.get(task.id) is running:
                    del place[task.id]
            self._awake.set()

    async def _note_failure(self, running: Running, error: ClientError, source_id: SourceId | None) -> None:
        self._must_look = True
        task, progress = running.task, running.progress
        has_progressed = progress.bytes_done > progress.resumed_bytes
        attempts = 1 if has_progressed else task.attempts + 1
        if is_away(error) and source_id is not None:
            attempts = self._away.get(source_id, (0.0, 0))[1] + 1
        jitter = self._randomness.uniform(*JITTER)
        outcome = decide(error, attempts=attempts, jitter=jitter)
        said = (error.code, error.message)
        if isinstance(outcome, Wait):
            seconds = await self._seconds(outcome, running, error)
            if is_away(error) and source_id is not None:
                self._away[source_id] = (self._clock.monotonic() + seconds, attempts)
            not_before_ms = self._clock.now_ms() + round(seconds * 1000)
            async with self._stopping(task.id):
                await self._library.write(
                    _note_wait, running.standing, outcome, source_id, not_before_ms=not_before_ms, error=said
                )
        else:
            async with self._stopping(task.id):
                await self._library.write(fail_task, task.id, attempts=outcome.attempts, error=said)
        is_final = not isinstance(outcome, Wait)
        self._events.emit(DownloadFailed(task.id, task.track_id, error.code, error.message, is_final=is_final))

    @asynccontextmanager
    async def _stopping(self, task_id: TaskId) -> AsyncGenerator[None, None]:
        """Nobody writes any more that it is under way: what is written of it in this block is the last word."""
        async with self._teller.turn:
            self._receiving.pop(task_id, None)
            yield

    async def _seconds(self, wait: Wait, running: Running, error: ClientError) -> float:
        """A full disk is made less full, and then it goes on at once."""
        if not isinstance(error, DiskFull):
            return wait.seconds
        progress = running.progress
        missing = max(1, (progress.bytes_total or 0) - progress.bytes_done)
        below_weight = ANY_WEIGHT if running.task.is_asked else 1
        return 0.5 if await self._room.free(missing, below_weight=below_weight) >= missing else wait.seconds

    def _away_now(self) -> frozenset[SourceId]:
        now = self._clock.monotonic()
        return frozenset(source_id for source_id, (until, _) in self._away.items() if now < until)


def _stop(running: Running) -> None:
    """What is in the part stays: it goes on from there. Once only: the second time would hit its last words."""
    assert running.work is not None
    if not running.is_stopped:
        running.is_stopped = True
        running.work.cancel()


async def _look(library: Reader, busy: list[TaskId], *, now_ms: int, count: int) -> _Seen:
    return _Seen(
        await all_paused(library),
        await standing(library, busy) if busy else {},
        await ready_tasks(library, but=busy, now_ms=now_ms, count=count),
        await next_time_ms(library, now_ms=now_ms),
    )


async def _stand_back(library: Writer, where: Standing, *, attempts: int) -> None:
    await note_bytes(library, where)
    await let_wait(library, where.task_id, WaitsFor.TURN, attempts=attempts)


async def _note_wait(
    library: Writer,
    where: Standing,
    wait: Wait,
    source_id: SourceId | None,
    *,
    not_before_ms: int,
    error: tuple[str, str],
) -> None:
    await note_bytes(library, where)
    await let_wait(
        library,
        where.task_id,
        wait.waits_for,
        source_id=source_id,
        not_before_ms=not_before_ms,
        attempts=wait.attempts,
        error=error,
    )
    if wait.waits_for in {WaitsFor.SOURCE, WaitsFor.SIGN_IN} and source_id is not None:
        await hold_source(library, source_id, wait.waits_for, not_before_ms=not_before_ms)
