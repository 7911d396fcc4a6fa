"""What is the user's follows the recording: plays, playlist entries, marks and waiting operations, there and back."""

import json
from collections.abc import Sequence
from typing import Protocol

from soul_player.client.library.marks import refresh_marks
from soul_player.client.library.model import LocalTrackId
from soul_player.database.access import Row, Writer

NOTE_PLAYS = """
    INSERT INTO moved_references (link_id, kind, key)
    SELECT :link_id, 'play', play_id
      FROM plays
     WHERE track_id = :former_track_id
"""

NOTE_ENTRIES = """
    INSERT INTO moved_references (link_id, kind, key, playlist_id)
    SELECT :link_id, 'playlist_entry', entry_uid, playlist_id
      FROM playlist_entries
     WHERE track_id = :former_track_id
"""

NOTE_OPERATIONS = """
    INSERT INTO moved_references (link_id, kind, key)
    SELECT :link_id, 'operation', op_id
      FROM sync_queue
     WHERE held_track_id = :former_track_id
"""

MOVE_PLAYS = """
    UPDATE plays
       SET track_id = :track_id
     WHERE play_id IN (SELECT key FROM moved_references WHERE link_id = :link_id AND kind = 'play')
"""

MOVE_ENTRIES = """
    UPDATE playlist_entries
       SET track_id = :track_id
     WHERE (playlist_id, entry_uid) IN (
           SELECT playlist_id, key FROM moved_references WHERE link_id = :link_id AND kind = 'playlist_entry')
"""

MOVE_OPERATIONS = """
    UPDATE sync_queue
       SET held_track_id = :track_id
     WHERE op_id IN (SELECT key FROM moved_references WHERE link_id = :link_id AND kind = 'operation')
       AND held_track_id IS NOT NULL
"""

# They left with the former recording: a link that stays has nothing of theirs to give back.
DISOWN = """
    DELETE FROM moved_references
     WHERE link_id = :staying_link_id
       AND (kind, key, playlist_id) IN (SELECT kind, key, playlist_id FROM moved_references WHERE link_id = :link_id)
"""

READ_SAID = """
    SELECT favourite, favourited_at, rating, rated_at
      FROM local_marks
     WHERE track_id = :track_id
"""

SAY = """
    INSERT INTO local_marks (track_id, favourite, favourited_at, rating, rated_at)
    VALUES (:track_id, :favourite, :favourited_at, :rating, :rated_at)
        ON CONFLICT (track_id) DO UPDATE
       SET favourite = excluded.favourite, favourited_at = excluded.favourited_at, rating = excluded.rating,
           rated_at = excluded.rated_at
"""

UNSAY = """
    DELETE FROM local_marks
     WHERE track_id = :track_id
"""

NOTE_MARKS = """
    INSERT INTO moved_marks (link_id, former, kept, merged)
    VALUES (:link_id, :former, :kept, :merged)
"""

READ_MARKS = """
    SELECT former, kept, merged
      FROM moved_marks
     WHERE link_id = :link_id
"""

FORGET_SHOWN = """
    DELETE FROM marks
     WHERE track_id = :track_id
"""

FORGET_EMPTY = """
    DELETE FROM marks
     WHERE track_id = :track_id
       AND favourite = 0 AND favourited_at IS NULL AND rating IS NULL AND rated_at IS NULL
       AND play_count = 0 AND last_played_at IS NULL
"""

_NOTES = (NOTE_PLAYS, NOTE_ENTRIES, NOTE_OPERATIONS)
_MOVES = (MOVE_PLAYS, MOVE_ENTRIES, MOVE_OPERATIONS)


class MovedLink(Protocol):
    """What is needed of a link to give back what moved with it."""

    @property
    def id(self) -> int:
        """Its own."""
        ...

    @property
    def track_id(self) -> int:
        """The recording that holds both."""
        ...

    @property
    def former_track_id(self) -> int:
        """The one that came in."""
        ...


async def move_references(library: Writer, link_id: int, *, former_track_id: int, track_id: int) -> None:
    """After the entries moved: everything that names the former recording names the other one."""
    noted = [await library.run(note, link_id=link_id, former_track_id=former_track_id) for note in _NOTES]
    for count, move in zip(noted, _MOVES, strict=True):
        if count:
            await library.run(move, link_id=link_id, track_id=track_id)
    await _merge_said(library, link_id, former_track_id=former_track_id, track_id=track_id)
    await library.run(FORGET_SHOWN, track_id=former_track_id)
    await refresh_marks(library, LocalTrackId(track_id))


async def return_references(
    library: Writer, link: MovedLink, *, leaving: Sequence[int], staying: Sequence[int]
) -> None:
    """After the entries moved back, before the link goes: each has its own again. What came since stays where it is.

    `leaving`, `staying`: the other links, by the side on which they are now.
    """
    for leaving_id in leaving:
        await _move(library, leaving_id, link.former_track_id)
    for staying_id in staying:
        await library.run(DISOWN, staying_link_id=staying_id, link_id=link.id)
    await _move(library, link.id, link.former_track_id)
    await _part_said(library, link.id, former_track_id=link.former_track_id, track_id=link.track_id)
    for track_id in (link.track_id, link.former_track_id):
        await refresh_marks(library, LocalTrackId(track_id))
        # A row of nothing, which the recording did not have before the two were one.
        await library.run(FORGET_EMPTY, track_id=track_id)


async def _move(library: Writer, link_id: int, track_id: int) -> None:
    for move in _MOVES:
        await library.run(move, link_id=link_id, track_id=track_id)


async def _merge_said(library: Writer, link_id: int, *, former_track_id: int, track_id: int) -> None:
    former = await library.one(READ_SAID, track_id=former_track_id)
    if former is None:
        return
    kept = await library.one(READ_SAID, track_id=track_id)
    merged = former if kept is None else (*_later(kept[:2], former[:2]), *_later(kept[2:], former[2:]))
    await _say(library, track_id, merged)
    await library.run(UNSAY, track_id=former_track_id)
    await library.run(
        NOTE_MARKS,
        link_id=link_id,
        former=json.dumps(former),
        kept=None if kept is None else json.dumps(kept),
        merged=json.dumps(merged),
    )


async def _part_said(library: Writer, link_id: int, *, former_track_id: int, track_id: int) -> None:
    row = await library.one(READ_MARKS, link_id=link_id)
    if row is None:
        return
    former, kept, merged = (None if text is None else tuple(json.loads(text)) for text in row)
    assert former is not None
    await _say(library, former_track_id, former)
    if await library.one(READ_SAID, track_id=track_id) != merged:
        # It was said anew since, of both.
        return
    if kept is None:
        await library.run(UNSAY, track_id=track_id)
    else:
        await _say(library, track_id, kept)


async def _say(library: Writer, track_id: int, said: Row) -> None:
    favourite, favourited_at, rating, rated_at = said
    await library.run(
        SAY,
        track_id=track_id,
        favourite=favourite,
        favourited_at=favourited_at,
        rating=rating,
        rated_at=rated_at,
    )


def _later(ours: Row, theirs: Row) -> Row:
    """(value, when) that was said last."""
    return theirs if (theirs[1] or 0) > (ours[1] or 0) else ours
