"""SQL of two tracks side by side: what a person, or a page, needs to judge whether they are one recording."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from soul_player.client.dedupe.decide import Entry
from soul_player.client.dedupe.evidence import Evidence
from soul_player.client.dedupe.reasons import reasons
from soul_player.client.dedupe.said import Names
from soul_player.client.dedupe.texts import Said, match_text
from soul_player.client.library.model import AvailabilityStatus
from soul_player.database.access import Reader
from soul_player.protocol.ids import id_text

SIDES = """
    SELECT track_sources.id, track_id, source_id, sources.name, remote_id, status, title, artist, album, album_artist,
           track_number, disc_number, year, duration_seconds, content_type, bitrate, sample_rate, channels, file_size,
           file_hash, audio_hash, musicbrainz_recording_id, isrc, track_sources.path
      FROM json_each(:ids) wanted
      JOIN track_sources ON track_sources.id = wanted.value
      JOIN sources ON sources.id = track_sources.source_id
"""

SIDES_OF_TRACK = """
    SELECT id
      FROM track_sources
     WHERE track_id = :track_id
     ORDER BY id
"""


@dataclass(frozen=True)
class Side:
    """One source's track."""

    entry_id: int
    track_id: int
    source_id: int
    source: str
    remote_id: bytes
    status: str
    title: str
    artist: str | None
    album: str | None
    album_artist: str | None
    track_number: int | None
    disc_number: int | None
    year: int | None
    duration_seconds: float
    content_type: str
    bitrate: int | None
    sample_rate: int | None
    channels: int | None
    file_size: int
    file_hash: str | None
    audio_hash: str | None
    musicbrainz_recording_id: str | None
    isrc: str | None
    path: str | None

    @property
    def names(self) -> Names:
        """By which a person's word on it is remembered."""
        return Names(self.remote_id, self.audio_hash)

    @property
    def is_there(self) -> bool:
        """Its source has it, or a copy of it is here."""
        return self.status != AvailabilityStatus.UNAVAILABLE or self.path is not None

    def entry(self) -> Entry:
        """As it is compared."""
        said = Said(self.title, self.artist, self.album, self.track_number, self.duration_seconds, self.year)
        claims = (self.file_hash, self.audio_hash, self.musicbrainz_recording_id)
        return Entry(self.entry_id, self.source_id, match_text(said), *claims)

    def record(self) -> dict[str, Any]:
        """For programs and pages."""
        return {**vars(self), "remote_id": id_text(self.remote_id)}


@dataclass(frozen=True)
class Pair:
    """Two tracks, and what speaks for and against their being one recording."""

    side: Side
    other: Side
    evidence: Evidence

    def record(self) -> dict[str, Any]:
        """For programs and pages. `reasons`: why nobody but a person may join them, in words."""
        return {
            "pair": self.side.entry_id,
            "track": self.side.record(),
            "other": self.other.record(),
            "method": self.evidence.method.value,
            "score": round(self.evidence.score, 3),
            "fingerprint": self.evidence.fingerprint,
            "vetoes": [veto.value for veto in self.evidence.vetoes],
            "reasons": reasons(self.evidence, self.side.entry().text, self.other.entry().text),
        }


async def read_sides(library: Reader, entry_ids: Iterable[int]) -> dict[int, Side]:
    """Those that are there."""
    rows = await library.all(SIDES, ids=json.dumps(sorted(set(entry_ids))))
    return {row[0]: Side(*row) for row in rows}


async def sides_of_track(library: Reader, track_id: int) -> list[Side]:
    """Every source's part of a recording, the oldest first."""
    ids = [row[0] for row in await library.all(SIDES_OF_TRACK, track_id=track_id)]
    found = await read_sides(library, ids)
    return [found[entry_id] for entry_id in ids if entry_id in found]
