"""File-system events -> one signal for each burst, once it has settled."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import watchfiles

QUIET_SECONDS = 2.0
# Together with a scan of what changed this stays within ten seconds, even while a copy goes on.
BURST_SECONDS_MAX = 7.0


async def watch_folders(folders: Sequence[bytes], stop: asyncio.Event) -> AsyncIterator[int]:
    """The number of events of each burst below the folders, until `stop` is set.

    Raises `OSError` when they cannot be watched (one does not exist, or the kernel's watches are used up).
    """
    events = watchfiles.awatch(
        *(os.fsdecode(folder) for folder in folders),
        watch_filter=_matters,
        debounce=400,
        step=100,
        stop_event=stop,
        ignore_permission_denied=True,
        raise_interrupt=False,
    )
    async for burst in settled(events):
        yield burst


async def settled(
    events: AsyncIterator[Iterable[object]],
    *,
    quiet_seconds: float = QUIET_SECONDS,
    burst_seconds_max: float = BURST_SECONDS_MAX,
) -> AsyncIterator[int]:
    """The number of events of each burst: it ends after a quiet while, or when it has gone on for too long."""
    arrived: asyncio.Queue[int | None] = asyncio.Queue(maxsize=1000)
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(_read(events, arrived))
        try:
            while (first := await arrived.get()) is not None:
                total, is_last = await _rest_of_burst(first, arrived, quiet_seconds, burst_seconds_max)
                yield total
                if is_last:
                    break
        finally:
            reading.cancel()


async def _read(events: AsyncIterator[Iterable[object]], arrived: "asyncio.Queue[int | None]") -> None:
    async for changes in events:
        await arrived.put(sum(1 for _ in changes))
    await arrived.put(None)


async def _rest_of_burst(
    first: int, arrived: "asyncio.Queue[int | None]", quiet_seconds: float, burst_seconds_max: float
) -> tuple[int, bool]:
    total = first
    clock = asyncio.get_running_loop().time
    end = clock() + burst_seconds_max
    while (left := end - clock()) > 0:
        try:
            async with asyncio.timeout(min(quiet_seconds, left)):
                more = await arrived.get()
        except TimeoutError:
            break
        if more is None:
            return total, True
        total += more
    return total, False


def _matters(_change: watchfiles.Change, path: str) -> bool:
    """Hidden files are none of a library's: editors and copying programs write into them first."""
    return not Path(path).name.startswith(".")
