"""What is sent next: operations in order of n, at most as many and as large as a server takes at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from soul_player.client.library.accounts import Account
from soul_player.client.library.sync_queue import TRACKS_PREFIX, track_group, with_number
from soul_player.database.access import Reader, Row, Value, Writer
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.operation import BYTES_PER_PUSH_MAX, OPERATIONS_PER_PUSH_MAX

# The longest that an operation is left alone for, when its server was too busy for it.
RETRY_MS_MAX = 1_800_000
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

# A clock that was set back must not hold anything up for longer than it would have waited.
WAITING = """
    SELECT op_id, n, payload, attempts
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'waiting'
       AND n > :after_n
       AND held_track_id IS NULL
       AND (COALESCE(retry_at, 0) <= :now_ms OR retry_at > :now_ms + :longest_ms)
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
       AND sync_queue.state <> 'sent'
       AND sync_queue.held_track_id IS NOT NULL
     GROUP BY sync_queue.op_id
     ORDER BY sync_queue.n
"""

LET_GO = """
    UPDATE sync_queue
       SET payload = :payload, group_key = :group_key, held_track_id = NULL
     WHERE op_id = :op_id
"""

# The nearest entry before it, in the order that is shown, of which the server knows or is told first.
SHOWN_BEFORE = """
    SELECT former.entry_uid
      FROM playlist_entries own
      JOIN playlists ON playlists.id = own.playlist_id AND playlists.source_id = :source_id
      JOIN playlist_entries former ON former.playlist_id = own.playlist_id
                                  AND (former.position, former.entry_uid) < (own.position, own.entry_uid)
     WHERE own.entry_uid = :entry_id
       AND former.is_removed = 0
       AND (EXISTS (SELECT 1
                      FROM server_entries
                     WHERE source_id = :source_id
                       AND id = former.entry_uid)
            OR EXISTS (SELECT 1
                         FROM sync_queue earlier
                         JOIN sync_queue mine ON mine.entry_id = own.entry_uid AND mine.operation = 'entry.add'
                        WHERE earlier.entry_id = former.entry_uid
                          AND earlier.operation = 'entry.add'
                          AND earlier.account_id = :account_id
                          AND earlier.held_track_id IS NULL
                          AND earlier.n < mine.n))
     ORDER BY former.position DESC, former.entry_uid DESC
     LIMIT 1
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
    rows = await library.all(
        WAITING,
        **_of(account),
        after_n=after_n,
        now_ms=now_ms,
        longest_ms=RETRY_MS_MAX,
        count=OPERATIONS_PER_PUSH_MAX,
    )
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
        if fields["type"] == "entry.add":
            fields["after"] = await _shown_before(library, account, fields["entry_id"])
        group = track_group(remote_id) if group_key.startswith(TRACKS_PREFIX) else group_key
        await library.run(LET_GO, op_id=op_id, payload=msgspec.json.encode(fields).decode(), group_key=group)
        groups |= {group_key, group}
    return groups


async def _shown_before(library: Writer, account: Account, entry_id: str) -> str | None:
    """What stands before the place that it kept, among what its server knows or hears of first; None: nothing does.

    Where it was put meant something in the order of then: at the end, say, behind which others were sent since.
    """
    row = await library.one(SHOWN_BEFORE, **_of(account), entry_id=id_bytes(entry_id))
    return None if row is None else id_text(row[0])


def _of(account: Account) -> dict[str, Value]:
    return {"source_id": account.source_id, "account_id": account.account_id}


def _sendings(rows: Sequence[Row]) -> list[Sending]:
    return [Sending(row[0], row[1], with_number(row[2], row[1]), row[3]) for row in rows]
