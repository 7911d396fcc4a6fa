"""A machine of a world: a process that is started, stopped, and loses its power in the middle of anything."""

import asyncio
import contextvars
import random
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from tests.edges.seeded_randomness import SeededRandomness
from tests.simulation.clock import Calendar, SkewedClock, current_host
from tests.simulation.disk import Disk
from tests.simulation.trace import Trace

# Until a machine is on again.
OFF_SECONDS = (0.5, 120.0)


class Machine(ABC):
    """Its process runs in a task of its own; whatever `spawn` starts on it ends with the process."""

    def __init__(self, name: str, folder: Path, *, seed: int, calendar: Calendar, trace: Trace) -> None:
        self.name = name
        self.random = random.Random(f"{name} of {seed}")
        self.randomness = SeededRandomness(self.random.getrandbits(64))
        self.clock = SkewedClock(calendar)
        self.disk = Disk(folder, self.random)
        self.trace = trace
        self.is_up = False
        self.starts = 0
        # Jobs until the power is cut, at a moment between any two commits; None: not planned.
        self.jobs_left: int | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._process: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._may_start = asyncio.Event()
        self._may_start.set()
        self._came_up = asyncio.Event()
        self._is_cut = False
        # It did something since somebody set this to False.
        self.has_worked = True

    @abstractmethod
    async def main(self, stop: asyncio.Event) -> None:
        """The process: returns soon after `stop` is set."""

    async def live(self) -> None:
        """For ever: start, run, stop or lose power, start again."""
        while True:
            await self._may_start.wait()
            await self._run_once()
            await asyncio.sleep(self.random.uniform(*OFF_SECONDS))

    async def _run_once(self) -> None:
        self._stop = asyncio.Event()
        self._is_cut = False
        self.starts += 1
        self.trace(self.name, f"starts ({self.starts})")
        current_host.set(self)
        try:
            async with asyncio.TaskGroup() as around:
                self._process = around.create_task(self._main())
                await asyncio.wait({self._process})
        finally:
            self._process = None
            self._gone()

    async def _main(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                self._still_up()
                await self.main(self._stop)
                # What it still did for others ends with the process.
                for task in list(tasks._tasks):
                    task.cancel()
        except ExceptionGroup:
            # What a ghost meets on its way out is no fault: its files were closed under it.
            if not self._is_cut:
                raise

    def _still_up(self) -> None:
        if not self._is_cut:
            self.is_up = True

    def came_up(self) -> None:
        """The process answers."""
        if not self._is_cut:
            self._came_up.set()

    def _gone(self) -> None:
        self.is_up = False
        self._tasks = None
        self._came_up.clear()
        self.jobs_left = None
        if self._is_cut:
            self.disk.turn_on()
        else:
            self.disk.forget_connections()
        self.trace(self.name, "is off")

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Work of this machine, which ends with its process."""
        assert self._tasks is not None, self.name
        return self._tasks.create_task(work, context=_context_of(self))

    async def until_up(self) -> None:
        """Return when it answers, and was not told to stop."""
        while self._stop.is_set() or self._is_cut or not self._came_up.is_set():  # noqa: ASYNC110  # three facts
            await asyncio.sleep(1.0)

    def cut_power(self) -> None:
        """At once: nothing after this moment reaches its disk."""
        if self._process is None or self._is_cut:
            return
        self.trace(self.name, "loses its power")
        self._is_cut = True
        self.is_up = False
        self.disk.cut_power()
        self._process.cancel()

    def stop(self) -> None:
        """Let the process end by itself."""
        self.trace(self.name, "is told to stop")
        self._stop.set()

    @property
    def is_cut(self) -> bool:
        """What still runs on it is a ghost."""
        return self._is_cut

    async def switched_off(self) -> None:
        """Keep it off, and return when it is."""
        self._may_start.clear()
        if self._process is not None:
            self.stop()
            await asyncio.wait({self._process})
            # `live` itself has its turn before its disk is touched.
            while self._process is not None:  # noqa: ASYNC110  # its next turn, no wait
                await asyncio.sleep(0)

    def switch_on(self) -> None:
        """It may start again."""
        self._may_start.set()

    def loses_power_before_job(self) -> bool:
        """Counts the jobs down to the one that never happens."""
        if self.jobs_left is None or self._is_cut:
            return False
        self.jobs_left -= 1
        if self.jobs_left > 0 or self.random.random() < 0.5:
            return False
        self.cut_power()
        return True

    def loses_power_after_job(self) -> bool:
        """The other half: the job is done, and its result is lost."""
        self.disk.note_commit()
        self.has_worked = True
        if self.jobs_left is None or self.jobs_left > 0 or self._is_cut:
            return False
        self.cut_power()
        return True


def _context_of(machine: Machine) -> contextvars.Context:
    """A context in which jobs belong to this machine."""
    context = contextvars.copy_context()
    context.run(current_host.set, machine)
    return context
