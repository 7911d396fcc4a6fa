"""A file that is written while others read it: whoever catches up waits, the last to leave ends the writing."""

import asyncio
import os
import threading
from collections.abc import Callable

from soul_player.server.errors import RequestRefused

# What must be there before it is called music: the head of a file with nothing behind it is less.
SOUNDS_BYTES = 4_096


class GrowingFile:
    """Made with one listener. `on_left` is told this file when the last one leaves before the end."""

    def __init__(self, on_left: "Callable[[GrowingFile], object]") -> None:
        self._on_left = on_left
        self._listeners = 1
        self._descriptor: int | None = None
        # A thread that still writes must not find another file under the number.
        self._descriptor_lock = threading.Lock()
        self._is_written = True
        self._refusal: RequestRefused | None = None
        self._grown = asyncio.Event()
        self.size_bytes = 0
        self.is_over = False

    def opened(self, descriptor: int) -> None:
        """The writer has a file; it is closed when the writer and all listeners are done with it."""
        self._descriptor = descriptor

    def append(self, piece: bytes) -> None:
        """The whole piece, or `OSError`. Blocks like any disk: for threads; `grow` tells of it afterwards."""
        view = memoryview(piece)
        at = self.size_bytes
        with self._descriptor_lock:
            while view and self._descriptor is not None:
                written = os.pwrite(self._descriptor, view, at)
                view, at = view[written:], at + written

    def grow(self, count: int) -> None:
        """So many bytes more can be read."""
        self.size_bytes += count
        self._tell()

    def finish(self, refusal: RequestRefused | None = None) -> None:
        """Nothing more comes; with `refusal`, because it failed."""
        self._refusal = refusal
        self.is_over = True
        self._tell()

    def written(self) -> None:
        """The writer is done with the file."""
        self._is_written = False
        self._close_when_free()

    @property
    def is_shared(self) -> bool:
        """Whether several listen."""
        return self._listeners > 1

    def join(self) -> bool:
        """One listener more. False: it was given up already."""
        if self._listeners == 0:
            return False
        self._listeners += 1
        return True

    def leave(self) -> None:
        """One listener fewer."""
        self._listeners -= 1
        if self._listeners == 0:
            if not self.is_over:
                self._on_left(self)
            self._close_when_free()

    async def sounds(self) -> None:
        """Until there is something to hear, or all there will be. Raises the `RequestRefused` of a failure."""
        while self.size_bytes < SOUNDS_BYTES and not self.is_over:
            await self._grown.wait()
        if self._refusal is not None:
            raise self._refusal

    async def read(self, position: int, count: int, *, wait_seconds: float) -> bytes | None:
        """What is there from `position` on; nothing at the end; None when nothing came in so long.

        Raises the `RequestRefused` of a failure.
        """
        if position >= self.size_bytes and not self.is_over:
            try:
                await asyncio.wait_for(self._grown.wait(), wait_seconds)
            except TimeoutError:
                return None
        if position < self.size_bytes:
            assert self._descriptor is not None
            return os.pread(self._descriptor, min(count, self.size_bytes - position), position)
        if self._refusal is not None:
            raise self._refusal
        return b"" if self.is_over else None

    def _tell(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    def _close_when_free(self) -> None:
        if self._listeners > 0 or self._is_written:
            return
        with self._descriptor_lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None
