"""SQL of the questions about playlists that one side deleted and the other one edited."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from soul_player.client.library.model import QuestionId, QuestionKind, SourceId
from soul_player.client.library.sync_queue import playlist_group
from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import id_bytes

# One that is open already is not asked again.
ASK = """
    INSERT INTO questions (kind, source_id, subject, evidence, asked_at)
    VALUES (:kind, :source_id, :subject, :evidence, :asked_at)
        ON CONFLICT (kind, source_id, subject) WHERE answer IS NULL DO NOTHING
"""

FIND = """
    SELECT id, kind, source_id, subject, evidence, answer, answered_at, undo
      FROM questions
     WHERE id = :id
"""

CLOSE = """
    DELETE FROM questions
     WHERE kind = :kind
       AND source_id = :source_id
       AND subject = :subject
       AND answer IS NULL
"""

ANSWER = """
    UPDATE questions
       SET answer = :answer, answered_at = :now_ms, undo = :undo
     WHERE id = :id
"""

REOPEN = """
    UPDATE questions
       SET answer = NULL, answered_at = NULL, undo = NULL
     WHERE id = :id
"""

CLOSE_OF_SOURCE = """
    DELETE FROM questions
     WHERE source_id = :source_id
       AND kind IN ('playlist_deleted', 'playlist_changed')
       AND answer IS NULL
"""

PARKED = """
    SELECT reason, group_key, operation, answer, created_at
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'needs_you'
       AND in_overlay = 1
       AND reason IN ('playlist_deleted', 'playlist_changed')
     ORDER BY n
"""

SET_ASIDE = """
    UPDATE sync_queue
       SET state = 'settled', in_overlay = 0, set_aside_by = :question_id, settled_at = :now_ms
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND group_key = :group_key
       AND in_overlay = 1
"""

SET_DELETION_ASIDE = """
    UPDATE sync_queue
       SET state = 'settled', in_overlay = 0, set_aside_by = :question_id, settled_at = :now_ms
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND group_key = :group_key
       AND operation = 'playlist.delete'
       AND state = 'needs_you'
"""

OPEN_OTHER = """
    SELECT 1
      FROM questions
     WHERE kind = :kind
       AND source_id = :source_id
       AND subject = :subject
       AND answer IS NULL
"""

UNHIDE = """
    UPDATE server_playlists
       SET hidden_by = NULL
     WHERE hidden_by = :question_id
"""

# Back to where they were: a person decides.
TAKE_BACK = """
    UPDATE sync_queue
       SET state = 'needs_you', in_overlay = 1, set_aside_by = NULL, settled_at = NULL
     WHERE set_aside_by = :question_id
"""

# What an answer took away goes for good when it can be undone no longer.
UNDOABLE_NO_LONGER = """
    SELECT server_playlists.source_id, server_playlists.id
      FROM server_playlists
      JOIN questions ON questions.id = server_playlists.hidden_by
     WHERE questions.answered_at < :before_ms
"""


@dataclass(frozen=True)
class PlaylistQuestion:
    """One of them, open or answered. `subject` is the playlist's group."""

    id: QuestionId
    kind: QuestionKind
    source_id: SourceId
    subject: str
    evidence: Mapping[str, Any]
    answer: str | None
    answered_at_ms: int | None
    undo: Mapping[str, Any] | None


async def ask_about(
    library: Writer,
    kind: QuestionKind,
    source_id: SourceId,
    uid: bytes,
    evidence: Mapping[str, Any],
    *,
    now_ms: int,
) -> None:
    """Write the question down, unless it is open already."""
    await library.run(
        ASK,
        kind=kind.value,
        source_id=source_id,
        subject=playlist_group(uid),
        evidence=json.dumps(evidence),
        asked_at=now_ms,
    )


async def stop_asking(library: Writer, kind: QuestionKind, source_id: SourceId, uid: bytes) -> None:
    """It came to nothing: the playlist is there again."""
    await library.run(CLOSE, kind=kind.value, source_id=source_id, subject=playlist_group(uid))


async def ask_of_account(library: Writer, source_id: SourceId, account_id: str) -> None:
    """Another account is signed in: what the former is asked is not for it to see, what it was asked itself is."""
    await library.run(CLOSE_OF_SOURCE, source_id=source_id)
    for reason, group_key, operation, answer, created_at in await library.all(
        PARKED, source_id=source_id, account_id=account_id
    ):
        state = json.loads(answer or "{}")
        evidence = {**(state if isinstance(state, dict) else {}), "operation": operation}
        await ask_about(library, QuestionKind(reason), source_id, id_bytes(group_key[2:]), evidence, now_ms=created_at)


async def find_question(library: Reader, question_id: QuestionId) -> PlaylistQuestion | None:
    """Open or answered; None: there is none."""
    row = await library.one(FIND, id=question_id)
    if row is None:
        return None
    undo = None if row[7] is None else json.loads(row[7])
    return PlaylistQuestion(
        QuestionId(row[0]), QuestionKind(row[1]), SourceId(row[2]), row[3], json.loads(row[4]), row[5], row[6], undo
    )
