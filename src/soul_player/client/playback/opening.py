"""One place asked for a track's bytes: opened, or the reason why not."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from soul_player.client.errors import NetworkTimeout, PermanentSyncError, ServerUnavailable
from soul_player.client.library.local_files import CopyFile, forget_file
from soul_player.client.library.model import SourceId, TrackSource
from soul_player.client.playback.choose import AtServer, OnThisDevice, Place
from soul_player.client.playback.errors import FileVanished
from soul_player.client.playback.files import open_file
from soul_player.client.playback.keeping import ORIGINAL_TAG, Copies
from soul_player.client.sources.connections import Connections
from soul_player.client.sources.streams import StreamAnswer, StreamAsked, open_stream
from soul_player.database.access import Database
from soul_player.protocol.ids import TrackId
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.quality import StreamQuality

# Who listens waits for this: another source, or a clear answer, is better than half a minute of silence.
ANSWER_SECONDS = 10.0
# A server that was away when it was last asked gets less.
ANSWER_SECONDS_OFFLINE = 4.0


@dataclass(frozen=True)
class Part:
    """Which bytes are wanted. `etag`: a part is only wanted of these very bytes, else the whole."""

    start_seconds: float = 0.0
    first: int = 0
    last: int | None = None
    etag: str | None = None
    audio_format: str | None = None


@dataclass(frozen=True)
class Opened:
    """Bytes that are ready to be read; `stack` holds what must be closed."""

    place: Place
    quality: StreamQuality
    start_seconds: float
    answer: StreamAnswer
    stack: AsyncExitStack

    @property
    def row(self) -> TrackSource:
        """What the source says of the track."""
        return self.place.row

    @property
    def is_of_network(self) -> bool:
        """Not of this device."""
        return isinstance(self.place, AtServer)

    @property
    def is_being_made(self) -> bool:
        """A transcode whose end is not there yet."""
        return self.is_of_network and self.answer.size_bytes is None


class Opening:
    """Opens places. A file that is not what it was is taken out of the library on the way."""

    def __init__(self, library: Database, connections: Connections, copies: Copies) -> None:
        self._library = library
        self._connections = connections
        self._copies = copies

    async def put_right(self, row: TrackSource) -> None:
        """After its file was found missing, or another than was stored."""
        if row.path is None or not await self._copies.lost(row.path):
            await self._library.write(forget_file, row)

    async def open(
        self, place: Place, quality: StreamQuality, part: Part, *, copies: dict[tuple[SourceId, TrackId], CopyFile]
    ) -> Opened:
        """Raises `SyncError` or `PastTheEnd`. A server that does not transcode sends the original."""
        match place:
            case OnThisDevice():
                return await self._open_file(place, part, copies.get((place.row.source_id, place.row.remote_id)))
            case AtServer():
                try:
                    return await self._open_stream(place, quality, part)
                except (PermanentSyncError, ServerUnavailable) as error:
                    if quality is StreamQuality.ORIGINAL or not _is_about_quality(error):
                        raise
                return await self._open_stream(place, StreamQuality.ORIGINAL, part)

    async def _open_file(self, place: OnThisDevice, part: Part, copy: CopyFile | None) -> Opened:
        row = place.row
        tag = etag_of(row, copy)
        # As in HTTP: whoever holds a part of other bytes gets the whole of these.
        is_other = part.etag is not None and part.etag != tag
        part = replace(part, first=0, last=None) if is_other else part
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._copies.opened(place.path))
                answer = await stack.enter_async_context(
                    open_file(
                        Path(place.path),
                        content_type=row.content_type if copy is None else copy.content_type,
                        size_bytes=row.file_size if copy is None else copy.size_bytes,
                        etag=tag,
                        first=part.first,
                        last=part.last,
                    )
                )
            except FileVanished:
                await self.put_right(row)
                raise
            quality = StreamQuality.ORIGINAL if copy is None else copy.quality
            return Opened(place, quality, 0.0, answer, stack.pop_all())

    async def _open_stream(self, place: AtServer, quality: StreamQuality, part: Part) -> Opened:
        asked = StreamAsked(
            track_id=place.row.remote_id,
            quality=quality,
            start_seconds=part.start_seconds,
            first=part.first,
            last=part.last,
            etag=part.etag,
            audio_format=part.audio_format,
        )
        seconds = ANSWER_SECONDS_OFFLINE if place.source.is_offline else ANSWER_SECONDS
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(seconds):
                    answer = await stack.enter_async_context(open_stream(self._connections.to(place.source), asked))
            except TimeoutError as error:
                raise NetworkTimeout(f"{place.source.name} does not answer in time") from error
            if answer.etag is not None and answer.etag == etag_of(place.row, None):
                # It was small enough, in the server's eyes too.
                quality = StreamQuality.ORIGINAL
            # What is whole is sought in by the byte; only what is being made begins where it was asked to.
            start = 0.0 if answer.is_seekable or quality is StreamQuality.ORIGINAL else part.start_seconds
            return Opened(place, quality, start, answer, stack.pop_all())


def _is_about_quality(error: PermanentSyncError | ServerUnavailable) -> bool:
    """The original may be had all the same: no transcodes there, not of this file, or too many at once."""
    if isinstance(error, ServerUnavailable):
        return True
    return error.problem_code in {ProblemCode.INVALID_QUALITY, ProblemCode.TRANSCODE_FAILED}


def etag_of(row: TrackSource, copy: CopyFile | None) -> str | None:
    """The strong tag of the bytes of a file of this device, the same that a server gives the original."""
    if copy is not None:
        return f'"{ORIGINAL_TAG}{copy.sha256}"'
    return None if row.file_hash is None else f'"{ORIGINAL_TAG}{row.file_hash.removeprefix("sha256:")}"'
