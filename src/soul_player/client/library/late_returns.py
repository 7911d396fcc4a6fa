"""Tracks that came back under a new id before their hash was known: they were taken for new ones, and are folded in."""

from collections.abc import Sequence

from soul_player.client.library.marks import refresh_marks
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.library.returns import ANY_LOST, RENAME, Lost, decide_returns, find_lost, rename_tracks
from soul_player.client.library.tracks import refresh_statuses, show_best
from soul_player.database.access import Writer
from soul_player.protocol.track import Track

COUNT_ENTRIES = """
    SELECT COUNT(*)
      FROM track_sources
     WHERE track_id = :track_id
"""

FORGET_ENTRY = """
    DELETE FROM track_sources
     WHERE id = :id
"""

# The file on this device stays with the track.
READ_FILE = """
    SELECT path, copy_id
      FROM track_sources
     WHERE id = :id
"""

KEEP_FILE = """
    UPDATE track_sources
       SET path = :path, copy_id = :copy_id, status = CASE status WHEN 'stream_only' THEN 'cached' ELSE status END
     WHERE id = :id
       AND path IS NULL
"""

FORGET_WORDS = """
    DELETE FROM track_words
     WHERE rowid = (SELECT id FROM tracks WHERE id = :track_id)
"""

FORGET_TRACK = """
    DELETE FROM tracks
     WHERE id = :track_id
"""

# Everything of the user's that names a recording by this device's own id.
MOVE_REFERENCES = (
    "UPDATE plays SET track_id = :to_id WHERE track_id = :from_id",
    "UPDATE playlist_entries SET track_id = :to_id WHERE track_id = :from_id",
    "UPDATE sync_queue SET held_track_id = :to_id WHERE held_track_id = :from_id",
    "UPDATE OR IGNORE local_marks SET track_id = :to_id WHERE track_id = :from_id",
    "UPDATE OR IGNORE keeps SET track_id = :to_id WHERE track_id = :from_id",
    "UPDATE OR IGNORE download_tasks SET track_id = :to_id WHERE track_id = :from_id",
)

FORGET_REFERENCES = (
    "DELETE FROM local_marks WHERE track_id = :from_id",
    "DELETE FROM keeps WHERE track_id = :from_id",
    "DELETE FROM download_tasks WHERE track_id = :from_id",
    "DELETE FROM marks WHERE track_id = :from_id",
)

# What was said of both: the later word of each kind.
MERGE_LOCAL_MARKS = """
    UPDATE local_marks
       SET (favourite, favourited_at, favourite_is_own) = (
               SELECT favourite, favourited_at, favourite_is_own FROM local_marks
                WHERE track_id IN (:from_id, :to_id) ORDER BY COALESCE(favourited_at, 0) DESC LIMIT 1),
           (rating, rated_at, rating_is_own) = (
               SELECT rating, rated_at, rating_is_own FROM local_marks
                WHERE track_id IN (:from_id, :to_id) ORDER BY COALESCE(rated_at, 0) DESC LIMIT 1)
     WHERE track_id = :to_id
"""

# (entry, recording, the source's name of it, what it says now)
Arrived = tuple[int, int, bytes, Track]


async def fold_late_returns(library: Writer, source_id: SourceId, arrived: Sequence[Arrived]) -> list[Track]:
    """Make each of these the track that it was, where one is known. The tracks whose rows have to be written again."""
    if await library.one(ANY_LOST, source_id=source_id) is None:
        return []
    tracks = [track for _, _, _, track in arrived]
    found = decide_returns(await find_lost(library, source_id, tracks), tracks, by_hash_only=True)
    renamed = []
    for place, lost in found.items():
        if await fold(library, source_id, arrived[place], lost):
            renamed.append(arrived[place][3])
    return renamed


async def fold(library: Writer, source_id: SourceId, arrived: Arrived, lost: Lost) -> bool:
    """Two rows of one track become one. True: the lost row has the new name now, and none of its words."""
    entry_id, track_id, remote_id, _ = arrived
    is_alone = await _is_alone(library, track_id)
    if track_id != lost.track_id and not is_alone and not await _is_alone(library, lost.track_id):
        # Both are parts of recordings with other sources by now: only a person can say that these are one.
        return False
    if track_id != lost.track_id and is_alone:
        await _move(library, gone=entry_id, kept=lost.entry_id, from_id=track_id, to_id=lost.track_id)
        await library.run_many(RENAME, [(remote_id, lost.entry_id)])
        await rename_tracks(library, source_id, [(lost.remote_id, remote_id)])
        await refresh_marks(library, LocalTrackId(lost.track_id))
        return True
    await _move(library, gone=lost.entry_id, kept=entry_id, from_id=lost.track_id, to_id=track_id)
    await rename_tracks(library, source_id, [(lost.remote_id, remote_id)])
    await refresh_marks(library, LocalTrackId(track_id))
    await show_best(library, track_id)
    await refresh_statuses(library, [track_id])
    return False


async def _move(library: Writer, *, gone: int, kept: int, from_id: int, to_id: int) -> None:
    """One entry goes; its file stays with the other one, and what names its recording names the other's."""
    file = await library.one(READ_FILE, id=gone)
    assert file is not None, gone
    await library.run(FORGET_ENTRY, id=gone)
    if file[0] is not None:
        await library.run(KEEP_FILE, id=kept, path=file[0], copy_id=file[1])
    if from_id == to_id:
        return
    await library.run(MERGE_LOCAL_MARKS, from_id=from_id, to_id=to_id)
    for statement in MOVE_REFERENCES:
        await library.run(statement, from_id=from_id, to_id=to_id)
    for statement in FORGET_REFERENCES:
        await library.run(statement, from_id=from_id)
    await library.run(FORGET_WORDS, track_id=from_id)
    await library.run(FORGET_TRACK, track_id=from_id)


async def _is_alone(library: Writer, track_id: int) -> bool:
    row = await library.one(COUNT_ENTRIES, track_id=track_id)
    assert row is not None
    return bool(row[0] == 1)
