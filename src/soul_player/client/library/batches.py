"""What is sent next: operations in order of n, at most as many and as large as a server takes at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from soul_player.client.library.accounts import Account
from soul_player.client.library.sync_queue import TRACKS_PREFIX, track_group, with_number
from soul_player.database.access import Reader, Row, Value, Writer
from soul_player.protocol.ids import id_text
from soul_player.protocol.operation import BYTES_PER_PUSH_MAX, OPERATIONS_PER_PUSH_MAX

# Room for what surrounds the operations in a body.
_AROUND_BYTES = 4_096

SENT = """
    SELECT op_id, n, payload, attempts
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'sent'
     ORDER BY n
"""

WAITING = """
    SELECT op_id, n, payload, attempts
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'waiting'
       AND n > :after_n
       AND held_track_id IS NULL
       AND COALESCE(retry_at, 0) <= :now_ms
     ORDER BY n
     LIMIT :count
"""

MARK_SENT = """
    UPDATE sync_queue
       SET state = 'sent'
     WHERE op_id = :op_id
"""

COUNT_FAILURE = """
    UPDATE sync_queue
       SET attempts = attempts + 1
     WHERE op_id = :op_id
"""

UNSEND = """
    UPDATE sync_queue
       SET state = 'waiting'
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'sent'
"""

# The source has come to hold the recording: the operation can name it.
HELD_NO_LONGER = """
    SELECT sync_queue.op_id, sync_queue.payload, MIN(track_sources.remote_id), sync_queue.group_key
      FROM sync_queue
      JOIN track_sources ON track_sources.source_id = sync_queue.source_id
                        AND track_sources.track_id = sync_queue.held_track_id
                        AND track_sources.is_former = 0
     WHERE sync_queue.source_id = :source_id
       AND sync_queue.account_id = :account_id
       AND sync_queue.held_track_id IS NOT NULL
     GROUP BY sync_queue.op_id
"""

LET_GO = """
    UPDATE sync_queue
       SET payload = :payload, group_key = :group_key, held_track_id = NULL
     WHERE op_id = :op_id
"""


@dataclass(frozen=True)
class Sending:
    """One operation of a batch, as it is sent."""

    op_id: bytes
    n: int
    body: bytes
    attempts: int


async def sent_batch(library: Reader, account: Account) -> list[Sending]:
    """What was sent and never answered: it is sent again before anything else."""
    return _sendings(await library.all(SENT, **_of(account)))


async def take_batch(library: Writer, account: Account, *, after_n: int, now_ms: int) -> list[Sending]:
    """Mark the next operations as sent, before they are: an answer that is lost must not be forgotten."""
    rows = await library.all(WAITING, **_of(account), after_n=after_n, now_ms=now_ms, count=OPERATIONS_PER_PUSH_MAX)
    batch: list[Sending] = []
    size_bytes = _AROUND_BYTES
    for sending in _sendings(rows):
        size_bytes += len(sending.body) + 1
        if size_bytes > BYTES_PER_PUSH_MAX and batch:
            break
        batch.append(sending)
    await library.run_many(MARK_SENT, [(sending.op_id,) for sending in batch])
    return batch


async def count_failure(library: Writer, batch: Sequence[Sending]) -> None:
    """The server failed on the batch as a whole."""
    await library.run_many(COUNT_FAILURE, [(sending.op_id,) for sending in batch])


async def unsend(library: Writer, account: Account) -> None:
    """The server took nothing of it, and said so."""
    await library.run(UNSEND, **_of(account))


async def let_go(library: Writer, account: Account) -> set[str]:
    """Operations that were held back name their track now; the groups that are shown differently."""
    rows = await library.all(HELD_NO_LONGER, **_of(account))
    groups = set()
    for op_id, payload, remote_id, group_key in rows:
        fields = msgspec.json.decode(payload)
        if "track_id" in fields:
            fields["track_id"] = id_text(remote_id)
        group = track_group(remote_id) if group_key.startswith(TRACKS_PREFIX) else group_key
        await library.run(LET_GO, op_id=op_id, payload=msgspec.json.encode(fields).decode(), group_key=group)
        groups |= {group_key, group}
    return groups


def _of(account: Account) -> dict[str, Value]:
    return {"source_id": account.source_id, "account_id": account.account_id}


def _sendings(rows: Sequence[Row]) -> list[Sending]:
    return [Sending(row[0], row[1], with_number(row[2], row[1]), row[3]) for row in rows]
