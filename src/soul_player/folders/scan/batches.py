"""Files in batches that workers take, a few batches at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

# One more than there are workers, so that none waits while rows are written.
BATCHES_AT_ONCE = 3
# So that a file that is asked for does not wait long for a worker that hashes others.
BYTES_A_BATCH = 16 << 20


def batches(
    items: Iterable[Item],
    *,
    root: Callable[[Item], int],
    files_max: int,
    size: Callable[[Item], int] = lambda _item: 0,
) -> Iterator[list[Item]]:
    """Files of one root each, at most so many, and at most `BYTES_A_BATCH` in all (or one file)."""
    batch: list[Item] = []
    size_bytes = 0
    for item in items:
        is_full = len(batch) == files_max or size_bytes + size(item) > BYTES_A_BATCH
        if batch and (is_full or root(item) != root(batch[0])):
            yield batch
            batch, size_bytes = [], 0
        batch.append(item)
        size_bytes += size(item)
    if batch:
        yield batch


async def in_parallel(batches: Iterable[Sequence[Item]], handle: Callable[[Sequence[Item]], Awaitable[None]]) -> None:
    """Handle every batch, a few at once; the batches are made as they are needed."""
    waiting = iter(batches)

    async def work() -> None:
        for batch in waiting:
            await handle(batch)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(BATCHES_AT_ONCE):
                group.create_task(work())
    except BaseExceptionGroup as failures:
        # The first is the cause and says what a caller can do; the others were only cancelled, or failed alike.
        raise failures.exceptions[0] from failures
