"""The bytes of one body into a part: while the disk has what came last, the next ones come."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from soul_player.client.downloads.disk import Part, ended, to_its_end
from soul_player.client.downloads.throttle import PIECE_BYTES_MAX, DownloadThrottler
from soul_player.client.downloads.writing import MEMORY_BYTES
from soul_player.client.errors import BytesDiffer, ConnectionLost
from soul_player.client.library.model import SourceId
from soul_player.client.sources.filling import Fill

# Bytes that are handed to the disk at once; as many again may be on their way there.
BATCH_BYTES = MEMORY_BYTES


def _nothing() -> None:
    return


@dataclass
class Progress:
    """How far it is, for whoever looks. `resumed_bytes`: how much was there already.

    `is_received`: the line is free for another one, the disk does its part; `on_received` is called then.
    """

    source_id: SourceId | None = None
    bytes_done: int = 0
    bytes_total: int | None = None
    resumed_bytes: int = 0
    is_received: bool = False
    on_received: Callable[[], None] = _nothing


class Receiving:
    """`lend`: memory for a batch, anew each time, for as long as what was received is used."""

    def __init__(
        self, part: Part, progress: Progress, throttler: DownloadThrottler, *, lend: Callable[[], memoryview]
    ) -> None:
        self._part = part
        self._progress = progress
        self._throttler = throttler
        self._lend = lend
        # Each byte has the place in the memory that it has in its stretch of the file: blocks of the disk are blocks of
        # the memory, also behind a part that goes on from an odd place.
        self._memory = lend()
        self._begin = self._end = progress.bytes_done % BATCH_BYTES
        self._spare: memoryview | None = None
        self._writing: asyncio.Future[None] | None = None
        self._syncing: asyncio.Future[None] | None = None

    async def receive(self, fill: Fill, *, source_name: str) -> memoryview:
        """What the disk does not have yet, at the end. If it ends too early, whatever came is in the part."""
        progress, total = self._progress, self._progress.bytes_total or 0
        is_whole = False
        try:
            while progress.bytes_done < total:
                if self._end == BATCH_BYTES:
                    await self._write()
                count = await fill(self._room(total - progress.bytes_done))
                if not count:
                    break
                await self._pass(count)
            else:
                if await fill(memoryview(bytearray(1))):
                    raise BytesDiffer(f"more than the {total} bytes came that were announced")
                is_whole = True
        finally:
            await ended(*(one for one in (self._writing, self._syncing) if one is not None))
            if not is_whole:
                await to_its_end(partial(self._part.append, [self._batch()]))
        if not is_whole:
            raise ConnectionLost(f"the connection to {source_name} ended too early")
        return self._batch()

    def _batch(self) -> memoryview:
        return self._memory[self._begin : self._end]

    def _room(self, left_bytes: int) -> memoryview:
        """For the next bytes: not too many, where they have to wait before they count."""
        most = left_bytes if self._throttler.is_open else min(left_bytes, PIECE_BYTES_MAX)
        return self._memory[self._end : min(BATCH_BYTES, self._end + most)]

    async def _pass(self, count: int) -> None:
        """They came, and may count."""
        throttler = self._throttler
        left = count
        while left:
            if throttler.is_open and left == count:
                cut = count
            else:
                cut = min(left, throttler.piece_bytes)
                await throttler.take(cut)
            left -= cut
            self._end += cut
            self._progress.bytes_done += cut

    async def _write(self) -> None:
        """Wait for the last batch, and begin with this one."""
        loop, part = asyncio.get_running_loop(), self._part
        if self._writing is not None:
            await ended(self._writing)
        if self._syncing is not None and self._syncing.done():
            # What it failed on is gone: this ends here.
            self._syncing.result()
            self._syncing = None
        if self._syncing is None and part.needs_sync():
            self._syncing = loop.run_in_executor(None, part.sync)
        self._writing = loop.run_in_executor(None, part.append, [self._batch()])
        self._memory, self._spare = self._spare or self._lend(), self._memory
        self._begin = self._end = 0
