"""A track's original bytes: into a file, whole and verified, or a range of them."""

import asyncio
import errno
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from soul_player.client.errors import (
    BytesDiffer,
    ConnectionLost,
    DiskFull,
    FileUnwritable,
    ProtocolError,
    TrackNotFound,
)
from soul_player.client.library.browse import sources_of
from soul_player.client.library.model import AvailabilityStatus, LocalTrackId, Source, TrackSource
from soul_player.client.library.sources import find_source
from soul_player.client.sources.connections import Connections
from soul_player.client.sources.transport import Streamed
from soul_player.database.access import Database

RANGE_BYTES_MAX = 64 * 1024 * 1024
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_HINT = "the file may have been replaced at the server: sync, then try again"


@dataclass(frozen=True)
class Fetched:
    """A file that is whole, durable, and has the bytes that the library knows. `sha256` is in hexadecimal digits."""

    path: Path
    size_bytes: int
    sha256: str
    content_type: str


@dataclass(frozen=True)
class FetchedRange:
    """Bytes `first` to `last` (both included) of a file of `size_bytes`."""

    first: int
    last: int
    size_bytes: int
    content: bytes


class Fetching:
    """Bytes of tracks, for once, from the first source that can give them."""

    def __init__(self, library: Database, connections: Connections) -> None:
        self._library = library
        self._connections = connections

    async def fetch(self, track_id: LocalTrackId, target: Path) -> Fetched:
        """The whole original, under `target` only once it is verified and on the disk.

        Raises `TrackNotFound`, `BytesDiffer`, `DiskFull`, `FileUnwritable`, or what the source's connection raises.
        """
        source, wanted = await self._wanted(track_id)
        partial = target.with_name(target.name + ".part")
        try:
            async with self._connections.to(source).download(wanted.remote_id) as streamed:
                digest, size = await _write(streamed, partial, size_max=wanted.file_size)
            _verify(wanted, streamed, digest=digest, size=size)
            await asyncio.to_thread(_settle, partial, target)
        except OSError as error:
            raise _unwritable(target, error) from error
        finally:
            await asyncio.to_thread(partial.unlink, missing_ok=True)
        return Fetched(target, size, digest, wanted.content_type)

    async def read_range(self, track_id: LocalTrackId, first: int, last: int) -> FetchedRange:
        """Some bytes of the original, both ends included. Raises `TrackNotFound`, `ProtocolError`."""
        if not 0 <= first <= last or last - first >= RANGE_BYTES_MAX:
            raise ProtocolError(f"bytes {first} to {last} are no range that can be asked for")
        source, wanted = await self._wanted(track_id)
        async with self._connections.to(source).download(wanted.remote_id, first=first, last=last) as streamed:
            size = _range_size(streamed, first=first)
            content = bytearray()
            async for piece in streamed.pieces:
                content += piece
                if len(content) > last - first + 1:
                    raise ProtocolError("more bytes came than were asked for")
        if len(content) != min(last, size - 1) - first + 1:
            raise ConnectionLost("fewer bytes came than were asked for")
        return FetchedRange(first, first + len(content) - 1, size, bytes(content))

    async def _wanted(self, track_id: LocalTrackId) -> tuple[Source, TrackSource]:
        for one in await self._library.read(sources_of, track_id):
            source = await self._library.read(find_source, one.source_id)
            if source is not None and one.status in {AvailabilityStatus.STREAM_ONLY, AvailabilityStatus.CACHED}:
                return source, one
        raise TrackNotFound(f"no source can give the bytes of track {track_id}")


async def _write(streamed: Streamed, partial: Path, *, size_max: int) -> tuple[str, int]:
    """The digest and the size of what was written. Stops when more comes than the library knows of."""
    if streamed.status != 200:
        raise ProtocolError(f"status {streamed.status} came where a whole file was asked for")
    digest, size = hashlib.sha256(), 0
    file = await asyncio.to_thread(partial.open, "wb")
    try:
        async for piece in streamed.pieces:
            size += len(piece)
            if size > size_max:
                raise BytesDiffer(f"more than the {size_max} bytes came that the library knows of")
            digest.update(piece)
            await asyncio.to_thread(file.write, piece)
        await asyncio.to_thread(_make_durable, file)
    finally:
        await asyncio.to_thread(file.close)
    return digest.hexdigest(), size


def _verify(wanted: TrackSource, streamed: Streamed, *, digest: str, size: int) -> None:
    """Length and sha256, against what the library knows and what the server says that it sent."""
    if size != wanted.file_size:
        raise BytesDiffer(f"{size} bytes came, the library knows of {wanted.file_size}", hint=_HINT)
    if wanted.file_hash is not None and wanted.file_hash != f"sha256:{digest}":
        raise BytesDiffer("the bytes that came are not those that the library knows", hint=_HINT)
    etag = streamed.headers.get("ETag")
    if etag is not None and etag.startswith('"sha256-') and etag != f'"sha256-{digest}"':
        raise BytesDiffer("the bytes that came are not those that the server says it sent")
    if wanted.file_hash is None and etag is None:
        raise ProtocolError("nothing tells what bytes the file should have")


def _range_size(streamed: Streamed, *, first: int) -> int:
    """The size of the whole file, from the answer to a range."""
    match = _CONTENT_RANGE.fullmatch(streamed.headers.get("Content-Range", ""))
    if streamed.status == 416:
        raise ProtocolError("the file ends before the bytes that were asked for")
    if streamed.status != 206 or match is None or int(match.group(1)) != first:
        raise ProtocolError(f"status {streamed.status} came where a range of bytes was asked for")
    return int(match.group(3))


def _make_durable(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _settle(partial: Path, target: Path) -> None:
    """Under its real name, in one step that a power cut cannot halve."""
    partial.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unwritable(target: Path, error: OSError) -> DiskFull | FileUnwritable:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(f"the disk is full: nothing more fits into {target.parent}", hint="make room on it")
    return FileUnwritable(f"{target} cannot be written: {error.strerror or error}")
