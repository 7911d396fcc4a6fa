"""SQL of playlists as the user sees them."""

from dataclasses import dataclass

import msgspec

from soul_player.client.library.model import AvailabilityStatus, LocalTrackId, SourceId
from soul_player.database.access import Reader, Row
from soul_player.protocol.ids import id_text

_COLUMNS = """
    SELECT playlists.id, playlists.uid, playlists.source_id, sources.name, playlists.name, playlists.description,
           playlists.created_at, playlists.updated_at, playlists.is_orphan,
           playlists.entry_count,
           (SELECT COUNT(*) FROM sync_queue
             WHERE sync_queue.source_id = playlists.source_id
               AND sync_queue.account_id = sources.account_id
               AND sync_queue.group_key = 'p:' || lower(
                       substr(hex(playlists.uid), 1, 8) || '-' || substr(hex(playlists.uid), 9, 4) || '-' ||
                       substr(hex(playlists.uid), 13, 4) || '-' || substr(hex(playlists.uid), 17, 4) || '-' ||
                       substr(hex(playlists.uid), 21, 12))
               AND sync_queue.in_overlay = 1
               AND sync_queue.state <> 'settled')
      FROM playlists
      LEFT JOIN sources ON sources.id = playlists.source_id
     WHERE playlists.is_deleted = 0
"""

LIST = _COLUMNS + " ORDER BY folded(playlists.name), playlists.id"
FIND = _COLUMNS + " AND playlists.id = :id"

# The words of an entry are those of its recording; of one that is gone, those that were kept.
ENTRIES = """
    SELECT entry.entry_uid, COALESCE(entry.track_id, known.track_id), tracks.title, tracks.artist, tracks.album,
           tracks.duration_seconds, tracks.status, entry.snapshot, entry.added_at, entry.remote_track_id,
           EXISTS (SELECT 1 FROM sync_queue
                    WHERE sync_queue.entry_id = entry.entry_uid AND sync_queue.in_overlay = 1
                      AND sync_queue.state <> 'settled')
      FROM playlist_entries entry
      JOIN playlists ON playlists.id = entry.playlist_id
      LEFT JOIN track_sources known
             ON known.source_id = playlists.source_id AND known.remote_id = entry.remote_track_id
      LEFT JOIN tracks ON tracks.id = COALESCE(entry.track_id, known.track_id)
     WHERE entry.playlist_id = :playlist_id
       AND entry.is_removed = 0
     ORDER BY entry.position, entry.entry_uid
"""

WORDS_OF_TRACK = """
    SELECT tracks.title, tracks.artist, tracks.album, tracks.duration_seconds, held.musicbrainz_recording_id,
           held.isrc, held.audio_hash
      FROM tracks
      LEFT JOIN track_sources held ON held.track_id = tracks.id
     WHERE tracks.id = :track_id
     ORDER BY held.musicbrainz_recording_id IS NULL, held.audio_hash IS NULL, held.id
     LIMIT 1
"""


@dataclass(frozen=True)
class Playlist:
    """A playlist, without its entries. `source_id` is None for one of this device only.

    `pending`: edits in it that its server has not taken. `is_orphan`: deleted at its server, kept here.
    """

    id: int
    uid: bytes
    source_id: SourceId | None
    source_name: str | None
    name: str
    description: str | None
    created_at: str
    updated_at: str
    is_orphan: bool
    entries: int
    pending: int

    @property
    def remote_id(self) -> str:
        """As servers call it."""
        return id_text(self.uid)


class Snapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """The words and the ids of a recording, kept for when it is gone."""

    title: str
    artist: str | None = None
    album: str | None = None
    duration_seconds: float | None = None
    musicbrainz_recording_id: str | None = None
    isrc: str | None = None
    audio_hash: str | None = None


@dataclass(frozen=True)
class PlaylistEntry:
    """One place. `track_id` is None for a track that this device does not know (yet); `title` is empty then."""

    id: str
    track_id: LocalTrackId | None
    title: str
    artist: str | None
    album: str | None
    duration_seconds: float | None
    status: AvailabilityStatus
    added_at: str
    is_pending: bool
    remote_track_id: bytes | None


async def list_playlists(library: Reader) -> list[Playlist]:
    """By name."""
    return [_playlist(row) for row in await library.all(LIST)]


async def find_playlist(library: Reader, playlist_id: int) -> Playlist | None:
    """None: there is none, or it is deleted."""
    row = await library.one(FIND, id=playlist_id)
    return None if row is None else _playlist(row)


async def list_entries(library: Reader, playlist_id: int) -> list[PlaylistEntry]:
    """In their order."""
    return [_entry(row) for row in await library.all(ENTRIES, playlist_id=playlist_id)]


async def snapshot_of(library: Reader, track_id: int) -> Snapshot | None:
    """The words of a recording now."""
    row = await library.one(WORDS_OF_TRACK, track_id=track_id)
    return None if row is None else Snapshot(*row)


def _playlist(row: Row) -> Playlist:
    source_id = None if row[2] is None else SourceId(row[2])
    return Playlist(
        row[0], bytes(row[1]), source_id, row[3], row[4], row[5], row[6], row[7], bool(row[8]), row[9], row[10]
    )


def _entry(row: Row) -> PlaylistEntry:
    kept = Snapshot("") if row[7] is None else msgspec.json.decode(row[7], type=Snapshot)
    is_known = row[2] is not None
    return PlaylistEntry(
        id=id_text(row[0]),
        track_id=LocalTrackId(row[1]) if is_known else None,
        title=row[2] if is_known else kept.title,
        artist=row[3] if is_known else kept.artist,
        album=row[4] if is_known else kept.album,
        duration_seconds=row[5] if is_known else kept.duration_seconds,
        status=AvailabilityStatus(row[6]) if is_known else AvailabilityStatus.UNAVAILABLE,
        added_at=row[8],
        is_pending=bool(row[10]),
        remote_track_id=None if row[9] is None else bytes(row[9]),
    )
