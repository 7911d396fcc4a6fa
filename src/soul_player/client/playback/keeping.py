"""An original that is streamed from its start to its end is written beside, verified, and offered as a copy."""

import asyncio
import hashlib
import os
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from soul_player.client.library.model import TrackSource

ORIGINAL_TAG = "sha256-"


class Adopt(Protocol):
    """Takes over a verified and durable file as the automatic copy of a track. It is moved away, or deleted after."""

    async def __call__(self, row: TrackSource, streamed: Path, *, sha256: str) -> None:
        """`sha256`: of the file, in hexadecimal digits."""
        ...


class Copies(Protocol):
    """The copies of this home, as playing needs them: `client.downloads.store`."""

    async def adopt(self, row: TrackSource, streamed: Path, *, sha256: str) -> None:
        """As `Adopt`."""
        ...

    def opened(self, path: str) -> AbstractAsyncContextManager[None]:
        """While the block lasts the file is not evicted, and afterwards later than others."""
        ...

    async def lost(self, path: str) -> bool:
        """It is missing, or not what was stored: the rows are put right, and it is fetched again if somebody keeps it.

        False: it is no copy, or nothing is wrong with it now.
        """
        ...


class Keeping:
    """The file beside one stream. A disk that is full, or away, ends the keeping and never the stream."""

    def __init__(self, row: TrackSource, path: Path, *, sha256: str, size_bytes: int) -> None:
        self._row = row
        self._path = path
        self._sha256 = sha256
        self._size_bytes = size_bytes
        self._digest = hashlib.sha256()
        self._written = 0
        self._file: BinaryIO | None = None
        self.has_failed = False

    async def write(self, piece: bytes) -> None:
        """The next bytes."""
        if self.has_failed:
            return
        try:
            if self._file is None:
                await asyncio.to_thread(self._path.parent.mkdir, parents=True, exist_ok=True)
                self._file = await asyncio.to_thread(self._path.open, "xb", buffering=0)
            await asyncio.to_thread(_write, self._file, piece)
        except OSError:
            # No copy then: it can be fetched another time, and the music goes on.
            self.has_failed = True
            return
        self._digest.update(piece)
        self._written += len(piece)

    async def keep(self, adopt: Adopt) -> bool:
        """All of it came. False: it could not be written, or is not what it should be."""
        if self.has_failed or self._file is None or self._written != self._size_bytes:
            return False
        if self._digest.hexdigest() != self._sha256:
            return False
        try:
            await asyncio.to_thread(os.fsync, self._file.fileno())
        except OSError:
            return False
        await adopt(self._row, self._path, sha256=self._sha256)
        return True

    async def close(self) -> None:
        """What was not taken over goes."""
        if self._file is not None:
            await asyncio.to_thread(self._file.close)
            await asyncio.to_thread(self._path.unlink, missing_ok=True)
            self._file = None


def _write(file: BinaryIO, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]


def original_hash(row: TrackSource, etag: str | None) -> str | None:
    """The sha256 of the original's bytes, as far as the server's tag and the library agree on it."""
    tagged = etag.strip('"').removeprefix(ORIGINAL_TAG) if etag and etag.startswith(f'"{ORIGINAL_TAG}') else None
    known = None if row.file_hash is None else row.file_hash.removeprefix("sha256:")
    if tagged is not None and known is not None and tagged != known:
        return None
    return tagged or known
