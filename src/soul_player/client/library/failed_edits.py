"""SQL of the edits that no server takes: what happened, why, and what a person can do about each."""

from dataclasses import dataclass
from typing import Any

import msgspec

from soul_player.client.library.model import SourceId
from soul_player.client.library.sync_queue import read_operation
from soul_player.database.access import Reader, Row
from soul_player.protocol.ids import id_text
from soul_player.protocol.operation import AnyOperation

# Those that a question is open about are answered there.
LIST = """
    SELECT sync_queue.op_id, sync_queue.n, sync_queue.source_id, sources.name, sync_queue.group_key,
           sync_queue.operation, sync_queue.payload, sync_queue.reason, sync_queue.last_error, sync_queue.created_at
      FROM sync_queue
      JOIN sources ON sources.id = sync_queue.source_id AND sources.account_id = sync_queue.account_id
     WHERE sync_queue.state = 'needs_you'
       AND NOT EXISTS (SELECT 1 FROM questions
                        WHERE questions.source_id = sync_queue.source_id
                          AND questions.subject = sync_queue.group_key
                          AND questions.answer IS NULL)
     ORDER BY sync_queue.created_at, sync_queue.n
"""

RENEW = """
    UPDATE sync_queue
       SET op_id = :new_id, n = :n, payload = :payload, state = 'waiting', in_overlay = 1, attempts = 0,
           retry_at = NULL, blocked_since = NULL, reason = NULL, last_error = NULL, answer = NULL
     WHERE op_id = :op_id
"""

# 0 is no question: a person has let go of it.
DISCARD = """
    UPDATE sync_queue
       SET state = 'settled', in_overlay = 0, set_aside_by = 0, settled_at = :now_ms
     WHERE op_id = :op_id
"""

DISCARD_GROUP = """
    UPDATE sync_queue
       SET state = 'settled', in_overlay = 0, set_aside_by = 0, settled_at = :now_ms
     WHERE source_id = :source_id
       AND group_key = :group_key
       AND state IN ('waiting', 'needs_you')
"""


@dataclass(frozen=True)
class FailedEdit:
    """`id` is its op_id. `can_edit`: there is something in it that a person may put right."""

    id: str
    n: int
    source_id: SourceId
    source_name: str
    group_key: str
    operation: str
    fields: dict[str, Any]
    reason: str
    message: str
    made_at_ms: int
    payload: str

    @property
    def can_edit(self) -> bool:
        """Only names and ratings are a person's own words."""
        return self.operation in {"playlist.create", "playlist.rename", "rating.set"}

    def read(self) -> AnyOperation:
        """The operation itself."""
        return read_operation(self.payload, self.n)


async def list_failed(library: Reader) -> list[FailedEdit]:
    """The oldest first."""
    return [_failed(row) for row in await library.all(LIST)]


def _failed(row: Row) -> FailedEdit:
    return FailedEdit(
        id=id_text(row[0]),
        n=row[1],
        source_id=SourceId(row[2]),
        source_name=row[3],
        group_key=row[4],
        operation=row[5],
        fields=msgspec.json.decode(row[6]),
        reason=row[7] or "failed",
        message=row[8] or row[7] or "failed",
        made_at_ms=row[9],
        payload=row[6],
    )
