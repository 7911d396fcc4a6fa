"""Decisions that wait for a person. They are rows, so they survive a restart."""

import json
from collections.abc import Mapping

from soul_player.client.library.model import CHOICES, Question, QuestionId, QuestionKind, SourceId
from soul_player.client.library.sync_queue import PLAYLISTS_PREFIX
from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import id_bytes

# A second question of the kind while one is open joins it: its numbers grow.
ASK = """
    INSERT INTO questions (kind, source_id, evidence, asked_at)
    VALUES (:kind, :source_id, :evidence, :asked_at)
        ON CONFLICT (kind, source_id, subject) WHERE answer IS NULL
        DO UPDATE SET evidence = excluded.evidence
    RETURNING id
"""

# Nobody is asked about tracks that are not there: the question waits for their return.
CAN_BE_ANSWERED = """
    (questions.kind <> 'merge'
     OR EXISTS (SELECT 1
                  FROM proposals
                  JOIN track_sources mine ON mine.id = proposals.entry_id
                  JOIN track_sources theirs ON theirs.id = proposals.other_entry_id
                 WHERE proposals.question_id = questions.id
                   AND (mine.status <> 'unavailable' OR mine.path IS NOT NULL)
                   AND (theirs.status <> 'unavailable' OR theirs.path IS NOT NULL)))
"""

OPEN = """
    SELECT questions.id, questions.kind, questions.source_id, sources.name, questions.evidence, questions.asked_at,
           questions.subject
      FROM questions
      JOIN sources ON sources.id = questions.source_id
     WHERE questions.answer IS NULL
       AND /* can be answered */
     ORDER BY questions.id
""".replace("/* can be answered */", CAN_BE_ANSWERED)

SHOWN_PLAYLIST = """
    SELECT id
      FROM playlists
     WHERE source_id = :source_id
       AND uid = :uid
       AND is_deleted = 0
"""

COUNT = """
    SELECT COUNT(*)
      FROM questions
     WHERE answer IS NULL
       AND /* can be answered */
""".replace("/* can be answered */", CAN_BE_ANSWERED)

ANSWER = """
    UPDATE questions
       SET answer = :answer, answered_at = :answered_at
     WHERE id = :id
       AND answer IS NULL
"""

CLOSE = """
    DELETE FROM questions
     WHERE kind = :kind
       AND source_id = :source_id
       AND answer IS NULL
"""


async def ask(
    library: Writer, kind: QuestionKind, source_id: SourceId, evidence: Mapping[str, int], *, now_ms: int
) -> QuestionId:
    """Write the question down; the id of the one that is open now."""
    row = await library.one(ASK, kind=kind.value, source_id=source_id, evidence=json.dumps(evidence), asked_at=now_ms)
    assert row is not None
    return QuestionId(row[0])


async def open_questions(library: Reader) -> list[Question]:
    """All that wait, the oldest first."""
    return [
        Question(
            id=QuestionId(row[0]),
            kind=QuestionKind(row[1]),
            source_id=SourceId(row[2]),
            source_name=row[3],
            evidence=json.loads(row[4]),
            asked_at_ms=row[5],
            choices=CHOICES[QuestionKind(row[1])],
            playlist_id=await _shown_playlist(library, SourceId(row[2]), row[6]),
        )
        for row in await library.all(OPEN)
    ]


async def _shown_playlist(library: Reader, source_id: SourceId, subject: str) -> int | None:
    if not subject.startswith(PLAYLISTS_PREFIX):
        return None
    uid = id_bytes(subject.removeprefix(PLAYLISTS_PREFIX))
    row = await library.one(SHOWN_PLAYLIST, source_id=source_id, uid=uid)
    return None if row is None else int(row[0])


async def count_questions(library: Reader) -> int:
    """How many wait."""
    row = await library.one(COUNT)
    assert row is not None
    return int(row[0])


async def write_answer(library: Writer, question_id: QuestionId, answer: str, *, now_ms: int) -> bool:
    """False when it is no longer open."""
    return await library.run(ANSWER, id=question_id, answer=answer, answered_at=now_ms) == 1


async def close_question(library: Writer, kind: QuestionKind, source_id: SourceId) -> None:
    """It no longer means anything."""
    await library.run(CLOSE, kind=kind.value, source_id=source_id)
