"""Recordings that no source holds, kept for what the user did with them, and known again when a source has them."""

from collections.abc import Sequence

from soul_player.client.library.marks import refresh_marks
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.database.access import Reader, Row, Writer

# Before its rows go: those of its recordings that no other source holds and that something of the user's names.
KEEP = """
    INSERT OR REPLACE INTO orphans (track_id, title_key, artist_key, duration_seconds, file_hash, audio_hash,
                                    musicbrainz_recording_id, isrc, copy_id)
    SELECT held.track_id, folded(held.title), COALESCE(folded(held.artist), ''), held.duration_seconds,
           held.file_hash, held.audio_hash, held.musicbrainz_recording_id, held.isrc,
           (SELECT MAX(copy_id) FROM track_sources WHERE track_id = held.track_id)
      FROM track_sources held
     WHERE held.source_id = :source_id
       AND NOT EXISTS (SELECT 1 FROM track_sources other
                        WHERE other.track_id = held.track_id AND other.source_id <> :source_id)
       AND (EXISTS (SELECT 1 FROM plays WHERE plays.track_id = held.track_id)
            OR EXISTS (SELECT 1 FROM playlist_entries entry
                         JOIN playlists ON playlists.id = entry.playlist_id
                        WHERE entry.track_id = held.track_id AND playlists.source_id IS NOT :source_id)
            OR EXISTS (SELECT 1 FROM local_marks WHERE local_marks.track_id = held.track_id)
            OR EXISTS (SELECT 1 FROM keeps WHERE keeps.track_id = held.track_id AND keeps.copy_id IS NOT NULL))
     ORDER BY held.id DESC
"""

ANY = """
    SELECT 1
      FROM orphans
     LIMIT 1
"""

# The same bytes, the same audio, the same recording by its number, or the same words and length.
FIND = """
    SELECT track_id FROM orphans WHERE file_hash = :file_hash
     UNION
    SELECT track_id FROM orphans WHERE audio_hash = :audio_hash
     UNION
    SELECT track_id FROM orphans
     WHERE musicbrainz_recording_id = :musicbrainz_recording_id
       AND abs(duration_seconds - :duration_seconds) <= 5
     UNION
    SELECT track_id FROM orphans WHERE isrc = :isrc AND abs(duration_seconds - :duration_seconds) <= 2
     UNION
    SELECT track_id FROM orphans
     WHERE title_key = folded(:title)
       AND artist_key = folded(:artist)
       AND artist_key <> ''
       AND abs(duration_seconds - :duration_seconds) <= 2
     ORDER BY track_id
"""

ARRIVED = """
    SELECT track_id, file_hash, audio_hash, musicbrainz_recording_id, isrc, duration_seconds, title, artist
      FROM track_sources
     WHERE source_id = :source_id
       AND remote_id = :remote_id
"""

MOVES = (
    "UPDATE plays SET track_id = :track_id WHERE track_id = :orphan_id",
    "UPDATE playlist_entries SET track_id = :track_id WHERE track_id = :orphan_id",
    "UPDATE sync_queue SET held_track_id = :track_id WHERE held_track_id = :orphan_id",
    "UPDATE OR IGNORE keeps SET track_id = :track_id WHERE track_id = :orphan_id",
    "UPDATE OR IGNORE download_tasks SET track_id = :track_id WHERE track_id = :orphan_id",
)

# What was said last, of each of the two.
MOVE_SAID = """
    INSERT INTO local_marks (track_id, favourite, favourited_at, favourite_is_own, rating, rated_at, rating_is_own)
    SELECT :track_id, favourite, favourited_at, favourite_is_own, rating, rated_at, rating_is_own
      FROM local_marks
     WHERE track_id = :orphan_id
        ON CONFLICT (track_id) DO UPDATE
       SET favourite = CASE WHEN COALESCE(excluded.favourited_at, 0) > COALESCE(local_marks.favourited_at, 0)
                            THEN excluded.favourite ELSE local_marks.favourite END,
           favourite_is_own = CASE WHEN COALESCE(excluded.favourited_at, 0) > COALESCE(local_marks.favourited_at, 0)
                                   THEN excluded.favourite_is_own ELSE local_marks.favourite_is_own END,
           favourited_at = NULLIF(MAX(COALESCE(excluded.favourited_at, 0), COALESCE(local_marks.favourited_at, 0)), 0),
           rating = CASE WHEN COALESCE(excluded.rated_at, 0) > COALESCE(local_marks.rated_at, 0)
                         THEN excluded.rating ELSE local_marks.rating END,
           rating_is_own = CASE WHEN COALESCE(excluded.rated_at, 0) > COALESCE(local_marks.rated_at, 0)
                                THEN excluded.rating_is_own ELSE local_marks.rating_is_own END,
           rated_at = NULLIF(MAX(COALESCE(excluded.rated_at, 0), COALESCE(local_marks.rated_at, 0)), 0)
"""

FORGET = (
    "DELETE FROM local_marks WHERE track_id = :orphan_id",
    "DELETE FROM marks WHERE track_id = :orphan_id",
    "DELETE FROM track_words WHERE rowid = :orphan_id",
    "DELETE FROM tracks WHERE id = :orphan_id",
    "DELETE FROM orphans WHERE track_id = :orphan_id",
)


async def keep_orphans(library: Writer, source_id: SourceId) -> int:
    """What is left without a source when this one goes, and is not to be forgotten; how many."""
    return await library.run(KEEP, source_id=source_id)


async def find_again(library: Writer, source_id: SourceId, remote_ids: Sequence[bytes]) -> int:
    """A page came: what the user did with recordings that were lost is that of these again; how many."""
    if await library.one(ANY) is None:
        return 0
    found = 0
    for remote_id in remote_ids:
        row = await library.one(ARRIVED, source_id=source_id, remote_id=remote_id)
        if row is not None:
            found += await _adopt(library, row)
    return found


async def _adopt(library: Writer, arrived: Row) -> int:
    track_id = arrived[0]
    orphans = await _orphans_like(library, arrived[1:])
    for orphan_id in orphans:
        for move in MOVES:
            await library.run(move, track_id=track_id, orphan_id=orphan_id)
        await library.run(MOVE_SAID, track_id=track_id, orphan_id=orphan_id)
        for forget in FORGET:
            await library.run(forget, orphan_id=orphan_id)
    if orphans:
        await refresh_marks(library, LocalTrackId(track_id))
    return len(orphans)


async def _orphans_like(library: Reader, facts: Row) -> list[int]:
    file_hash, audio_hash, recording_id, isrc, duration_seconds, title, artist = facts
    rows = await library.all(
        FIND,
        file_hash=file_hash,
        audio_hash=audio_hash,
        musicbrainz_recording_id=recording_id,
        isrc=isrc,
        duration_seconds=duration_seconds,
        title=title,
        artist=artist,
    )
    return [row[0] for row in rows]
