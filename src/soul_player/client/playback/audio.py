"""The audio that a player reads: pieces in order, from another source where one breaks off."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import dataclass

from soul_player.client.errors import NetworkTimeout, OfflineError, SyncError, TransientSyncError
from soul_player.client.library.local_files import CopyFile
from soul_player.client.library.model import AvailabilityStatus, LocalTrackId, SourceId
from soul_player.client.playback.bandwidth import Bandwidth
from soul_player.client.playback.choose import OnThisDevice, Place
from soul_player.client.playback.course import Course
from soul_player.client.playback.errors import FileVanished, StreamEnded
from soul_player.client.playback.keeping import Keeping
from soul_player.client.playback.opening import Opened, Opening
from soul_player.client.playback.precedence import Precedence
from soul_player.client.sources.streams import PastTheEnd
from soul_player.protocol.ids import TrackId
from soul_player.protocol.quality import opus_bitrate

# A stream that brings nothing for so long is as good as broken: a player has about that much in hand.
STALLED_SECONDS = 10.0
# The same place is asked again when it brought this much since it was asked last.
PROGRESS_BYTES = 64 * 1024
# Before the places are gone through once more: a network that changes over, a server that starts anew.
WAITS_SECONDS = (1.0, 2.0, 4.0)
CHANGES_MAX = 50
# No encoder is slower than this many seconds a second.
ENCODER_PACE = 4.0
BYTE_BITS = 8


@dataclass(frozen=True)
class Tools:
    """What reading needs."""

    opening: Opening
    bandwidth: Bandwidth
    precedence: Precedence


class Audio:
    """Iterate over it for the bytes, once. Made and closed by `client.playback.open`."""

    def __init__(
        self,
        tools: Tools,
        opened: Opened,
        *,
        others: Sequence[Place],
        copies: dict[tuple[SourceId, TrackId], CopyFile],
        keeping: Keeping | None,
    ) -> None:
        answer = opened.answer
        self.track_id: LocalTrackId = opened.row.track_id
        self.content_type = answer.content_type
        self.quality = opened.quality
        self.start_seconds = opened.start_seconds
        self.first = answer.first
        self.last = answer.last
        self.size_bytes = answer.size_bytes
        self.is_seekable = answer.is_seekable
        self.etag = answer.etag
        self.is_whole = False
        self.opened = opened
        self.keeping = keeping
        self._tools = tools
        self._others = list(others)
        self._copies = copies
        self._since_opened = 0
        self._course = Course(tools.opening, opened, copies)

    @property
    def source_id(self) -> SourceId | None:
        """Where it comes from now; None: a file of this device."""
        return self.opened.row.source_id if self.opened.is_of_network else None

    @property
    def source_name(self) -> str:
        """The name of the source that it comes from, or whose copy it is."""
        return self.opened.row.source_name

    @property
    def origin(self) -> AvailabilityStatus:
        """A file of a folder, a copy, or a stream."""
        if self.opened.is_of_network:
            return AvailabilityStatus.STREAM_ONLY
        is_copy = (self.opened.row.source_id, self.opened.row.remote_id) in self._copies
        return AvailabilityStatus.CACHED if is_copy else AvailabilityStatus.LOCAL_FILE

    @property
    def length_bytes(self) -> int | None:
        """How many bytes will come; None: nobody knows."""
        return None if self.last is None else self.last - self.first + 1

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Raises `StreamEnded` when nobody can go on."""
        changes = 0
        while True:
            try:
                async with aclosing(self._read()) as pieces:
                    async for piece in pieces:
                        yield piece
            except (SyncError, PastTheEnd) as error:
                changes += 1
                if changes > CHANGES_MAX:
                    raise self._ended(error, may_continue=False) from error
                await self._go_on(error)
            else:
                self.is_whole = True
                return

    async def _read(self) -> AsyncGenerator[bytes, None]:
        opened = self.opened
        pieces = opened.answer.pieces
        if opened.is_of_network:
            pieces = self._tools.bandwidth.measure_download_speed(
                opened.row.source_id, pieces, encoder_bytes_per_second=_encoder_pace(opened)
            )
        while True:
            piece = await self._next(pieces)
            if piece is None:
                break
            self._since_opened += len(piece)
            piece = self._course.feed(piece)
            if piece:
                if self.keeping is not None:
                    await self.keeping.write(piece)
                yield piece
        rest = self._course.end()
        if rest:
            yield rest

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        is_of_network = self.opened.is_of_network
        try:
            with self._tools.precedence.waiting() if is_of_network else nullcontext():
                async with asyncio.timeout(STALLED_SECONDS if is_of_network else None):
                    return await anext(pieces, None)
        except TimeoutError as error:
            raise NetworkTimeout(f"{self.source_name} sends nothing any more") from error
        except FileVanished:
            await self._tools.opening.put_right(self.opened.row)
            raise

    async def _go_on(self, error: SyncError | PastTheEnd) -> None:
        """Open what comes next, at the place that was reached. Raises `StreamEnded`."""
        broken = self.opened
        await broken.stack.aclose()
        may_again = isinstance(broken.place, OnThisDevice) is False and self._since_opened >= PROGRESS_BYTES
        places = [*([broken.place] if may_again else []), *self._others]
        for wait in (0.0, *WAITS_SECONDS):
            await asyncio.sleep(wait)
            hopeful: list[Place] = []
            for place in places:
                try:
                    opened = await self._course.open(place)
                except (OfflineError, TransientSyncError):
                    hopeful.append(place)
                except (SyncError, PastTheEnd):
                    continue
                else:
                    if opened is not None:
                        self._take(opened)
                        return
            places = hopeful
            if not places:
                break
        raise self._ended(error, may_continue=True) from error

    def _take(self, opened: Opened) -> None:
        if opened.place in self._others:
            # It stays the one to ask again; the one that broke is asked no more.
            self._others.remove(opened.place)
        self.opened = opened
        self._since_opened = 0

    def _ended(self, error: SyncError | PastTheEnd, *, may_continue: bool) -> StreamEnded:
        return StreamEnded(
            f"{self.source_name} broke off ({error.message}) and no other source can go on",
            can_continue_at_time=may_continue and bool(self._others),
        )


def _encoder_pace(opened: Opened) -> float | None:
    bitrate = opus_bitrate(opened.quality)
    if not opened.is_being_made or bitrate is None:
        return None
    return bitrate / BYTE_BITS * ENCODER_PACE
