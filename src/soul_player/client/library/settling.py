"""What a server answered to a batch, written down in one transaction with all that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from soul_player.client.library.accounts import Account, save_ack
from soul_player.client.library.batches import RETRY_MS_MAX
from soul_player.client.library.marks import refresh_remote_marks
from soul_player.client.library.model import QuestionKind
from soul_player.client.library.playlist_questions import ask_about
from soul_player.client.library.shown_playlists import refresh_playlist
from soul_player.client.library.sync_queue import PLAYLISTS_PREFIX, QueueState
from soul_player.database.access import Row, Value, Writer
from soul_player.protocol.cursor import Feed
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.operation import OutcomeStatus, Reason
from soul_player.protocol.push import PushResult

BLOCKED_DAYS_MAX = 30
_DAY_MS = 86_400_000
# An operation that a server cannot take now is tried again after this, doubled each time.
RETRY_FIRST_MS = 30_000

FIND = """
    SELECT op_id, source_id, account_id, group_key, entry_id, operation, state, attempts, blocked_since
      FROM sync_queue
     WHERE op_id = :op_id
"""

SETTLE = """
    UPDATE sync_queue
       SET state = 'settled', seq = :seq, head = :head, settled_at = :now_ms, reason = NULL, last_error = NULL,
           retry_at = NULL, blocked_since = NULL, held_track_id = NULL
     WHERE op_id = :op_id
"""

NEEDS_YOU = """
    UPDATE sync_queue
       SET state = 'needs_you', reason = :reason, last_error = :last_error, answer = :answer, in_overlay = :in_overlay
     WHERE op_id = :op_id
"""

WAIT = """
    UPDATE sync_queue
       SET state = 'waiting', reason = :reason, attempts = attempts + :retries, retry_at = :retry_at,
           blocked_since = :blocked_since
     WHERE op_id = :op_id
"""

# What depends on an operation that was blocked for too long waits for a person with it.
GROUP_NEEDS_YOU = """
    UPDATE sync_queue
       SET state = 'needs_you', reason = COALESCE(reason, :reason), last_error = :last_error
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND group_key = :group_key
       AND state = 'waiting'
"""

# A row that is known already at the position of the answer: nothing more will come of it. Rows of an earlier run stand
# at positions of another history, which say nothing.
KNOWN_ROW = """
    SELECT 1
      FROM server_playlists
     WHERE :kind = 'playlist' AND source_id = :source_id AND id = :id AND seq >= :seq AND run >= :run_min
     UNION ALL
    SELECT 1
      FROM server_entries
     WHERE :kind = 'entry' AND source_id = :source_id AND id = :id AND seq >= :seq AND run >= :run_min
     UNION ALL
    SELECT 1
      FROM server_user_data
     WHERE :kind = 'track' AND source_id = :source_id AND track_id = :id AND seq >= :seq AND run >= :run_min
     LIMIT 1
"""

COVERED_RUN = "SELECT covered_run FROM sync_queue WHERE op_id = :op_id"
FEED_STATE = "SELECT run, era FROM sync_state WHERE source_id = :source_id AND feed = :feed"
LEAVE = "UPDATE sync_queue SET in_overlay = 0 WHERE op_id = :op_id"


@dataclass(frozen=True)
class Settled:
    """What became of a batch, counted."""

    pushed: int = 0
    conflicts: int = 0
    needs_you: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class BatchAnswer:
    """`head` is the user's scope's, as the answer named it; `era` is None from a server that tells none here."""

    results: Sequence[PushResult]
    ack: str
    head: int
    era: str | None = None


async def settle_batch(
    library: Writer, account: Account, op_ids: Sequence[bytes], answer: BatchAnswer, *, now_ms: int
) -> Settled:
    """Every operation of the batch leaves the state `sent`; the acknowledgement commits with it."""
    by_id = {result.op_id: result for result in answer.results}
    settling = _Settling(library, account, answer, now_ms)
    for op_id in op_ids:
        row = await library.one(FIND, op_id=op_id)
        # A person may have removed its source meanwhile.
        if row is not None and row[6] == QueueState.SENT:
            result = by_id.get(id_text(op_id))
            await settling.one(row, result or PushResult(id_text(op_id), OutcomeStatus.RETRY))
    await save_ack(library, account, answer.ack)
    await settling.refresh()
    return settling.counted


async def park(library: Writer, account: Account, op_id: bytes, *, reason: str, message: str) -> None:
    """No server will ever take it as it is: its local effect is undone, and a person decides."""
    row = await library.one(FIND, op_id=op_id)
    if row is None:
        return
    await library.run(NEEDS_YOU, op_id=op_id, reason=reason, last_error=message, answer=None, in_overlay=0)
    await refresh_group(library, account, row[3])


async def refresh_group(library: Writer, account: Account, group_key: str, touched: set[bytes] | None = None) -> None:
    """Bring what is shown of a playlist or a track in step."""
    key = id_bytes(group_key[2:])
    if group_key.startswith(PLAYLISTS_PREFIX):
        await refresh_playlist(library, account, key, touched=touched)
    else:
        await refresh_remote_marks(library, account.source_id, [key])


class _Settling:
    """One batch, in its transaction."""

    def __init__(self, library: Writer, account: Account, answer: BatchAnswer, now_ms: int) -> None:
        self._library = library
        self._account = account
        self._answer = answer
        self._now_ms = now_ms
        self._touched: dict[str, set[bytes]] = {}
        self._counts = {"pushed": 0, "conflicts": 0, "needs_you": 0, "waiting": 0}

    @property
    def counted(self) -> Settled:
        """So far."""
        return Settled(**self._counts)

    async def one(self, row: Row, result: PushResult) -> None:
        """A status that this version does not know is one to come back to."""
        match result.status:
            case OutcomeStatus.APPLIED | OutcomeStatus.DUPLICATE:
                await self._settle(row, result)
            case OutcomeStatus.CONFLICT:
                await self._ask(row, result)
            case OutcomeStatus.REJECTED:
                await self._reject(row, result)
            case OutcomeStatus.BLOCKED:
                await self._block(row, result)
            case _:
                await self._retry(row, result)

    async def refresh(self) -> None:
        """What is shown of all that left the overlay."""
        for group_key, entries in self._touched.items():
            await refresh_group(self._library, self._account, group_key, entries)

    async def _settle(self, row: Row, result: PushResult) -> None:
        self._counts["pushed"] += 1
        await self._library.run(SETTLE, op_id=row[0], seq=result.seq, head=self._answer.head, now_ms=self._now_ms)
        if result.seq is not None and await self._is_known(row, result.seq):
            await self._library.run(LEAVE, op_id=row[0])
            self._touch(row)

    async def _is_known(self, row: Row, seq: int) -> bool:
        covered = await self._library.one(COVERED_RUN, op_id=row[0])
        assert covered is not None
        is_playlist = row[3].startswith(PLAYLISTS_PREFIX)
        feed = Feed.PLAYLISTS if is_playlist else Feed.USER_DATA
        state = await self._library.one(FEED_STATE, source_id=self._account.source_id, feed=feed.value)
        if state is None or (self._answer.era is not None and state[1] != self._answer.era):
            # What was read may be of another history than the one that has answered: the next page tells.
            return False
        known = await self._library.one(
            KNOWN_ROW,
            kind="entry" if row[4] is not None else "playlist" if is_playlist else "track",
            source_id=self._account.source_id,
            id=row[4] if row[4] is not None else id_bytes(row[3][2:]),
            seq=seq,
            run_min=max(covered[0] + 1, state[0]),
        )
        return known is not None

    async def _ask(self, row: Row, result: PushResult) -> None:
        """It stays in the overlay until a person answers."""
        self._counts["conflicts"] += 1
        await self._park(row, result, in_overlay=True)
        kind = {
            Reason.PLAYLIST_DELETED.value: QuestionKind.PLAYLIST_DELETED,
            Reason.PLAYLIST_CHANGED.value: QuestionKind.PLAYLIST_CHANGED,
        }.get(result.reason or "")
        if kind is None or not row[3].startswith(PLAYLISTS_PREFIX):
            return
        state: dict[str, Any] = result.server_state if isinstance(result.server_state, dict) else {}
        evidence = {**state, "operation": row[5]}
        await ask_about(
            self._library, kind, self._account.source_id, id_bytes(row[3][2:]), evidence, now_ms=self._now_ms
        )

    async def _reject(self, row: Row, result: PushResult) -> None:
        self._counts["needs_you"] += 1
        await self._park(row, result, in_overlay=False)
        # A rejected operation leaves the middle of the others: the whole is laid anew.
        await refresh_group(self._library, self._account, row[3])

    async def _park(self, row: Row, result: PushResult, *, in_overlay: bool) -> None:
        answer = None if result.server_state is None else msgspec.json.encode(result.server_state).decode()
        await self._library.run(
            NEEDS_YOU,
            op_id=row[0],
            reason=result.reason or result.status,
            last_error=result.detail or result.reason or result.status,
            answer=answer,
            in_overlay=int(in_overlay),
        )

    async def _block(self, row: Row, result: PushResult) -> None:
        # Counted anew by a clock that was set back.
        since = self._now_ms if row[8] is None else min(row[8], self._now_ms)
        await self._wait(row, result, retries=0, retry_at=None, blocked_since=since)
        if self._now_ms - since >= BLOCKED_DAYS_MAX * _DAY_MS:
            self._counts["needs_you"] += await self._library.run(
                GROUP_NEEDS_YOU,
                source_id=row[1],
                account_id=row[2],
                group_key=row[3],
                reason=result.reason,
                last_error=f"its server did not know what it names for {BLOCKED_DAYS_MAX} days",
            )

    async def _retry(self, row: Row, result: PushResult) -> None:
        wait_ms = min(RETRY_FIRST_MS << min(row[7], 10), RETRY_MS_MAX)
        await self._wait(row, result, retries=1, retry_at=self._now_ms + wait_ms, blocked_since=row[8])

    async def _wait(self, row: Row, result: PushResult, *, retries: int, retry_at: Value, blocked_since: Value) -> None:
        self._counts["waiting"] += 1
        await self._library.run(
            WAIT, op_id=row[0], reason=result.reason, retries=retries, retry_at=retry_at, blocked_since=blocked_since
        )

    def _touch(self, row: Row) -> None:
        entries = self._touched.setdefault(row[3], set())
        if row[4] is not None:
            entries.add(row[4])
