"""The statements behind lists, and how their rows are read."""

from soul_player.client.library.model import AvailabilityStatus, LibraryTrack, LocalTrackId, SourceId, TrackSource
from soul_player.client.library.paths import read_path
from soul_player.client.library.track_sources import read_names
from soul_player.database.access import Row
from soul_player.protocol.ids import TrackId, id_text

# `/* condition */` is the place of a Condition's SQL; the values in it travel as values. Each statement goes on after
# a row by its sorted values, so the thousandth page costs what the first does. (SQLite seeks by the first value; that
# the whole row of values is compared too, it only filters by.)
PAGE_BY_ARTIST = """
    SELECT id, status, title, artist, album, album_artist, genres, year, disc_number, track_number, duration_seconds,
           added_at
      FROM tracks
     WHERE COALESCE(artist, '') COLLATE NOCASE >= :page_artist
       AND (COALESCE(artist, '') COLLATE NOCASE, COALESCE(album, '') COLLATE NOCASE, COALESCE(disc_number, 0),
            COALESCE(track_number, 0), id) > (:page_artist, :page_album, :page_disc, :page_track, :page_id)
       AND (/* condition */)
     ORDER BY COALESCE(artist, '') COLLATE NOCASE, COALESCE(album, '') COLLATE NOCASE, COALESCE(disc_number, 0),
              COALESCE(track_number, 0), id
     LIMIT :page_limit
"""

PAGE_BY_TITLE = """
    SELECT id, status, title, artist, album, album_artist, genres, year, disc_number, track_number, duration_seconds,
           added_at
      FROM tracks
     WHERE title COLLATE NOCASE >= :page_title
       AND (title COLLATE NOCASE, id) > (:page_title, :page_id)
       AND (/* condition */)
     ORDER BY title COLLATE NOCASE, id
     LIMIT :page_limit
"""

PAGE_BY_ADDED = """
    SELECT id, status, title, artist, album, album_artist, genres, year, disc_number, track_number, duration_seconds,
           added_at
      FROM tracks
     WHERE (added_at, id) < (:page_added, :page_id)
       AND (/* condition */)
     ORDER BY added_at DESC, id DESC
     LIMIT :page_limit
"""

COUNT = """
    SELECT COUNT(*)
      FROM tracks
     WHERE (/* condition */)
"""

FIND_ONE = """
    SELECT id, status, title, artist, album, album_artist, genres, year, disc_number, track_number, duration_seconds,
           added_at
      FROM tracks
     WHERE id = :track_id
"""

# In playing order: a file of this device, a copy of it, the active server, the others; what cannot be played is last.
SOURCES_OF = """
    SELECT track_sources.source_id, sources.name, remote_id, track_id, status, seq, title, artist, artists, album,
           album_artist, album_id, track_number, disc_number, year, genres, duration_seconds, content_type, bitrate,
           sample_rate, channels, file_size, file_hash, audio_hash, fingerprinted, musicbrainz_recording_id,
           musicbrainz_release_id, isrc, replaygain, artwork_id, track_sources.added_at, updated_at, path,
           title_from_file
      FROM track_sources
      JOIN sources ON sources.id = track_sources.source_id
     WHERE track_id = :track_id
     ORDER BY CASE WHEN status = 'local_file' THEN 0 WHEN path IS NOT NULL THEN 1
                   WHEN status = 'unavailable' THEN 3 ELSE 2 END,
              sources.is_active DESC, track_sources.source_id, remote_id
"""

# A recording that no source holds any more, and whose file stayed: in the shape of SOURCES_OF. Its name among sources
# is the beginning of its own sha256; no source has the id 0.
ORPHANS_FILE = """
    SELECT 0, 'This device', substr(copies.sha256, 1, 16), tracks.id, 'cached', 0, tracks.title, tracks.artist, NULL,
           tracks.album, tracks.album_artist, NULL, tracks.track_number, tracks.disc_number, tracks.year, tracks.genres,
           tracks.duration_seconds, copies.content_type, NULL, NULL, NULL, copies.size_bytes, copies.file_hash,
           copies.audio_hash, 0, NULL, NULL, NULL, NULL, NULL, tracks.added_at, tracks.added_at,
           notes.value || '/' || lower(hex(copies.sha256)), 0
      FROM orphans
      JOIN tracks ON tracks.id = orphans.track_id
      JOIN copies ON copies.id = orphans.copy_id
      JOIN notes ON notes.name = 'copies_folder'
     WHERE orphans.track_id = :track_id
"""


def read_track(row: Row) -> LibraryTrack:
    """A row of the pages."""
    return LibraryTrack(
        id=LocalTrackId(row[0]),
        status=AvailabilityStatus(row[1]),
        title=row[2],
        artist=row[3],
        album=row[4],
        album_artist=row[5],
        genres=read_names(row[6]),
        year=row[7],
        disc_number=row[8],
        track_number=row[9],
        duration_seconds=row[10],
        added_at=row[11],
    )


def read_track_source(row: Row) -> TrackSource:
    """A row of SOURCES_OF."""
    return TrackSource(
        source_id=SourceId(row[0]),
        source_name=row[1],
        remote_id=TrackId(id_text(row[2])),
        track_id=LocalTrackId(row[3]),
        status=AvailabilityStatus(row[4]),
        seq=row[5],
        title=row[6],
        artist=row[7],
        artists=read_names(row[8]),
        album=row[9],
        album_artist=row[10],
        album_id=row[11],
        track_number=row[12],
        disc_number=row[13],
        year=row[14],
        genres=read_names(row[15]),
        duration_seconds=row[16],
        content_type=row[17],
        bitrate=row[18],
        sample_rate=row[19],
        channels=row[20],
        file_size=row[21],
        file_hash=row[22],
        audio_hash=row[23],
        fingerprinted=bool(row[24]),
        musicbrainz_recording_id=row[25],
        musicbrainz_release_id=row[26],
        isrc=row[27],
        replaygain=row[28],
        artwork_id=row[29],
        added_at=row[30],
        updated_at=row[31],
        path=read_path(row[32]),
        title_from_file=bool(row[33]),
    )
