"""Answers to questions whether tracks are one recording, for a whole album or single pairs, and taking one back."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from soul_player.client.dedupe.asking import propose, withdraw
from soul_player.client.dedupe.links import NoSuchLink, split
from soul_player.client.dedupe.persons import merge_recordings
from soul_player.client.dedupe.questions import Asked, every_pair, evidence_record, kept_evidence, pairs_of
from soul_player.client.dedupe.said import say, unsay
from soul_player.client.dedupe.sides import read_sides
from soul_player.client.edits.act import Act
from soul_player.client.edits.answers import check_undoable
from soul_player.client.edits.telling import tell_everywhere
from soul_player.client.errors import QuestionNotFound
from soul_player.client.library.decisions import open_question
from soul_player.client.library.model import MergeAnswer, QuestionId, QuestionKind
from soul_player.client.library.playlist_questions import OPEN_OTHER, REOPEN, PlaylistQuestion
from soul_player.database.access import Reader, Writer

ANSWER = """
    UPDATE questions
       SET answer = :answer, answered_at = :now_ms, evidence = :evidence, undo = '{"pairs":[]}'
     WHERE id = :id
"""

# Of a question that goes on being asked, the part that was answered.
ADD_ANSWERED = """
    INSERT INTO questions (kind, source_id, subject, evidence, asked_at, answer, answered_at, undo)
    SELECT kind, source_id, subject, :evidence, asked_at, :answer, :now_ms, '{"pairs":[]}'
      FROM questions
     WHERE id = :id
    RETURNING id
"""

KEEP = """
    UPDATE questions
       SET undo = :undo
     WHERE id = :id
"""

FORGET = """
    DELETE FROM questions
     WHERE id = :id
"""

FORGET_EMPTY = """
    DELETE FROM questions
     WHERE id = :id
       AND NOT EXISTS (SELECT 1 FROM proposals WHERE question_id = :id)
"""


@dataclass(frozen=True)
class Answered:
    """`question_id`: what takes the answer back (a new one, where only a part of the question was answered)."""

    question_id: QuestionId
    tracks: int


@dataclass(frozen=True)
class Similar:
    """How many pairs are asked about for the same reasons between the same sources, and in how many questions."""

    pairs: int
    questions: int


async def answer_merge(
    library: Writer,
    act: Act,
    question_id: QuestionId,
    choice: str,
    *,
    pairs: Sequence[int] | None = None,
    similar: bool = False,
) -> Answered:
    """Do it, and keep what taking it back needs."""
    now_ms = act.now_ms
    await _require(library, question_id, choice)
    every = await pairs_of(library, question_id)
    asked = [one for one in every if one.is_there]
    chosen = asked if pairs is None else [one for one in asked if one.pair.side.entry_id in pairs]
    if pairs is not None and {one.pair.side.entry_id for one in chosen} != set(pairs):
        raise QuestionNotFound(f"question {question_id} asks about no such pair", hint="soul resolve shows its pairs")
    if similar:
        chosen = await _with_similar(library, chosen)
    chosen = await _with_same_recordings(library, chosen)
    is_whole = {one.pair.side.entry_id for one in every} <= {one.pair.side.entry_id for one in chosen}
    evidence = json.dumps(evidence_record([one.pair for one in chosen]))
    # Before anything is done: a question that nothing is left of goes, unless it has an answer.
    written = question_id
    if is_whole:
        await library.run(ANSWER, id=question_id, answer=choice, now_ms=now_ms, evidence=evidence)
    else:
        row = await library.one(ADD_ANSWERED, id=question_id, answer=choice, now_ms=now_ms, evidence=evidence)
        assert row is not None
        written = QuestionId(row[0])
    kept = [await _act(library, one, MergeAnswer(choice), now_ms=now_ms) for one in chosen]
    await library.run(KEEP, id=written, undo=json.dumps({"pairs": kept}))
    await withdraw(library, [one.pair.side.entry_id for one in chosen])
    await tell_everywhere(library, act)
    return Answered(written, len(chosen))


async def count_similar(library: Reader, question_id: QuestionId) -> Similar:
    """Itself included."""
    await _require(library, question_id, MergeAnswer.MERGE.value)
    asked = [one for one in await pairs_of(library, question_id) if one.is_there]
    found = await _with_similar(library, asked)
    return Similar(len(found), len({one.question_id for one in found}))


async def undo_merge(library: Writer, act: Act, question: PlaylistQuestion) -> None:
    """What was joined is apart, what was refused may be joined; both are asked about again."""
    now_ms = act.now_ms
    check_undoable(question, now_ms=now_ms)
    kept: list[dict[str, Any]] = (question.undo or {})["pairs"]
    other = await library.one(
        OPEN_OTHER, kind=question.kind.value, source_id=question.source_id, subject=question.subject
    )
    if other is None:
        # Its pairs come back into it; those of other questions into one of theirs.
        await library.run(REOPEN, id=question.id)
    for one in reversed(kept):
        await _take_back(library, one, now_ms=now_ms)
    if other is not None:
        await library.run(FORGET, id=question.id)
    else:
        await library.run(FORGET_EMPTY, id=question.id)
    await tell_everywhere(library, act)


async def _require(library: Reader, question_id: QuestionId, choice: str) -> None:
    question = await open_question(library, question_id, choice)
    if question.kind is not QuestionKind.MERGE:
        raise QuestionNotFound(f"question {question_id} is not about recordings")


async def _with_similar(library: Reader, chosen: Sequence[Asked]) -> list[Asked]:
    alike = {one.likeness for one in chosen}
    known = {one.pair.side.entry_id for one in chosen}
    return [
        one
        for one in await every_pair(library)
        if (one.is_there and one.likeness in alike) or one.pair.side.entry_id in known
    ]


async def _with_same_recordings(library: Reader, chosen: Sequence[Asked]) -> list[Asked]:
    """Whoever answers for two recordings answers for every pair of tracks of theirs."""
    recordings = {one.recordings for one in chosen}
    known = {one.pair.side.entry_id for one in chosen}
    return [
        *chosen,
        *(
            one
            for one in await every_pair(library)
            if one.recordings in recordings and one.pair.side.entry_id not in known
        ),
    ]


async def _act(library: Writer, asked: Asked, choice: MergeAnswer, *, now_ms: int) -> dict[str, Any]:
    """The pair as it is kept for taking the answer back."""
    pair = asked.pair
    link_id = None
    match choice:
        case MergeAnswer.MERGE:
            link_id = await merge_recordings(library, pair, now_ms=now_ms)
        case MergeAnswer.SEPARATE:
            await say(library, pair.side.names, pair.other.names, is_same=False, now_ms=now_ms)
    return {
        "entry": pair.side.entry_id,
        "other": pair.other.entry_id,
        "link": link_id,
        "method": pair.evidence.method.value,
        "score": pair.evidence.score,
        "fingerprint": pair.evidence.fingerprint,
        "vetoes": [veto.value for veto in pair.evidence.vetoes],
    }


async def _take_back(library: Writer, kept: dict[str, Any], *, now_ms: int) -> None:
    if kept["link"] is not None:
        # None: they were parted otherwise since then, or one of them is gone.
        with contextlib.suppress(NoSuchLink):
            await split(library, kept["link"])
    sides = await read_sides(library, (kept["entry"], kept["other"]))
    if len(sides) < 2:
        return
    side, other = sides[kept["entry"]], sides[kept["other"]]
    await unsay(library, side.names, other.names)
    if side.track_id != other.track_id:
        await propose(library, side.entry(), other.entry(), kept_evidence(kept), now_ms=now_ms)
