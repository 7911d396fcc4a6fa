"""Where the transactions of a SQLite database run: on threads in a program, on the caller's own in a simulation."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")

READERS = 4

# A whole transaction; what it returns is returned.
Job = Callable[[], T]


class Runner(Protocol):
    """Where transactions run: on threads in a program, inline in a simulation."""

    async def on_writer(self, job: Job[T]) -> T:
        """One at a time, in the order of arrival."""
        ...

    async def on_reader(self, job: Job[T]) -> T:
        """Beside the writer and each other."""
        ...

    def close(self) -> None:
        """Wait for what runs."""
        ...


class Threads:
    """One thread that writes, a few that read."""

    def __init__(self, readers: int = READERS) -> None:
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="database-writer")
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="database-reader")

    async def on_writer(self, job: Job[T]) -> T:
        """One at a time, in the order of arrival."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, job)

    async def on_reader(self, job: Job[T]) -> T:
        """Beside the writer and each other."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, job)

    def close(self) -> None:
        """Wait for what runs."""
        self._writer.shutdown()
        self._readers.shutdown()


class Inline:
    """On the caller's own thread, at once: for simulations, migrations and short commands."""

    async def on_writer(self, job: Job[T]) -> T:
        """At once."""
        return job()

    async def on_reader(self, job: Job[T]) -> T:
        """At once."""
        return job()

    def close(self) -> None:
        """Nothing runs."""
