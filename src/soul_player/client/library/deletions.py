"""Deletions that sources announce: applied at the end of a run, or held when they are too many to believe."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.client.library.model import DeletionAnswer, QuestionId, QuestionKind, SourceId
from soul_player.client.library.questions import ask, close_question
from soul_player.client.library.track_sources import count_available
from soul_player.client.library.tracks import refresh_statuses
from soul_player.database.access import Reader, Writer

# Fewer than this many are never held, however small the library.
HELD_COUNT_MIN = 50
HELD_SHARE = 0.2

NOTE = """
    INSERT INTO held_deletions (source_id, remote_id, question_id)
    SELECT source_id, remote_id, NULL
      FROM track_sources
     WHERE source_id = :source_id
       AND remote_id = :remote_id
       AND status <> 'unavailable'
        ON CONFLICT (source_id, remote_id) DO NOTHING
"""

NOTE_STALE = """
    INSERT INTO held_deletions (source_id, remote_id, question_id)
    SELECT source_id, remote_id, NULL
      FROM track_sources
     WHERE source_id = :source_id
       AND run < :run
       AND status <> 'unavailable'
        ON CONFLICT (source_id, remote_id) DO NOTHING
"""

ANY = """
    SELECT 1
      FROM held_deletions
     WHERE source_id = :source_id
     LIMIT 1
"""

FORGET_ONE = """
    DELETE FROM held_deletions
     WHERE source_id = :source_id
       AND remote_id = :remote_id
"""

FORGET_ALL = """
    DELETE FROM held_deletions
     WHERE source_id = :source_id
"""

COUNT_OF_RUN = """
    SELECT COUNT(*)
      FROM held_deletions
     WHERE source_id = :source_id
       AND question_id IS NULL
"""

# Whoever wanted to play one of them has noticed already that it is not there.
COUNT_SHOWN = """
    SELECT COUNT(*)
      FROM held_deletions
      JOIN track_sources USING (source_id, remote_id)
     WHERE held_deletions.source_id = :source_id
       AND track_sources.status <> 'unavailable'
"""

COUNT_OF_QUESTION = """
    SELECT COUNT(*)
      FROM held_deletions
     WHERE question_id = :question_id
"""

HOLD = """
    UPDATE held_deletions
       SET question_id = :question_id
     WHERE source_id = :source_id
       AND question_id IS NULL
"""

# `IS` finds NULL too: the deletions of the run that just ended, or those of a question.
TRACKS_OF = """
    SELECT track_sources.track_id
      FROM held_deletions
      JOIN track_sources USING (source_id, remote_id)
     WHERE held_deletions.source_id = :source_id
       AND held_deletions.question_id IS :question_id
"""

# A copy stays and plays; a file of a folder is not there.
APPLY = """
    UPDATE track_sources
       SET status = 'unavailable', path = CASE status WHEN 'local_file' THEN NULL ELSE path END
     WHERE source_id = :source_id
       AND remote_id IN (SELECT remote_id
                           FROM held_deletions
                          WHERE source_id = :source_id
                            AND question_id IS :question_id)
"""

# A folder does not miss them again: a person has decided.
STOP_MISSING = """
    UPDATE folder_files
       SET is_present = 0
     WHERE source_id = :source_id
       AND remote_id IN (SELECT remote_id
                           FROM held_deletions
                          WHERE source_id = :source_id
                            AND question_id IS :question_id)
"""

FORGET = """
    DELETE FROM held_deletions
     WHERE source_id = :source_id
       AND question_id IS :question_id
"""


@dataclass(frozen=True)
class Apply:
    """Believe them."""


@dataclass(frozen=True)
class Hold:
    """Ask a person first."""


DeletionDecision = Apply | Hold


def decide(*, deletions: int, available: int) -> DeletionDecision:
    """Absence is not deletion (protocol, section 5): more than 20 % of a source, of 50 or more, are held."""
    if deletions >= HELD_COUNT_MIN and deletions > HELD_SHARE * available:
        return Hold()
    return Apply()


async def note_deletions(library: Writer, source_id: SourceId, remote_ids: Sequence[bytes]) -> None:
    """Announced by the run that is under way. Ids that the library does not know mean nothing to it."""
    if remote_ids:
        await library.run_many(NOTE, [(source_id, remote_id) for remote_id in remote_ids])


async def override_deletions(library: Writer, source_id: SourceId, remote_ids: Sequence[bytes]) -> None:
    """Later rows override: these tracks are there after all."""
    if remote_ids and await library.one(ANY, source_id=source_id) is not None:
        await library.run_many(FORGET_ONE, [(source_id, remote_id) for remote_id in remote_ids])


async def forget_deletions(library: Writer, source_id: SourceId) -> None:
    """Everything is about to be told anew: what was held is found again by the sweep."""
    await library.run(FORGET_ALL, source_id=source_id)
    await close_question(library, QuestionKind.MASS_DELETION, source_id)


async def note_stale(library: Writer, source_id: SourceId, *, run: int) -> None:
    """The sweep at the end of a run from nothing: what it did not tell of is deleted at the source."""
    await library.run(NOTE_STALE, source_id=source_id, run=run)


async def settle_deletions(library: Writer, source_id: SourceId, *, now_ms: int) -> int:
    """At the end of a run: apply what it announced, or hold all of it behind a question. How many were applied."""
    deletions = await _count_of_run(library, source_id)
    if deletions == 0:
        return 0
    # So few are never held: the library is not counted for them, and ten changes cost the same at any size.
    available = await count_available(library, source_id) if deletions >= HELD_COUNT_MIN else 0
    match decide(deletions=deletions, available=available):
        case Apply():
            await _apply(library, source_id, None)
            return deletions
        case Hold():
            evidence = {"tracks": deletions, "of": available}
            question_id = await ask(library, QuestionKind.MASS_DELETION, source_id, evidence, now_ms=now_ms)
            await library.run(HOLD, source_id=source_id, question_id=question_id)
            return 0


async def hold_deletions(library: Writer, source_id: SourceId, remote_ids: Sequence[bytes], *, now_ms: int) -> None:
    """These are missing in such number, or in such a way, that a person must say so; the tracks stay meanwhile."""
    await note_deletions(library, source_id, remote_ids)
    row = await library.one(COUNT_SHOWN, source_id=source_id)
    assert row is not None
    if row[0] == 0:
        await forget_deletions(library, source_id)
        return
    evidence = {"tracks": int(row[0]), "of": await count_available(library, source_id)}
    question_id = await ask(library, QuestionKind.MASS_DELETION, source_id, evidence, now_ms=now_ms)
    await library.run(HOLD, source_id=source_id, question_id=question_id)


async def count_held(library: Reader, question_id: QuestionId) -> int:
    """How many tracks the question is still about."""
    row = await library.one(COUNT_OF_QUESTION, question_id=question_id)
    assert row is not None
    return int(row[0])


async def answer_deletions(
    library: Writer, source_id: SourceId, question_id: QuestionId, answer: DeletionAnswer
) -> int:
    """What a person decided. How many tracks became unavailable."""
    held = await count_held(library, question_id)
    await library.run(STOP_MISSING, source_id=source_id, question_id=question_id)
    match answer:
        case DeletionAnswer.APPLY:
            await _apply(library, source_id, question_id)
            return held
        case DeletionAnswer.KEEP:
            await library.run(FORGET, source_id=source_id, question_id=question_id)
            return 0


async def _count_of_run(library: Reader, source_id: SourceId) -> int:
    row = await library.one(COUNT_OF_RUN, source_id=source_id)
    assert row is not None
    return int(row[0])


async def _apply(library: Writer, source_id: SourceId, question_id: QuestionId | None) -> None:
    tracks = await library.all(TRACKS_OF, source_id=source_id, question_id=question_id)
    await library.run(APPLY, source_id=source_id, question_id=question_id)
    await library.run(FORGET, source_id=source_id, question_id=question_id)
    await refresh_statuses(library, [row[0] for row in tracks])
