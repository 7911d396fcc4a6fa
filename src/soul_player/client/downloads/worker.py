"""The worker: fills the slots, gives them to what a person asked for, and writes down how each attempt ended."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace

from soul_player.client.downloads.attempt import AttemptFailed, Attempts, Done
from soul_player.client.downloads.away import AwaySources
from soul_player.client.downloads.endings import mend_stale, note_wait, stand_back
from soul_player.client.downloads.known import Known
from soul_player.client.downloads.looking import Seen, look_at_queue
from soul_player.client.downloads.outcomes import Wait, decide, is_away
from soul_player.client.downloads.receiving import Progress
from soul_player.client.downloads.room import ANY_WEIGHT, NoRoom, Room
from soul_player.client.downloads.running import Running, Teller
from soul_player.client.downloads.schedule import Slot
from soul_player.client.downloads.schedule import decide as decide_slots
from soul_player.client.downloads.transfer import Received
from soul_player.client.errors import ClientError, DiskFull
from soul_player.client.events import DownloadFailed, DownloadFinished, Events
from soul_player.client.library.download_model import TaskId
from soul_player.client.library.download_steps import fail_task
from soul_player.client.library.model import SourceId
from soul_player.client.lookout import Lookout
from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.edges import Clock, Randomness

# While files come, their rows are looked at so often.
LOOK_SECONDS = 0.25
# However little seems to have happened.
LOOK_ANYWAY_SECONDS = 30.0
LOOKED_PER_SLOT = 16
# Files that are received and wait for the disk, beside those that are being received.
SETTLING_MAX = 64
JITTER = (0.5, 1.0)
# What starts again within this time is worth waiting for, for somebody who waits until nothing can go on.
PATIENCE_MS = 20_000
# A library that cannot be written now is left alone for so long.
LIBRARY_SECONDS = 5.0


class Worker:
    """Runs in one process of a home at a time: the one that holds its lock."""

    def __init__(  # noqa: PLR0913  # the parts it is wired from
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
        commits: Callable[[], int],
        lookout: Lookout,
    ) -> None:
        """`commits` tells another number when anything was committed to the library, by any process."""
        self._library = library
        self._events = events
        self._attempts = attempts
        self._room = room
        self._clock = clock
        self._randomness = randomness
        self._after_fetch = after_fetch
        self._running: dict[TaskId, Running] = {}
        self._teller = Teller(library, events, self._running)
        self._away = AwaySources(clock)
        self._awake = asyncio.Event()
        # The last look at the library, what was started since, and whether something was said that it does not know.
        self._seen: Seen | None = None
        self._seen_at = 0.0
        self._commits = commits
        self._lookout = lookout
        self._started: set[TaskId] = set()
        self._must_look = True
        # How some attempt ended could not be written down: its row may say that it is under way.
        self._has_stale = False
        self._until_idle = False
        self.slots = slots

    def wake(self) -> None:
        """Something changed: look at once."""
        self._must_look = True
        self._awake.set()

    def welcome(self, source_id: SourceId) -> None:
        """It is back."""
        self._away.welcome(source_id)
        self.wake()

    async def run(self, *, until_idle: bool) -> None:
        """Until it is cancelled; `until_idle`: until nothing can go on for some time."""
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(self._teller.tell())
            self._until_idle = until_idle
            try:
                with self._lookout.following(self._commits, self._awake.set):
                    await self._fill(group)
            finally:
                telling.cancel()

    async def _fill(self, group: asyncio.TaskGroup) -> None:
        while True:
            self._awake.clear()
            if self._has_free_slot() or self._is_time_to_look():
                now_ms = self._clock.now_ms()
                seen = await self._see(now_ms)
                if self._until_idle and not self._running and self._is_idle(seen, now_ms):
                    return
                self._fill_slots(group, seen)
            await self._rest()

    def _is_idle(self, seen: Seen, now_ms: int) -> bool:
        """Nothing can go on for some time."""
        if seen.is_paused:
            return True
        is_soon = seen.next_ms is not None and seen.next_ms - now_ms <= PATIENCE_MS
        lost = self._lost()
        return not is_soon and all(task.waits_source_id in lost for task in seen.ready)

    def _lost(self) -> frozenset[SourceId]:
        """Who waits for ever waits for every source."""
        return self._away.lost() if self._until_idle else frozenset()

    def _is_time_to_look(self) -> bool:
        return self._must_look or self._seen is None or self._clock.monotonic() - self._seen_at >= LOOK_SECONDS

    def _has_free_slot(self) -> bool:
        return sum(running.has_slot for running in self._running.values()) < self.slots

    async def _see(self, now_ms: int) -> Seen:
        """A look at the library; within a moment, and while it still names tasks to start, the last one will do."""
        if self._seen is not None and not self._is_time_to_look():
            ready = [task for task in self._seen.ready if task.id not in self._started]
            if ready:
                known = {task_id: running.task.priority for task_id, running in self._running.items()}
                return replace(self._seen, ready=ready, standing={**known, **self._seen.standing})
        if self._has_stale:
            self._has_stale = not await mend_stale(self._library, list(self._running))
        self._must_look = False
        self._started.clear()
        self._attempts.forget_news()
        count = self.slots * LOOKED_PER_SLOT
        ahead = count if self._has_free_slot() else 0
        self._seen_at = self._clock.monotonic()
        self._seen = await self._library.read(
            look_at_queue, list(self._running), now_ms=now_ms, count=count, ahead=ahead, lost=self._lost()
        )
        return self._seen

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._rest_seconds()):
                await self._awake.wait()

    def _rest_seconds(self) -> float:
        """While nothing can have changed, a look is put off: an idle queue costs next to nothing."""
        seen = self._seen
        if seen is None or self._must_look or self._running or self._lost() or (seen.ready and not seen.is_paused):
            return LOOK_SECONDS
        seconds = self._seen_at + LOOK_ANYWAY_SECONDS - self._clock.monotonic()
        if seen.next_ms is not None:
            seconds = min(seconds, (seen.next_ms - self._clock.now_ms()) / 1000)
        return max(seconds, LOOK_SECONDS)

    def _fill_slots(self, group: asyncio.TaskGroup, seen: Seen) -> None:
        with_slot = [running for running in self._running.values() if running.has_slot]
        for running in with_slot:
            if seen.is_paused or running.task.id not in seen.standing:
                _stop(running)
        if seen.is_paused:
            return
        active = [Slot(running.task.id, seen.standing.get(running.task.id, 0)) for running in with_slot]
        ready = {task.id: task for task in seen.ready if task.id not in self._running}
        settling = len(self._running) - len(with_slot)
        slots = max(1, self.slots - max(0, settling - SETTLING_MAX))
        decision = decide_slots(active, [Slot(task.id, task.priority) for task in ready.values()], slots=slots)
        for task_id in decision.starts:
            self._started.add(task_id)
            running = Running(ready[task_id], Progress(on_received=self._awake.set))
            self._running[task_id] = running
            self._teller.begun.set()
            running.work = group.create_task(self._one(running, seen.known.get(running.task.track_id)))
        for task_id in decision.stops:
            _stop(self._running[task_id])

    async def _one(self, running: Running, known: Known | None) -> None:
        task, is_stale = running.task, False
        try:
            try:
                await self._attempt(running, known)
            except AttemptFailed as failed:
                await self._note_failure(running, failed.error, failed.source_id)
            except ClientError as error:
                await self._note_failure(running, error, None)
        except DatabaseError as error:
            is_stale = True
            self._events.emit(DownloadFailed(task.id, task.track_id, "library_unavailable", str(error), is_final=False))
            await asyncio.sleep(LIBRARY_SECONDS)
        except asyncio.CancelledError:
            is_stale = True
            async with self._stopping(running):
                await self._library.write(stand_back, running.standing, attempts=task.attempts)
            is_stale = False
            raise
        finally:
            del self._running[task.id]
            self._has_stale = self._has_stale or is_stale
            self._awake.set()

    async def _attempt(self, running: Running, known: Known | None) -> None:
        task = running.task
        received = await self._attempts.fetch(task, running.progress, known=known, away=self._away.now())
        # What was quicker than the teller is told all the same: where it went on, and that it is complete.
        self._teller.tell_of(running)
        if isinstance(received, Received):
            self._away.note_given(received.holder.source_id)
        done = received if isinstance(received, Done) else await self._attempts.settle(task, received)
        source_id = None if done.holder is None else done.holder.source_id
        self._events.emit(DownloadFinished(task.id, task.track_id, done.size_bytes, source_id))
        await self._after_fetch(done)

    async def _note_failure(self, running: Running, error: ClientError, source_id: SourceId | None) -> None:
        task, progress = running.task, running.progress
        has_progressed = progress.bytes_done > progress.resumed_bytes
        attempts = 1 if has_progressed else task.attempts + 1
        if is_away(error) and source_id is not None:
            attempts = self._away.times(source_id) + 1
        jitter = self._randomness.uniform(*JITTER)
        outcome = decide(error, attempts=attempts, jitter=jitter)
        said = (error.code, error.message)
        if isinstance(outcome, Wait):
            seconds = await self._seconds(outcome, running, error)
            if is_away(error) and source_id is not None:
                self._away.note(source_id, seconds=seconds, times=attempts)
            not_before_ms = self._clock.now_ms() + round(seconds * 1000)
            async with self._stopping(running):
                await self._library.write(
                    note_wait, running.standing, outcome, source_id, not_before_ms=not_before_ms, error=said
                )
        else:
            async with self._stopping(running):
                await self._library.write(fail_task, task.id, attempts=outcome.attempts, error=said)
        is_final = not isinstance(outcome, Wait)
        self._events.emit(DownloadFailed(task.id, task.track_id, error.code, error.message, is_final=is_final))

    @contextlib.asynccontextmanager
    async def _stopping(self, running: Running) -> AsyncGenerator[None, None]:
        """Nobody writes any more that it is under way: what is written of it in this block is the last word."""
        async with self._teller.turn:
            running.is_ending = True
            yield
        self._must_look = True

    async def _seconds(self, wait: Wait, running: Running, error: ClientError) -> float:
        """A disk that was fuller than it said is made less full, and then it goes on at once."""
        if not isinstance(error, DiskFull) or isinstance(error, NoRoom):
            return wait.seconds
        progress = running.progress
        missing = max(1, (progress.bytes_total or 0) - progress.bytes_done)
        below_weight = ANY_WEIGHT if running.task.is_asked else 1
        return 0.5 if await self._room.free(missing, below_weight=below_weight) >= missing else wait.seconds


def _stop(running: Running) -> None:
    """What is in the part stays: it goes on from there. Once only: the second time would hit its last words."""
    assert running.work is not None
    if not running.is_stopped:
        running.is_stopped = True
        running.work.cancel()
