"""What a player got of a stream so far, and what may be put behind it when that breaks off."""

from dataclasses import replace

from soul_player.client.errors import ConnectionLost
from soul_player.client.library.local_files import CopyFile
from soul_player.client.library.model import SourceId
from soul_player.client.playback.aligning import Tail, find, fitted, window
from soul_player.client.playback.choose import OnThisDevice, Place
from soul_player.client.playback.frames import cutter_of, format_of
from soul_player.client.playback.keeping import ORIGINAL_TAG, original_hash
from soul_player.client.playback.opening import Opened, Opening, Part, etag_of
from soul_player.protocol.ids import TrackId
from soul_player.protocol.quality import StreamQuality

Copies = dict[tuple[SourceId, TrackId], CopyFile]


class Course:
    """`last` is the last byte that was promised; None: nobody knows, it is being made.

    Behind it goes, from another place: the same bytes; of an original, the same audio in other bytes; of what is being
    made, the same format at the same second. Anything else would be noise.
    """

    def __init__(self, opening: Opening, opened: Opened, copies: Copies) -> None:
        answer = opened.answer
        self.position = answer.first
        self.last = answer.last
        self.quality = opened.quality
        self.content_type = answer.content_type
        self._opening = opening
        self._copies = copies
        self._place = opened.place
        self._size_bytes = answer.size_bytes
        is_original = opened.quality is StreamQuality.ORIGINAL
        sha256 = original_hash(opened.row, answer.etag) if is_original else None
        self._etag = answer.etag if sha256 is None else f'"{ORIGINAL_TAG}{sha256}"'
        self._audio_hash = opened.row.audio_hash if is_original else None
        # What lies at `position` of what was promised lies so much further on in the bytes that come now.
        self._shift = 0
        self._tail = Tail()
        self._cutter = cutter_of(answer.content_type) if opened.is_being_made else None
        self._cut_from_seconds = opened.start_seconds

    def feed(self, piece: bytes) -> bytes:
        """What of it is given out now. Raises `ConnectionLost` when more comes than was promised."""
        if self._cutter is not None:
            piece = self._cutter.feed(piece)
        self.position += len(piece)
        if self.last is not None and self.position > self.last + 1:
            self.position -= len(piece)
            raise ConnectionLost("more bytes came than were announced")
        self._tail.feed(piece)
        return piece

    def end(self) -> bytes:
        """The source has no more: what is left to give out. Raises `ConnectionLost` when something is missing."""
        if self.last is not None and self.position != self.last + 1:
            raise ConnectionLost("the stream ended before its end")
        return b"" if self._cutter is None else self._cutter.rest()

    async def open(self, place: Place) -> Opened | None:
        """From where it broke off. None: this place has nothing that may be put behind. Raises as `Opening.open`."""
        if self._cutter is not None:
            opened = await self._open_at_time(place)
        else:
            opened = None
            # One of which no hash is known is asked: it may have these bytes.
            if self._etag is not None and (place == self._place or self._tag_of(place) in {None, self._etag}):
                opened = await self._open_same(place, self._etag)
            if opened is None:
                opened = await self._open_same_audio(place)
        if opened is not None:
            self._place = opened.place
        return opened

    async def _open_same(self, place: Place, etag: str) -> Opened | None:
        """The very bytes."""
        at = self.position + self._shift
        last = None if self.last is None or self._shift else self.last
        opened = await self._opening.open(
            place, self.quality, Part(first=at, last=last, etag=etag), copies=self._copies
        )
        answer = opened.answer
        is_same = answer.first == at and answer.size_bytes == self._size_bytes and answer.etag == etag
        if not is_same or (not self._shift and answer.last != self.last):
            await opened.stack.aclose()
            return None
        return self._fitted(opened) if self._shift else opened

    async def _open_same_audio(self, place: Place) -> Opened | None:
        """The servers say that it is the same; where it goes on in the other file, its own bytes tell."""
        row, tail, etag = place.row, self._tail.whole, self._tag_of(place)
        is_same = self._audio_hash is not None and row.audio_hash == self._audio_hash
        if not is_same or etag is None or tail is None or self._size_bytes is None or self.last is None:
            return None
        position = self.position + self._shift
        copy = self._copies.get((row.source_id, row.remote_id)) if isinstance(place, OnThisDevice) else None
        other_bytes = row.file_size if copy is None else copy.size_bytes
        span = window(position, size_bytes=self._size_bytes, other_bytes=other_bytes)
        if span is None:
            return None
        part = Part(first=span[0], last=span[1], etag=etag)
        looked = await self._opening.open(place, self.quality, part, copies=self._copies)
        async with looked.stack:
            if looked.answer.etag != etag or looked.answer.first != span[0]:
                return None
            seen = b"".join([piece async for piece in looked.answer.pieces])
        at = find(tail, seen, first=span[0], position=position, difference=other_bytes - self._size_bytes)
        if at is None:
            return None
        part = Part(first=at, etag=etag)
        opened = await self._opening.open(place, self.quality, part, copies=self._copies)
        if opened.answer.first != at or opened.answer.etag != etag:
            await opened.stack.aclose()
            return None
        self._shift, self._etag, self._size_bytes = at - self.position, etag, other_bytes
        return self._fitted(opened)

    def _fitted(self, opened: Opened) -> Opened:
        """Neither more nor less than was promised."""
        assert self.last is not None
        answer = opened.answer
        coming = (answer.size_bytes or 0) - answer.first
        pieces = fitted(answer.pieces, coming_bytes=coming, wanted_bytes=self.last + 1 - self.position)
        return replace(opened, answer=replace(answer, pieces=pieces))

    async def _open_at_time(self, place: Place) -> Opened | None:
        """Another stream of the same kind behind the last whole unit: what the player gets is one after the other."""
        assert self._cutter is not None
        reached = self._cutter.seconds
        if reached is None or isinstance(place, OnThisDevice):
            return None
        at = self._cut_from_seconds + reached
        wanted = format_of(self.content_type)
        part = Part(start_seconds=at, audio_format=None if wanted is None else wanted.value)
        opened = await self._opening.open(place, self.quality, part, copies=self._copies)
        is_fitting = opened.is_being_made and opened.answer.content_type == self.content_type
        if not is_fitting or opened.quality is not self.quality:
            await opened.stack.aclose()
            return None
        self._cutter = cutter_of(self.content_type)
        self._cut_from_seconds = at
        return opened

    def _tag_of(self, place: Place) -> str | None:
        copy = self._copies.get((place.row.source_id, place.row.remote_id))
        return etag_of(place.row, copy if isinstance(place, OnThisDevice) else None)
