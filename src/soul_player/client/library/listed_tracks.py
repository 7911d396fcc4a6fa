"""A recording as a list shows it: its words, its marks, which sources have it, and how its download stands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from soul_player.client.library.albums import album_key, artist_key
from soul_player.client.library.model import AvailabilityStatus, LocalTrackId, SourceId
from soul_player.database.access import Reader, Row
from soul_player.protocol.track import ReplayGain

ROWS = """
    SELECT tracks.id, tracks.status, title, artist, album, album_artist, year, disc_number, track_number,
           duration_seconds, tracks.added_at, COALESCE(marks.favourite, 0), marks.rating, COALESCE(marks.play_count, 0),
           (SELECT group_concat(DISTINCT source_id)
              FROM track_sources
             WHERE track_id = tracks.id
               AND status <> 'unavailable'),
           (SELECT artwork_id
              FROM track_sources
             WHERE track_id = tracks.id
               AND artwork_id IS NOT NULL
             ORDER BY id
             LIMIT 1),
           (SELECT replaygain
              FROM track_sources
             WHERE track_id = tracks.id
               AND replaygain IS NOT NULL
             ORDER BY id
             LIMIT 1),
           task.id, task.state, task.bytes_done, task.bytes_total
      FROM json_each(:ids) wanted
     CROSS JOIN tracks ON tracks.id = wanted.value
      LEFT JOIN marks ON marks.track_id = tracks.id
      LEFT JOIN download_tasks task ON task.track_id = tracks.id
     ORDER BY wanted.key
"""


@dataclass(frozen=True)
class ListedDownload:
    """How far it is. `bytes_total`: None while nobody knows."""

    id: int
    state: str
    bytes_done: int
    bytes_total: int | None


@dataclass(frozen=True)
class ListedTrack:
    """`artwork_id` names its picture, which may not be on this device. `sources`: those that have it now."""

    id: LocalTrackId
    status: AvailabilityStatus
    title: str
    artist: str | None
    album: str | None
    album_artist: str | None
    album_key: str | None
    artist_key: str | None
    year: int | None
    disc_number: int | None
    track_number: int | None
    duration_seconds: float
    added_at: str
    is_favourite: bool
    rating: int | None
    play_count: int
    sources: tuple[SourceId, ...]
    artwork_id: str | None
    replaygain: ReplayGain | None
    download: ListedDownload | None


async def listed_tracks(library: Reader, ids: Sequence[int]) -> list[ListedTrack]:
    """In the order of the ids; those that are gone are left out."""
    return [_listed(row) for row in await library.all(ROWS, ids=json.dumps(list(ids)))]


def _listed(row: Row) -> ListedTrack:
    artist, album, album_artist = row[3], row[4], row[5]
    owner = album_artist or artist
    return ListedTrack(
        id=LocalTrackId(row[0]),
        status=AvailabilityStatus(row[1]),
        title=row[2],
        artist=artist,
        album=album,
        album_artist=album_artist,
        album_key=album_key(owner, album) if album else None,
        artist_key=artist_key(owner) if owner else None,
        year=row[6],
        disc_number=row[7],
        track_number=row[8],
        duration_seconds=row[9],
        added_at=row[10],
        is_favourite=bool(row[11]),
        rating=row[12],
        play_count=row[13],
        sources=tuple(SourceId(int(one)) for one in row[14].split(",")) if row[14] else (),
        artwork_id=row[15],
        replaygain=None if row[16] is None else msgspec.json.decode(row[16], type=ReplayGain),
        download=None if row[17] is None else ListedDownload(row[17], row[18], row[19], row[20]),
    )
