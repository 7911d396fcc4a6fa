"""Virtual time: an event loop on one thread that never sleeps, and the clocks of the machines that live in it."""

import asyncio
import contextvars
import itertools
import random
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Protocol

# A world that takes more turns than this leads nowhere.
TURNS_MAX = 2_000_000
EPOCH_MS = 1_750_000_000_000
# How long a job on a thread takes: most are quick, some wait for a disk.
JOB_SECONDS = (0.0001, 0.002)
SLOW_JOB_SECONDS = (0.02, 0.5)
SLOW_JOB_CHANCE = 0.03


class Stuck(Exception):
    """Everything waits for something that never comes, or turns for ever."""


class Host(Protocol):
    """The machine on which a job runs. Both are asked at each job; True: the power was cut at that moment."""

    def loses_power_before_job(self) -> bool:
        """Nothing of the job happens."""
        ...

    def loses_power_after_job(self) -> bool:
        """The job is done, and nobody on the machine will ever know."""
        ...


# The machine whose process the running task belongs to.
current_host: contextvars.ContextVar[Host | None] = contextvars.ContextVar("current_host", default=None)


class OrderedTask(asyncio.Task[Any]):
    """A task whose hash is its number, so that sets of tasks have the same order in every run."""

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        self._number = number
        super().__init__(*args, **kwargs)

    def __hash__(self) -> int:
        return self._number


class _NoSelector:
    """Stands where the loop would wait for sockets: there are none, so time moves on to the next timer."""

    def __init__(self) -> None:
        self.now = 0.0
        self.turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing ever arrives from outside."""
        self.turns += 1
        if timeout is None:
            raise Stuck("everything waits for something that never comes")
        if self.turns > TURNS_MAX:
            raise Stuck(f"no end after {TURNS_MAX} turns")
        self.now += timeout
        return []

    def close(self) -> None:
        """Nothing is open."""


class VirtualLoop(asyncio.BaseEventLoop):
    """One thread and virtual time. Jobs for threads run inside the loop, one after the other for each executor."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._selector = _NoSelector()
        # Two timers this near to each other are due together; far below a job's time.
        self._clock_resolution = 1e-9
        self._random = random.Random(f"jobs of {seed}")
        self._free_at: dict[Executor | None, float] = {}
        self._numbers = itertools.count()
        self.set_task_factory(self._make_task)

    def time(self) -> float:
        """Seconds since the world began."""
        return self._selector.now

    def run_in_executor(  # type: ignore[override]  # a future of this loop, where the base class promises any
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """The job starts a little later and its result comes later still: others have their turns in between."""
        future: asyncio.Future[Any] = self.create_future()
        host = current_host.get()
        starts_at = max(self.time(), self._free_at.get(executor, 0.0)) + self._job_seconds()
        self._free_at[executor] = starts_at
        self.call_at(starts_at, self._run_job, future, host, func, args)
        return future

    def _run_job(self, future: "asyncio.Future[Any]", host: Host | None, func: Callable[..., Any], args: Any) -> None:
        if future.cancelled():
            # Like a job that no thread had taken up yet.
            return
        if host is not None and host.loses_power_before_job():
            # A ghost that waits for its threads on its way out waits for nobody.
            future.cancel()
            return
        error: BaseException | None = None
        result: Any = None
        try:
            result = func(*args)
        except BaseException as raised:  # noqa: BLE001  # handed on whole, as a thread does
            error = raised
        if host is not None and host.loses_power_after_job():
            future.cancel()
            return
        self.call_later(self._job_seconds(), _deliver, future, result, error)

    def _job_seconds(self) -> float:
        slow = self._random.random() < SLOW_JOB_CHANCE
        return self._random.uniform(*(SLOW_JOB_SECONDS if slow else JOB_SECONDS))

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, coro: Any, context: contextvars.Context | None = None
    ) -> OrderedTask:
        return OrderedTask(coro, loop=loop, context=context, number=next(self._numbers))

    def _process_events(self, event_list: list[Any]) -> None:
        assert event_list == []

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""


def _deliver(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


class Calendar:
    """The true wall clock of a world. Days may pass at once, for everybody."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._skipped_ms = 0

    def now_ms(self) -> int:
        """Unix milliseconds."""
        return EPOCH_MS + self._skipped_ms + round(self._loop.time() * 1000)

    def monotonic(self) -> float:
        """Seconds since the world began."""
        return self._loop.time()

    def skip(self, milliseconds: int) -> None:
        """Time passes in which nothing happens."""
        assert milliseconds >= 0, milliseconds
        self._skipped_ms += milliseconds


class SkewedClock:
    """What one machine takes for the time: wrong by an offset that may be set anew."""

    def __init__(self, calendar: Calendar, offset_ms: int = 0) -> None:
        self._calendar = calendar
        self.offset_ms = offset_ms

    def now_ms(self) -> int:
        """Unix milliseconds, as this machine believes."""
        return self._calendar.now_ms() + self.offset_ms

    def monotonic(self) -> float:
        """Seconds; not even a wrong clock goes back here."""
        return self._calendar.monotonic()
