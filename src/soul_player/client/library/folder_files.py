"""SQL of the files behind a folder's tracks: what a scan knows of them, and its writes."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from soul_player.audio.source import Stamp
from soul_player.client.library.model import SourceId
from soul_player.client.library.paths import stored_path
from soul_player.client.library.sync_state import begin_sync_state, save_sync_state
from soul_player.client.library.track_sources import read_told, store_tracks
from soul_player.client.library.tracks import refresh_statuses
from soul_player.database.access import Reader, Row, Writer
from soul_player.folders.scan.stored import StoredTrack
from soul_player.protocol.cursor import Feed
from soul_player.protocol.times import time_ms

PLACES = """
    SELECT path, size_bytes, mtime_ns, inode, remote_id
      FROM folder_files
     WHERE source_id = :source_id
       AND is_present = 1
"""

_COLUMNS = """
    SELECT file.remote_id, file.path, file.size_bytes, file.mtime_ns, file.inode, file.is_hashed, file.is_present,
           said.seq, said.title, said.artist, said.artists, said.album, said.album_artist, said.album_id,
           said.track_number, said.disc_number, said.year, said.genres, said.duration_seconds, said.content_type,
           said.bitrate, said.sample_rate, said.channels, said.file_size, said.file_hash, said.audio_hash,
           said.fingerprinted, said.musicbrainz_recording_id, said.musicbrainz_release_id, said.isrc, said.replaygain,
           said.artwork_id, said.added_at, said.updated_at, said.title_from_file
      FROM folder_files file
      JOIN track_sources said ON said.source_id = file.source_id AND said.remote_id = file.remote_id
     WHERE file.source_id = :source_id
"""

FIND = _COLUMNS + " AND file.remote_id = :remote_id"

GONE = _COLUMNS + " AND file.is_present = 0 ORDER BY file.updated_at DESC"

UNHASHED = (
    _COLUMNS
    + """
       AND file.is_present = 1
       AND file.is_hashed = 0
       AND file.path > :after
     ORDER BY file.path
     LIMIT :count
"""
)

COUNT_UNHASHED = """
    SELECT COUNT(*)
      FROM folder_files
     WHERE source_id = :source_id
       AND is_present = 1
       AND is_hashed = 0
"""

PUT_FILE = """
    INSERT INTO folder_files (source_id, remote_id, path, size_bytes, mtime_ns, inode, is_hashed, updated_at)
    VALUES (:source_id, :remote_id, :path, :size_bytes, :mtime_ns, :inode, :is_hashed, :updated_at)
        ON CONFLICT (source_id, remote_id) DO UPDATE
       SET path = excluded.path, size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns,
           inode = excluded.inode, is_hashed = excluded.is_hashed, is_present = 1, updated_at = excluded.updated_at
"""

PUT_PATH = """
    UPDATE track_sources
       SET status = 'local_file', path = :path
     WHERE source_id = :source_id
       AND remote_id = :remote_id
"""

TRACKS_OF = """
    WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < :count)
    SELECT said.track_id
      FROM place
     CROSS JOIN track_sources said
             ON said.source_id = :source_id AND said.remote_id = substr(:ids, n * 16 + 1, 16)
"""

RETIRE = """
    UPDATE track_sources
       SET status = 'unavailable', path = NULL
     WHERE source_id = :source_id
       AND remote_id = :remote_id
"""

FORGET_PRESENCE = """
    UPDATE folder_files
       SET is_present = 0, updated_at = :updated_at
     WHERE source_id = :source_id
       AND remote_id = :remote_id
"""

# A player could not open them, and the next look found them as they were.
LOST_BUT_THERE = """
    SELECT file.remote_id, file.path
      FROM track_sources said
      JOIN folder_files file ON file.source_id = said.source_id AND file.remote_id = said.remote_id
     WHERE said.source_id = :source_id
       AND said.status = 'unavailable'
       AND file.is_present = 1
"""


async def list_places(library: Reader, source_id: SourceId) -> list[Row]:
    """(path, size_bytes, mtime_ns, inode, id) of every file that is there."""
    return await library.all(PLACES, source_id=source_id)


async def find_files(library: Reader, source_id: SourceId, ids: Sequence[bytes]) -> list[StoredTrack]:
    """Those that are known."""
    rows = [await library.one(FIND, source_id=source_id, remote_id=one) for one in ids]
    return [_stored(source_id, row) for row in rows if row is not None]


async def list_gone(library: Reader, source_id: SourceId) -> list[StoredTrack]:
    """Files that are not there any more, the latest first."""
    return [_stored(source_id, row) for row in await library.all(GONE, source_id=source_id)]


async def list_unhashed(library: Reader, source_id: SourceId, after: bytes, count: int) -> list[StoredTrack]:
    """By path, behind `after`."""
    rows = await library.all(UNHASHED, source_id=source_id, after=after, count=count)
    return [_stored(source_id, row) for row in rows]


async def count_unhashed(library: Reader, source_id: SourceId) -> int:
    """How many are still to be hashed."""
    row = await library.one(COUNT_UNHASHED, source_id=source_id)
    assert row is not None
    return int(row[0])


async def write_files(
    library: Writer,
    source_id: SourceId,
    folder: bytes,
    *,
    put: Sequence[StoredTrack],
    touched: Sequence[StoredTrack],
    retired: Sequence[bytes],
    now_ms: int,
) -> None:
    """What a scan found, in one transaction: tracks with their files, files that say nothing new, files that went."""
    state = await begin_sync_state(library, source_id, Feed.TRACKS, account_id=None)
    seq = (state.head or 0) + 1
    if not await save_sync_state(library, replace(state, head=seq)):
        return
    ids = b"".join(row.id for row in put)
    tracks = [msgspec.structs.replace(row.track, seq=seq) for row in put]
    if tracks:
        # Which file is which track the scan has decided already.
        await store_tracks(library, source_id, run=state.run, tracks=tracks, ids=ids, binds=False)
    rows = [*put, *touched]
    await library.run_many(
        PUT_FILE, [(source_id, row.id, row.path, *row.stamp, int(row.is_hashed), now_ms) for row in rows]
    )
    await library.run_many(PUT_PATH, [(stored_path(folder + b"/" + row.path), source_id, row.id) for row in rows])
    await library.run_many(RETIRE, [(source_id, one) for one in retired])
    await library.run_many(FORGET_PRESENCE, [(now_ms, source_id, one) for one in retired])
    changed = [*(row.id for row in put), *retired]
    if changed:
        found = await library.all(TRACKS_OF, source_id=source_id, ids=b"".join(changed), count=len(changed))
        await refresh_statuses(library, [row[0] for row in found])


async def put_back(library: Writer, source_id: SourceId, folder: bytes, *, but: frozenset[bytes]) -> None:
    """Files that somebody could not open and that are there all the same; `but`: those that are missing."""
    rows = [row for row in await library.all(LOST_BUT_THERE, source_id=source_id) if row[0] not in but]
    if not rows:
        return
    await library.run_many(PUT_PATH, [(stored_path(folder + b"/" + row[1]), source_id, row[0]) for row in rows])
    found = await library.all(TRACKS_OF, source_id=source_id, ids=b"".join(row[0] for row in rows), count=len(rows))
    await refresh_statuses(library, [row[0] for row in found])


def _stored(source_id: SourceId, row: Row) -> StoredTrack:
    track = read_told((row[0], *row[7:]))
    return StoredTrack(
        id=bytes(row[0]),
        root_id=source_id,
        path=bytes(row[1]),
        stamp=Stamp(*row[2:5]),
        track=track,
        added_at=time_ms(track.added_at),
        updated_at=time_ms(track.updated_at),
        file_hash=_digest(track.file_hash),
        audio_hash=_digest(track.audio_hash),
        is_hashed=bool(row[5]),
        is_present=bool(row[6]),
    )


def _digest(text: str | None) -> bytes | None:
    """The bytes of `sha256:<hex>` or `v1:<hex>`."""
    return None if text is None else bytes.fromhex(text.partition(":")[2])
