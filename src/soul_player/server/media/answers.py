"""The bytes of an opened file, as an answer."""

import asyncio
import logging
import os
from collections.abc import Callable
from typing import Any

from soul_player.server.media.files import OpenedFile

log = logging.getLogger("soul_player.server")

# Measured (benchmarks/streaming.py): larger pieces fall out of the processor's cache, smaller ones cost more calls.
PIECE_BYTES = 128 * 1024
# A player that has buffered enough stops reading; one that does so for longer asks again with a range.
STALLED_SECONDS = 300.0
# Linux reads what is in the page cache at once with this flag, and says so when it is not there.
_AT_ONCE: int | None = getattr(os, "RWF_NOWAIT", None)


class FileChanged(Exception):
    """Somebody wrote to the file while it was sent: what was promised cannot be kept."""


class FileAnswer:
    """`length` bytes from `first` on. Owns the file, and closes it whatever happens."""

    def __init__(
        self,
        file: OpenedFile,
        *,
        status: int,
        headers: tuple[tuple[bytes, bytes], ...],
        first: int,
        length: int,
        stalled_seconds: float = STALLED_SECONDS,
    ) -> None:
        self._file = file
        self._status = status
        self._headers = headers
        self._first = first
        self._length = length
        self._stalled_seconds = stalled_seconds

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, ARG002  # an ASGI app's signature
        """Send them, at the client's pace."""
        try:
            headers = (*self._headers, (b"content-length", b"%d" % self._length))
            await send({"type": "http.response.start", "status": self._status, "headers": headers})
            if scope["method"] == "HEAD" or self._length == 0:
                await send({"type": "http.response.body", "body": b""})
                return
            ours = scope.get("extensions", {}).get("soul_player", {})
            await self._send_pieces(send, is_gone=ours.get("is_gone", _is_here))
        except (FileChanged, TimeoutError, OSError) as error:
            # An answer without its end: the connection is broken, and the client knows that it does not have it all.
            log.warning("a file was not sent to its end: %s", str(error) or type(error).__name__)
        finally:
            self._file.close()

    async def _send_pieces(self, send: Any, *, is_gone: Callable[[], bool]) -> None:  # noqa: ANN401  # ASGI's
        loop = asyncio.get_running_loop()
        position, end = self._first, self._first + self._length
        async with asyncio.timeout(self._stalled_seconds) as bound:
            while position < end and not is_gone():
                piece = await _read(self._file.descriptor, min(PIECE_BYTES, end - position), position)
                position += len(piece)
                # The tag names the bytes that were hashed: a file that was written to meanwhile may have sent others.
                if not piece or (position == end and not self._file.is_unchanged()):
                    raise FileChanged("it was written to meanwhile")
                await send({"type": "http.response.body", "body": piece, "more_body": position < end})
                bound.reschedule(loop.time() + self._stalled_seconds)


async def _read(descriptor: int, count: int, position: int) -> bytes | memoryview:
    if _AT_ONCE is not None:
        buffer = bytearray(count)
        try:
            got = os.preadv(descriptor, [buffer], position, _AT_ONCE)
        except OSError:
            # Not in the page cache (EAGAIN), or a file system that cannot tell: a thread waits for the disk.
            got = 0
        if got:
            return memoryview(buffer)[:got]
    return await asyncio.to_thread(os.pread, descriptor, count, position)


def _is_here() -> bool:
    return False
