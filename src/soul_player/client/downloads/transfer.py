"""One file from one source into a part: goes on where it stopped, and is whole only when every byte is right."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from soul_player.audio.formats import suffix_of
from soul_player.client.downloads.answers import (
    Complete,
    GoOn,
    Meaning,
    NotYet,
    StartOver,
    Whole,
    etag_of,
    read_answer,
)
from soul_player.client.downloads.disk import Disk, Part, to_its_end
from soul_player.client.downloads.holders import Holder
from soul_player.client.downloads.places import Places
from soul_player.client.downloads.receiving import Progress, Receiving
from soul_player.client.downloads.throttle import DownloadThrottler
from soul_player.client.downloads.writing import Memories, Piece
from soul_player.client.errors import BytesDiffer, ProtocolError, TransientSyncError
from soul_player.client.library.download_model import TaskId
from soul_player.client.library.model import SourceId
from soul_player.client.sources.files import opened_file
from soul_player.client.sources.filling import Fill
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sources.symptoms import parse_retry_after
from soul_player.client.sources.transport import Streamed
from soul_player.edges import Clock
from soul_player.protocol.quality import StreamQuality

# Files whose last bytes have come and go to the disk, beside those that are being received.
FINISHING_MAX = 8
# A part that turns out to be of no use costs a start from nothing; a server that always says so is given up.
STARTS_MAX = 3
UNKNOWN_AUDIO = "application/octet-stream"
_HINT = "the file may have been replaced at the server: sync, then try again"


class NotReady(TransientSyncError):
    """The server is still making the quality that was asked for."""

    code = "not_ready"


class _Again(Exception):
    """What was there is of no use: from nothing."""


@dataclass(frozen=True)
class Received:
    """A part in which every byte is right, and on the disk; its name is not."""

    part: Path
    sha256: str
    size_bytes: int
    content_type: str
    quality: StreamQuality
    holder: Holder


Measure = Callable[[SourceId, Fill], AbstractContextManager[Fill]]


@dataclass(frozen=True)
class Line:
    """What every transfer of this home uses. `measure`: sees how much comes, and how quickly."""

    disk: Disk
    places: Places
    throttler: DownloadThrottler
    clock: Clock
    measure: Measure
    memories: Memories = field(default_factory=Memories)
    finishing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FINISHING_MAX))


class Transfer:
    """`make_room` is told how large the file will be, and how much of it is here already, before anything is taken.

    `begun`: the sha256 of the bytes of which some are in a part of this task; afterwards, of those that are there now.
    """

    def __init__(  # what one file takes
        self,
        line: Line,
        task_id: TaskId,
        *,
        holder: Holder,
        quality: StreamQuality,
        begun: str | None,
        progress: Progress,
        make_room: Callable[[int, int], Awaitable[None]],
    ) -> None:
        self._line = line
        self._task_id = task_id
        self._holder = holder
        self._quality = quality
        self.begun = begun
        self._progress = progress
        self._make_room = make_room

    async def run(self, server: ServerClient) -> Received:
        """Raises `BytesDiffer`, `ProtocolError`, `NotReady`, `DiskFull`, `FileUnwritable`, or what the line raises."""
        self._progress.source_id = self._holder.source_id
        for _ in range(STARTS_MAX):
            try:
                with self._line.memories.lending() as lend:
                    return await self._start(server, lend)
            except _Again:
                self.begun = None
                self._progress.is_received = False
        raise BytesDiffer(f"{self._holder.source_name} sends other bytes each time", hint=_HINT)

    async def _start(self, server: ServerClient, lend: Callable[[], memoryview]) -> Received:
        part = await self._open_begun()
        try:
            is_original = self._quality is StreamQuality.ORIGINAL
            if is_original and part is not None and part.size_bytes == self._progress.bytes_total:
                await self._make_room(part.size_bytes, part.size_bytes)
                return await self._finished(part, (), self.begun, self._holder.content_type, was_resumed=True)
            offset = 0 if part is None else part.size_bytes
            tag = None if part is None or self.begun is None else etag_of(self.begun)
            async with opened_file(
                server, self._holder.remote_id, offset=offset, etag=tag, quality=self._quality
            ) as streamed:
                meaning = read_answer(streamed.status, streamed.headers, offset=offset, sha256=self.begun)
                part, sha256, was_resumed = await self._take(meaning, part)
                content_type = self._content_type(streamed)
                rest = [] if isinstance(meaning, Complete) else [await self._receive(streamed, part, lend)]
            return await self._finished(part, rest, sha256, content_type, was_resumed=was_resumed)
        finally:
            if part is not None and part.is_open:
                await asyncio.to_thread(part.close)

    async def _open_begun(self) -> Part | None:
        """What is there of the wanted bytes. A part that cannot be of them is taken away."""
        if self.begun is None:
            self._progress.bytes_done = self._progress.resumed_bytes = 0
            return None
        path = self._line.places.part(self._task_id, self.begun)
        part = Part(self._line.disk, path)
        await asyncio.to_thread(part.read_again)
        if self.begun == self._holder.sha256 and self._quality is StreamQuality.ORIGINAL:
            self._progress.bytes_total = self._holder.size_bytes
        if part.size_bytes == 0 or part.size_bytes > (self._progress.bytes_total or part.size_bytes):
            await self._discard(part)
            raise _Again
        self._progress.bytes_done = self._progress.resumed_bytes = part.size_bytes
        return part

    async def _take(self, meaning: Meaning, part: Part | None) -> tuple[Part, str | None, bool]:
        """The part to go on with, what its sum must be, and whether some of it was there before."""
        match meaning:
            case Whole(size_bytes, told):
                if part is not None:
                    await self._discard(part)
                return await self._begin(size_bytes, told), self.begun, False
            case GoOn(size_bytes):
                assert part is not None
                self._progress.bytes_total = size_bytes
                await self._make_room(size_bytes, part.size_bytes)
                return part, self.begun, True
            case Complete():
                assert part is not None
                self._progress.bytes_total = part.size_bytes
                await self._make_room(part.size_bytes, part.size_bytes)
                return part, self.begun, True
            case StartOver():
                assert part is not None
                await self._discard(part)
                raise _Again
            case NotYet(retry_after):
                seconds = parse_retry_after(retry_after, now_ms=self._line.clock.now_ms())
                raise NotReady(f"{self._holder.source_name} is still making it", retry_after_seconds=seconds or 5.0)

    async def _begin(self, size_bytes: int | None, told: str | None) -> Part:
        """A new part, under the name of the bytes that come. What the server's strong tag says goes over the library:
        the file may have been replaced since the last sync."""
        known = self._holder.sha256 if self._quality is StreamQuality.ORIGINAL else None
        sha256 = told or known
        if sha256 is None:
            raise ProtocolError("nothing tells what bytes the file should have")
        total = size_bytes if size_bytes is not None else self._holder.size_bytes if sha256 == known else None
        if total is None:
            raise ProtocolError("nothing tells how long the file is")
        self.begun = sha256
        self._progress.bytes_total = total
        self._progress.bytes_done = self._progress.resumed_bytes = 0
        await self._make_room(total, 0)
        path = self._line.places.part(self._task_id, sha256)
        return Part(self._line.disk, path)

    async def _receive(self, streamed: Streamed, part: Part, lend: Callable[[], memoryview]) -> Piece:
        """What the disk does not have yet."""
        receiving = Receiving(part, self._progress, self._line.throttler, lend=lend)
        with self._line.measure(self._holder.source_id, streamed.filling()) as fill:
            return await receiving.receive(fill, source_name=self._holder.source_name)

    def _content_type(self, streamed: Streamed) -> str:
        """What the library says of an original; of a transcode what the server says, if it is one of ours."""
        if self._quality is StreamQuality.ORIGINAL:
            return self._holder.content_type
        told = streamed.headers.get("Content-Type", "").lower()
        return told if suffix_of(told) else UNKNOWN_AUDIO

    async def _finished(
        self, part: Part, rest: Sequence[Piece], sha256: str | None, content_type: str, *, was_resumed: bool
    ) -> Received:
        """The last bytes, and the sum of all. What fails is taken away; fetched anew, if its beginning was damaged."""
        async with self._line.finishing:
            # Whoever waits for the line may have it.
            self._progress.is_received = True
            self._progress.on_received()
            is_right = await to_its_end(partial(part.finish, rest, sha256=sha256))
        if not is_right:
            await self._discard(part)
            if was_resumed:
                raise _Again
            raise BytesDiffer("the bytes that came are not those that the server says it sent", hint=_HINT)
        return Received(
            part=part.path,
            sha256=part.sha256(),
            size_bytes=part.size_bytes,
            content_type=content_type,
            quality=self._quality,
            holder=self._holder,
        )

    async def _discard(self, part: Part) -> None:
        await asyncio.to_thread(part.close)
        await asyncio.to_thread(self._line.disk.remove, part.path)
