"""Removing a source keeps what is the user's: history, playlists, favourites, ratings; and what that takes with it."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from soul_player.client.library.accounts import keep_numbers
from soul_player.client.library.marks import refresh_all_marks
from soul_player.client.library.model import SourceId
from soul_player.client.library.orphans import keep_orphans
from soul_player.client.library.playlists import snapshot_of
from soul_player.client.library.sources import remove_source
from soul_player.client.library.tracks import leave_source
from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import id_bytes

AT_STAKE = """
    SELECT (SELECT COUNT(*) FROM track_sources WHERE source_id = :source_id AND status <> 'unavailable'),
           (SELECT COUNT(*) FROM sync_queue WHERE source_id = :source_id AND state IN ('waiting', 'sent')),
           (SELECT COUNT(*) FROM sync_queue WHERE source_id = :source_id AND state = 'needs_you'),
           (SELECT COUNT(*) FROM playlists WHERE source_id = :source_id AND is_deleted = 0)
"""

SHOWN_PLAYLISTS = """
    SELECT id, uid
      FROM playlists
     WHERE source_id = :source_id
       AND is_deleted = 0
     ORDER BY id
"""

IS_LOCAL = """
    SELECT 1
      FROM playlists
     WHERE uid = :uid
       AND source_id IS NULL
"""

# They name their recordings as this device does, from here on.
NAME_RECORDINGS = """
    UPDATE playlist_entries
       SET track_id = COALESCE(track_id, (SELECT track_id
                                            FROM track_sources
                                           WHERE source_id = :source_id
                                             AND remote_id = playlist_entries.remote_track_id)),
           remote_track_id = NULL
     WHERE playlist_id = :playlist_id
"""

DROP_REMOVED = """
    DELETE FROM playlist_entries
     WHERE playlist_id = :playlist_id
       AND is_removed = 1
"""

WORDLESS = """
    SELECT entry_uid, track_id
      FROM playlist_entries
     WHERE playlist_id = :playlist_id
       AND snapshot IS NULL
"""

KEEP_WORDS = """
    UPDATE playlist_entries
       SET snapshot = :snapshot
     WHERE playlist_id = :playlist_id
       AND entry_uid = :entry_uid
"""

BECOME_LOCAL = """
    UPDATE playlists
       SET source_id = NULL, uid = :uid, is_orphan = 0
     WHERE id = :id
"""

# What is shown is the latest word on it, and stays so when the source that said it goes. Only what this device itself
# had said is for other sources too.
KEEP_SAID = """
    INSERT INTO local_marks (track_id, favourite, favourited_at, favourite_is_own, rating, rated_at, rating_is_own)
    SELECT marks.track_id, marks.favourite, marks.favourited_at, 0, marks.rating, marks.rated_at, 0
      FROM marks
     WHERE (marks.favourited_at IS NOT NULL OR marks.rated_at IS NOT NULL)
       AND EXISTS (SELECT 1 FROM track_sources
                    WHERE track_sources.track_id = marks.track_id AND track_sources.source_id = :source_id)
        ON CONFLICT (track_id) DO UPDATE
       SET favourite = excluded.favourite, favourited_at = excluded.favourited_at, rating = excluded.rating,
           rated_at = excluded.rated_at,
           favourite_is_own = local_marks.favourited_at IS NOT NULL AND local_marks.favourite_is_own
                              AND local_marks.favourite = excluded.favourite,
           rating_is_own = local_marks.rated_at IS NOT NULL AND local_marks.rating_is_own
                           AND local_marks.rating IS excluded.rating
"""

# Never sent, so told to nobody. What was sent without an answer may have been counted, and is not told twice.
UNSENT_PLAYS = """
    SELECT payload
      FROM sync_queue
     WHERE source_id = :source_id
       AND operation = 'play.add'
       AND state IN ('waiting', 'needs_you')
"""

UNTELL = """
    UPDATE plays
       SET source_id = NULL
     WHERE play_id = :play_id
"""

UNKNOWN_TRACK = '{"title":"unknown track"}'


@dataclass(frozen=True)
class AtStake:
    """What a source has and what of it was never sent: told before it is removed."""

    tracks: int
    waiting_edits: int
    failed_edits: int
    playlists: int


async def at_stake(library: Reader, source_id: SourceId) -> AtStake:
    """As it is now."""
    row = await library.one(AT_STAKE, source_id=source_id)
    assert row is not None
    return AtStake(*row)


async def remove_keeping(
    library: Writer, source_id: SourceId, *, keeps_playlists: bool, new_uid: Callable[[], str]
) -> int:
    """Forget the source and what it says, never what is the user's; how many playlists became this device's own.

    Plays that it was never told of wait for the next source that holds the recording.
    """
    kept = await _keep_playlists(library, source_id, new_uid) if keeps_playlists else 0
    await library.run(KEEP_SAID, source_id=source_id)
    await _untell_plays(library, source_id)
    await keep_numbers(library, source_id)
    await keep_orphans(library, source_id)
    await leave_source(library, source_id, await remove_source(library, source_id))
    await refresh_all_marks(library)
    return kept


async def _keep_playlists(library: Writer, source_id: SourceId, new_uid: Callable[[], str]) -> int:
    playlists = await library.all(SHOWN_PLAYLISTS, source_id=source_id)
    for playlist_id, uid in playlists:
        await library.run(DROP_REMOVED, playlist_id=playlist_id)
        await library.run(NAME_RECORDINGS, source_id=source_id, playlist_id=playlist_id)
        for entry_uid, track_id in await library.all(WORDLESS, playlist_id=playlist_id):
            words = None if track_id is None else await snapshot_of(library, track_id)
            text = UNKNOWN_TRACK if words is None else msgspec.json.encode(words).decode()
            await library.run(KEEP_WORDS, playlist_id=playlist_id, entry_uid=entry_uid, snapshot=text)
        # The source may have been here, and gone, before.
        is_taken = await library.one(IS_LOCAL, uid=uid) is not None
        await library.run(BECOME_LOCAL, id=playlist_id, uid=id_bytes(new_uid()) if is_taken else uid)
    return len(playlists)


async def _untell_plays(library: Writer, source_id: SourceId) -> None:
    for (payload,) in await library.all(UNSENT_PLAYS, source_id=source_id):
        await library.run(UNTELL, play_id=id_bytes(msgspec.json.decode(payload)["play_id"]))
