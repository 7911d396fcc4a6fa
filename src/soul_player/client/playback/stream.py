"""The door to sound: opens the best bytes of a track for a player, and counts what was heard."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from soul_player.client.config import AUTOMATIC_QUALITY, ClientConfig
from soul_player.client.errors import SyncError, TrackNotFound
from soul_player.client.library.browse import find_track, sources_of
from soul_player.client.library.local_files import CopyFile, copies_of
from soul_player.client.library.model import LibraryTrack, LocalTrackId, Source, SourceId, TrackSource
from soul_player.client.library.sources import all_sources
from soul_player.client.playback.audio import Audio, Tools
from soul_player.client.playback.bandwidth import Bandwidth
from soul_player.client.playback.choose import (
    AtServer,
    Cannot,
    OnThisDevice,
    Place,
    choose_quality,
    is_better,
    next_band,
    order_places,
)
from soul_player.client.playback.errors import NothingPlays, StreamEnded
from soul_player.client.playback.heard import PlaySession, RecordPlay
from soul_player.client.playback.keeping import Copies, Keeping, original_hash
from soul_player.client.playback.opening import Opened, Opening, Part
from soul_player.client.playback.precedence import Precedence
from soul_player.client.sources.connections import Connections
from soul_player.database.access import Database, Reader
from soul_player.edges import Clock, Randomness
from soul_player.protocol.ids import TrackId
from soul_player.protocol.quality import StreamQuality

# Of streams that may become copies: in the home, so that taking one over is a move within one disk.
STREAMED_FOLDER = "streamed"
# A player asks for many parts of one track: they must be of the same bytes.
REMEMBERED_MAX = 64
# A track of a source: its id there.
PartKey = tuple[SourceId, TrackId]
# A server that broke off is asked last for so long.
DISTRUSTED_SECONDS = 60.0
# What a crash has left of streams that were written beside.
LEFTOVER_MS = 24 * 3_600_000


@dataclass(frozen=True)
class _Known:
    track: LibraryTrack
    rows: tuple[TrackSource, ...]
    sources: dict[SourceId, Source]
    copies: dict[PartKey, CopyFile]


class Playback:
    """Sound for players. Never throttled; `precedence` tells downloads when to stand back."""

    def __init__(  # the parts it is wired from
        self,
        config: ClientConfig,
        library: Database,
        connections: Connections,
        *,
        record_play: RecordPlay,
        clock: Clock,
        randomness: Randomness,
        bandwidth: Bandwidth,
        copies: Copies,
    ) -> None:
        self.bandwidth = bandwidth
        self.precedence = Precedence(clock)
        self._library = library
        self._opening = Opening(library, connections, copies)
        self._record_play = record_play
        self._folder = config.home / STREAMED_FOLDER
        self.set_quality(config.stream_quality)
        self._clock = clock
        self._randomness = randomness
        self._copies = copies
        self._has_cleared = False
        self._bands: dict[SourceId, StreamQuality] = {}
        self._chosen: OrderedDict[tuple[LocalTrackId, PartKey | None], tuple[SourceId, StreamQuality]] = OrderedDict()
        self._broke_at: dict[SourceId, float] = {}

    def set_quality(self, stream_quality: str) -> None:
        """The setting, from the next stream on."""
        self._setting = None if stream_quality == AUTOMATIC_QUALITY else StreamQuality(stream_quality)

    def is_playing(self) -> bool:
        """A listener waits for bytes of the network."""
        return self.precedence.is_playing()

    def session(self, track_id: LocalTrackId, *, source_id: SourceId | None) -> PlaySession:
        """Counts what is heard, and records the play at its end."""
        return PlaySession(track_id, source_id=source_id, clock=self._clock, record_play=self._record_play)

    @asynccontextmanager
    async def open(
        self,
        track_id: LocalTrackId,
        *,
        quality: StreamQuality | None = None,
        part: Part | None = None,
        only: PartKey | None = None,
    ) -> AsyncGenerator[Audio, None]:
        """The best bytes there are now: a file of this device, the active server, any other.

        `quality`: a person's word, over the setting and over the line. `only`: what this source has of the recording,
        or nothing. Raises `TrackNotFound`, `NothingPlays` with the reason of each source, `PastTheEnd`.
        """
        part = part or Part()
        known = await self._library.read(_known, track_id, only)
        places, cannot = self._places(known, quality)
        opened, others = await self._open_first(known, places, cannot, quality=quality, part=part, only=only)
        tools = Tools(self._opening, self.bandwidth, self.precedence)
        keeping = await self._keeping(opened)
        audio = Audio(tools, opened, others=others, copies=known.copies, keeping=keeping)
        try:
            yield audio
            if audio.is_whole and keeping is not None:
                await keeping.keep(self._copies.adopt)
        except StreamEnded:
            self._broke_at[audio.opened.row.source_id] = self._clock.monotonic()
            raise
        finally:
            await audio.opened.stack.aclose()
            if keeping is not None:
                await keeping.close()

    def _places(self, known: _Known, quality: StreamQuality | None) -> tuple[list[Place], tuple[Cannot, ...]]:
        places, cannot = order_places(known.rows, known.sources)
        since = self._clock.monotonic() - DISTRUSTED_SECONDS

        def rank(place: Place) -> int:
            match place:
                case OnThisDevice():
                    copy = known.copies.get((place.row.source_id, place.row.remote_id))
                    is_worse = copy is not None and quality is not None and is_better(quality, copy.quality)
                    # Who asks for more than the copy has hears it where it can be had; else what there is. Who asks
                    # for less spares the line, and a file of this device takes none of it.
                    return 2 if is_worse else 0
                case AtServer():
                    return 3 if self._broke_at.get(place.source.id, since) > since else 1

        return sorted(places, key=rank), cannot

    async def _open_first(
        self, known: _Known, places: Sequence[Place], cannot: Sequence[Cannot], *, quality: StreamQuality | None,
        part: Part, only: PartKey | None,
    ) -> tuple[Opened, Sequence[Place]]:  # fmt: skip
        wish = (known.track.id, only)
        reasons: list[Cannot] = []
        for number, place in enumerate(places):
            chosen = self._quality(wish, place, quality, part)
            try:
                opened = await self._opening.open(place, chosen, part, copies=known.copies)
            except SyncError as error:
                reasons.append(Cannot(place.row.source_name, error.message))
                continue
            if opened.is_of_network:
                self._remember(wish, opened)
            return opened, places[number + 1 :]
        raise NothingPlays(known.track.title, [*reasons, *cannot])

    def _quality(
        self, wish: tuple[LocalTrackId, PartKey | None], place: Place, wanted: StreamQuality | None, part: Part
    ) -> StreamQuality:
        if isinstance(place, OnThisDevice):
            return StreamQuality.ORIGINAL
        source_id = place.source.id
        before = self._chosen.get(wish)
        if wanted is None and (part.first > 0 or part.start_seconds > 0) and before and before[0] == source_id:
            # Not a start: the player goes on in what it has.
            return before[1]
        band = next_band(self.bandwidth.bytes_per_second(source_id), self._bands.get(source_id))
        self._bands[source_id] = band
        return choose_quality(wanted or self._setting, band, place.row)

    def _remember(self, wish: tuple[LocalTrackId, PartKey | None], opened: Opened) -> None:
        self._chosen[wish] = (opened.row.source_id, opened.quality)
        self._chosen.move_to_end(wish)
        while len(self._chosen) > REMEMBERED_MAX:
            self._chosen.popitem(last=False)

    async def _keeping(self, opened: Opened) -> Keeping | None:
        """For an original that comes from its start to its end, and whose bytes are known."""
        answer = opened.answer
        is_whole = answer.first == 0 and answer.size_bytes is not None and answer.last == answer.size_bytes - 1
        if not opened.is_of_network or not is_whole:
            return None
        sha256 = original_hash(opened.row, answer.etag) if opened.quality is StreamQuality.ORIGINAL else None
        if sha256 is None:
            return None
        if not self._has_cleared:
            self._has_cleared = True
            await asyncio.to_thread(_clear_leftovers, self._folder, self._clock.now_ms() - LEFTOVER_MS)
        assert answer.size_bytes is not None
        path = self._folder / f"{self._randomness.bytes(8).hex()}.part"
        return Keeping(opened.row, path, sha256=sha256, size_bytes=answer.size_bytes)


async def _known(library: Reader, track_id: LocalTrackId, only: PartKey | None) -> _Known:
    track = await find_track(library, track_id)
    if track is None:
        raise TrackNotFound(f"no track has the id {track_id}")
    rows = await sources_of(library, track_id)
    if only is not None:
        rows = tuple(row for row in rows if (row.source_id, row.remote_id) == only)
        if not rows:
            raise TrackNotFound(f"track {track_id} is not made of that")
    sources = {source.id: source for source in await all_sources(library)}
    return _Known(track, rows, sources, await copies_of(library, track_id))


def _clear_leftovers(folder: Path, before_ms: int) -> None:
    for path in folder.glob("*.part"):
        if path.stat().st_mtime * 1000 < before_ms:
            path.unlink(missing_ok=True)
