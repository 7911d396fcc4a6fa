"""A file of this device, opened and read in pieces: nothing but what was stored is given out."""

import asyncio
import os
import stat
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from soul_player.client.playback.errors import FileVanished
from soul_player.client.sources.streams import PastTheEnd, StreamAnswer

PIECE_BYTES = 256 * 1024


@asynccontextmanager
async def open_file(
    path: Path, *, content_type: str, size_bytes: int, etag: str | None, first: int = 0, last: int | None = None
) -> AsyncGenerator[StreamAnswer, None]:
    """Raises `FileVanished` when it is not there, is no file, or has not so many bytes; `PastTheEnd`."""
    try:
        file = await asyncio.to_thread(_open, path)
    except OSError as error:
        raise FileVanished(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size != size_bytes:
            raise FileVanished(f"{path} is not the file that was stored")
        if first >= size_bytes > 0:
            raise PastTheEnd(size_bytes)
        end = size_bytes if last is None else min(last + 1, size_bytes)
        pieces = _pieces(file, path, first, end)
        yield StreamAnswer(content_type, first, end - 1, size_bytes, is_seekable=True, etag=etag, pieces=pieces)
    finally:
        await asyncio.to_thread(file.close)


def _open(path: Path) -> BinaryIO:
    # A pipe under the name of a song must not make `open` wait.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    return os.fdopen(descriptor, "rb", buffering=0)


async def _pieces(file: BinaryIO, path: Path, first: int, end: int) -> AsyncIterator[bytes]:
    position = first
    while position < end:
        count = min(PIECE_BYTES, end - position)
        try:
            piece = await asyncio.to_thread(os.pread, file.fileno(), count, position)
        except OSError as error:
            raise FileVanished(f"{path} cannot be read: {error.strerror or error}") from error
        if not piece:
            raise FileVanished(f"{path} was cut short while it was read")
        position += len(piece)
        yield piece
