"""SQL of this device's own words on recordings: which source was told of them, and which is still to be told."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.database.access import Reader, Writer

SAID = """
    SELECT favourite, favourited_at, favourite_is_own, rating, rated_at, rating_is_own
      FROM local_marks
     WHERE track_id = :track_id
"""

TOLD = """
    SELECT told.source_id, told.remote_id, told.kind, told.value, told.said_at, told.state, told.former,
           told.former_at
      FROM track_sources held
      JOIN told_marks told ON told.source_id = held.source_id AND told.remote_id = held.remote_id
     WHERE held.track_id = :track_id
"""

NOTE = """
    INSERT INTO told_marks (source_id, remote_id, kind, value, said_at, state, former, former_at)
    VALUES (:source_id, :remote_id, :kind, :value, :said_at, :state, :former, :former_at)
        ON CONFLICT (source_id, remote_id, kind) DO UPDATE
       SET value = excluded.value, said_at = excluded.said_at, state = excluded.state, former = excluded.former,
           former_at = excluded.former_at
"""

FORGET = """
    DELETE FROM told_marks
     WHERE source_id = :source_id
       AND remote_id = :remote_id
       AND kind = :kind
"""

# Only sources that somebody is signed in at can be told anything.
WHERE_TO_TELL = """
    SELECT DISTINCT marks_to_tell.source_id
      FROM marks_to_tell
      JOIN sources ON sources.id = marks_to_tell.source_id
     WHERE sources.account_id IS NOT NULL
     ORDER BY marks_to_tell.source_id
"""

TO_TELL = """
    SELECT track_id
      FROM marks_to_tell
     WHERE source_id = :source_id
     ORDER BY track_id
     LIMIT :count
"""

TOLD_NOW = """
    DELETE FROM marks_to_tell
     WHERE source_id = :source_id
       AND track_id = :track_id
"""

# Words of one of them that were told to a source of the other one, which is another recording again.
MARK_WRONG = """
    UPDATE told_marks
       SET state = 'wrong'
     WHERE state = 'carried'
       AND (source_id, remote_id) IN (
           SELECT source_id, remote_id FROM track_sources WHERE track_id IN (:track_id, :other_track_id))
       AND NOT EXISTS (
           SELECT 1
             FROM track_sources held
             JOIN local_marks said ON said.track_id = held.track_id
            WHERE held.source_id = told_marks.source_id
              AND held.remote_id = told_marks.remote_id
              AND CASE told_marks.kind WHEN 'favourite' THEN said.favourited_at ELSE said.rated_at END
                  = told_marks.said_at)
"""

TELL_WRONG = """
    INSERT OR IGNORE INTO marks_to_tell (source_id, track_id)
    SELECT DISTINCT held.source_id, held.track_id
      FROM track_sources held
      JOIN told_marks told ON told.source_id = held.source_id AND told.remote_id = held.remote_id
     WHERE held.track_id IN (:track_id, :other_track_id)
       AND told.state = 'wrong'
"""


class MarkKind(StrEnum):
    """What can be said of a recording."""

    FAVOURITE = "favourite"
    RATING = "rating"


class ToldState(StrEnum):
    """How a source came to be told. `WRONG`: what was carried there is another recording's again."""

    SAID = "said"
    CARRIED = "carried"
    WRONG = "wrong"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class Word:
    """What was said, and when; a favourite is 1 or 0. `is_own`: on this device."""

    value: int | None
    said_at: int
    is_own: bool = True


@dataclass(frozen=True)
class Told:
    """The last word that a source was told of one of its tracks; `former`: what was shown of that before."""

    source_id: SourceId
    remote_id: bytes
    kind: MarkKind
    value: int | None
    said_at: int
    state: ToldState
    former: int | None = None
    former_at: int | None = None


async def words_said(library: Reader, track_id: LocalTrackId) -> dict[MarkKind, Word]:
    """On this device, or by a source that was removed."""
    row = await library.one(SAID, track_id=track_id)
    words: dict[MarkKind, Word] = {}
    if row is not None and row[1] is not None:
        words[MarkKind.FAVOURITE] = Word(int(bool(row[0])), row[1], bool(row[2]))
    if row is not None and row[4] is not None:
        words[MarkKind.RATING] = Word(row[3], row[4], bool(row[5]))
    return words


async def told_of(library: Reader, track_id: LocalTrackId) -> list[Told]:
    """What the sources that hold the recording were told of it."""
    return [
        Told(SourceId(row[0]), bytes(row[1]), MarkKind(row[2]), row[3], row[4], ToldState(row[5]), row[6], row[7])
        for row in await library.all(TOLD, track_id=track_id)
    ]


async def note_told(library: Writer, told: Told) -> None:
    """In place of what it was told before."""
    await library.run(
        NOTE,
        source_id=told.source_id,
        remote_id=told.remote_id,
        kind=told.kind.value,
        value=told.value,
        said_at=told.said_at,
        state=told.state.value,
        former=told.former,
        former_at=told.former_at,
    )


async def forget_told(library: Writer, told: Told) -> None:
    """It says something else by now."""
    await library.run(FORGET, source_id=told.source_id, remote_id=told.remote_id, kind=told.kind.value)


async def where_to_tell(library: Reader) -> list[SourceId]:
    """Sources that may have to be told something."""
    return [SourceId(row[0]) for row in await library.all(WHERE_TO_TELL)]


async def tracks_to_tell(library: Reader, source_id: SourceId, *, count: int) -> list[LocalTrackId]:
    """The recordings it is about."""
    return [LocalTrackId(row[0]) for row in await library.all(TO_TELL, source_id=source_id, count=count)]


async def mark_told(library: Writer, source_id: SourceId, track_ids: Iterable[LocalTrackId]) -> None:
    """Nothing is left to be told of these."""
    await library.run_many(TOLD_NOW, [(source_id, track_id) for track_id in track_ids])


async def mark_wrong(library: Writer, track_id: int, other_track_id: int) -> None:
    """After two recordings were parted: what was carried from one to the other is to be taken back."""
    if await library.run(MARK_WRONG, track_id=track_id, other_track_id=other_track_id):
        await library.run(TELL_WRONG, track_id=track_id, other_track_id=other_track_id)
