"""What is the user's follows the recording: plays, playlist entries, marks and waiting operations, there and back."""

import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from soul_player.client.dedupe.history import Group, Joined, Step, alone, retell
from soul_player.client.library.marks import refresh_marks
from soul_player.client.library.model import LocalTrackId
from soul_player.client.library.told_marks import mark_wrong
from soul_player.database.access import Row, Value, Writer

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

# The oldest join first.
READ_MOVED = """
    SELECT link_id, kind, key, playlist_id
      FROM moved_references
     WHERE link_id IN (SELECT value FROM json_each(:ids))
     ORDER BY link_id
"""

FORGET_MOVED = """
    DELETE FROM moved_references
     WHERE link_id IN (SELECT value FROM json_each(:ids))
"""

NOTE = """
    INSERT INTO moved_references (link_id, kind, key, playlist_id)
    VALUES (:link_id, :kind, :key, :playlist_id)
"""

RETURN_PLAY = """
    UPDATE plays
       SET track_id = :track_id
     WHERE play_id = :key
"""

RETURN_ENTRY = """
    UPDATE playlist_entries
       SET track_id = :track_id
     WHERE playlist_id = :playlist_id
       AND entry_uid = :key
"""

RETURN_OPERATION = """
    UPDATE sync_queue
       SET held_track_id = :track_id
     WHERE op_id = :key
       AND held_track_id IS NOT NULL
"""

READ_SAID = """
    SELECT favourite, favourited_at, favourite_is_own, rating, rated_at, rating_is_own
      FROM local_marks
     WHERE track_id = :track_id
"""

SAY = """
    INSERT INTO local_marks (track_id, favourite, favourited_at, favourite_is_own, rating, rated_at, rating_is_own)
    VALUES (:track_id, :favourite, :favourited_at, :favourite_is_own, :rating, :rated_at, :rating_is_own)
        ON CONFLICT (track_id) DO UPDATE
       SET favourite = excluded.favourite, favourited_at = excluded.favourited_at,
           favourite_is_own = excluded.favourite_is_own, rating = excluded.rating, rated_at = excluded.rated_at,
           rating_is_own = excluded.rating_is_own
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
    SELECT link_id, former, kept, merged
      FROM moved_marks
     WHERE link_id IN (SELECT value FROM json_each(:ids))
"""

FORGET_MOVED_MARKS = """
    DELETE FROM moved_marks
     WHERE link_id IN (SELECT value FROM json_each(:ids))
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

_FORMER_SAID_COLUMNS = 4
_NOTES = (NOTE_PLAYS, NOTE_ENTRIES, NOTE_OPERATIONS)
_MOVES = (MOVE_PLAYS, MOVE_ENTRIES, MOVE_OPERATIONS)
_RETURNS = {"play": RETURN_PLAY, "playlist_entry": RETURN_ENTRY, "operation": RETURN_OPERATION}


class MovedLink(Joined, Protocol):
    """What is needed of a link to give back what moved with it."""

    @property
    def track_id(self) -> int:
        """The recording that holds both."""
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


async def return_references(library: Writer, links: Sequence[MovedLink], steps: Sequence[Step], leaving: Group) -> None:
    """After the entries moved back: each recording has its own again. What came since stays with the id it came to.

    `links`: all of them, as they were; `steps`: those that stay, told anew; `leaving`: what is a recording of its own.
    """
    ids = json.dumps([link.id for link in links])
    formers = {link.id: link.former_track_id for link in links}
    # The first join that moved a thing says whose it was.
    origins: dict[tuple[str, bytes, int], int] = {}
    for link_id, kind, key, playlist_id in await library.all(READ_MOVED, ids=ids):
        origins.setdefault((kind, key, playlist_id), formers[link_id])
    for kind, move in _RETURNS.items():
        going = [
            (leaving.track_id, *_key_of(thing))
            for thing, origin in origins.items()
            if thing[0] == kind and origin in leaving.own
        ]
        await library.run_many(move, going)
    await library.run(FORGET_MOVED, ids=ids)
    noted = [(step.link_id, *thing) for step in steps for thing, origin in origins.items() if origin in step.former_own]
    await library.run_many(NOTE, noted)
    track_id = links[0].track_id
    await _part_said(library, links, steps, leaving)
    await mark_wrong(library, track_id, leaving.track_id)
    for one in (track_id, leaving.track_id):
        await refresh_marks(library, LocalTrackId(one))
        # A row of nothing, which the recording did not have before the two were one.
        await library.run(FORGET_EMPTY, track_id=one)


def _key_of(thing: tuple[str, bytes, int]) -> tuple[Value, ...]:
    kind, key, playlist_id = thing
    return (playlist_id, key) if kind == "playlist_entry" else (key,)


async def _merge_said(library: Writer, link_id: int, *, former_track_id: int, track_id: int) -> None:
    former = await library.one(READ_SAID, track_id=former_track_id)
    if former is None:
        return
    kept = await library.one(READ_SAID, track_id=track_id)
    merged = _both(kept, former)
    await _say(library, track_id, merged)
    await library.run(UNSAY, track_id=former_track_id)
    await library.run(
        NOTE_MARKS,
        link_id=link_id,
        former=json.dumps(former),
        kept=None if kept is None else json.dumps(kept),
        merged=json.dumps(merged),
    )


async def _part_said(library: Writer, links: Sequence[MovedLink], steps: Sequence[Step], leaving: Group) -> None:
    """What this device said of each alone is merged anew for those that stay together. A word said since, of all of
    them, stays with the recording that kept its id."""
    track_id = links[0].track_id
    moved = {row[0]: tuple(_read_said(text) for text in row[1:]) for row in
             await library.all(READ_MARKS, ids=json.dumps([link.id for link in links]))}  # fmt: skip
    now = await library.one(READ_SAID, track_id=track_id)
    if not moved:
        return
    said = _said_alone(links, moved, now)
    await library.run(FORGET_MOVED_MARKS, ids=json.dumps([link.id for link in links]))
    for step in steps:
        former, kept = said.pop(step.former_track_id, None), said.get(step.kept_track_id)
        if former is None:
            continue
        merged = _both(kept, former)
        said[step.kept_track_id] = merged
        await library.run(
            NOTE_MARKS,
            link_id=step.link_id,
            former=json.dumps(former),
            kept=None if kept is None else json.dumps(kept),
            merged=json.dumps(merged),
        )
    for one in (track_id, leaving.track_id):
        mine = said.get(one)
        if mine is None:
            await library.run(UNSAY, track_id=one)
        else:
            await _say(library, one, mine)


def _said_alone(
    links: Sequence[MovedLink], moved: Mapping[int, tuple[Row | None, ...]], now: Row | None
) -> dict[int, Row | None]:
    """By recording, what was said of it before the joins, told backwards from what is said now."""
    said: dict[int, Row | None] = {links[0].track_id: now}
    kept_ids = {step.link_id: step.kept_track_id for step in retell(alone(links[0].track_id, links), links)[0]}
    for link in sorted(links, key=lambda one: -one.id):
        kept_id = kept_ids[link.id]
        former, kept, merged = moved.get(link.id, (None, said.get(kept_id), None))
        said[link.former_track_id] = former
        if link.id in moved and said.get(kept_id) == merged:
            said[kept_id] = kept
    return said


def _read_said(text: str | None) -> Row | None:
    said = None if text is None else tuple(json.loads(text))
    # Written down before words knew whose they are.
    return (*said[:2], 1, *said[2:], 1) if said is not None and len(said) == _FORMER_SAID_COLUMNS else said


def _both(kept: Row | None, former: Row) -> Row:
    return former if kept is None else (*_later(kept[:3], former[:3]), *_later(kept[3:], former[3:]))


async def _say(library: Writer, track_id: int, said: Row) -> None:
    favourite, favourited_at, favourite_is_own, rating, rated_at, rating_is_own = said
    await library.run(
        SAY,
        track_id=track_id,
        favourite=favourite,
        favourited_at=favourited_at,
        favourite_is_own=favourite_is_own,
        rating=rating,
        rated_at=rated_at,
        rating_is_own=rating_is_own,
    )


def _later(ours: Row, theirs: Row) -> Row:
    """(value, when, whose) that was said last."""
    return theirs if (theirs[1] or 0) > (ours[1] or 0) else ours
