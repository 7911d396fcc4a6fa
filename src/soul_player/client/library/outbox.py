"""Writing edits down as operations of one account, each with its id and its number."""

from dataclasses import dataclass, replace

import msgspec

from soul_player.client.library.accounts import Account, save_numbers
from soul_player.client.library.overlay import After, Unsettled
from soul_player.client.library.sync_queue import payload_of, type_of
from soul_player.database.access import Writer
from soul_player.edges import Randomness
from soul_player.protocol.ids import RANDOM_BYTES_PER_ID, id_bytes, id_text, mint_id
from soul_player.protocol.operation import AnyOperation, check_operation

NUMBERS_NOW = """
    SELECT next_n, last_op_ms
      FROM accounts
     WHERE source_id = :source_id
       AND account_id = :account_id
"""

ADD = """
    INSERT INTO sync_queue (op_id, n, account_id, source_id, group_key, entry_id, operation, payload, state,
                            held_track_id, shown_after, covered_run, created_at)
    VALUES (:op_id, :n, :account_id, :source_id, :group_key, :entry_id, :operation, :payload, 'waiting',
            :held_track_id, :shown_after, :covered_run, :created_at)
"""


@dataclass(frozen=True)
class NewOperation:
    """What is written down of an edit. `make` gets the id and the number that it is given."""

    operation: AnyOperation
    group_key: str
    entry_id: bytes | None = None
    held_track_id: int | None = None
    shown_after: After | None = None
    has_shown_after: bool = False
    # Rows of this run of the feed, and of earlier ones, hold its effect already.
    covered_run: int = 0


class Outbox:
    """Writes one account's operations in one transaction, in which the account was read; `save` ends it."""

    def __init__(self, library: Writer, account: Account, *, now_ms: int, randomness: Randomness) -> None:
        self._library = library
        self._account = account
        self._now_ms = now_ms
        self._randomness = randomness
        self._next_n = account.next_n
        # Ids grow with their numbers, also when the clock was set back: a server takes a younger id under an older
        # number for a copied home.
        self._op_ms = max(now_ms, account.last_op_ms)

    def number(self) -> tuple[str, int]:
        """An id and a number for the next operation."""
        op_id = mint_id(self._op_ms, self._randomness.bytes(RANDOM_BYTES_PER_ID))
        n, self._next_n = self._next_n, self._next_n + 1
        return op_id, n

    async def add(self, new: NewOperation) -> Unsettled:
        """Keep it. Raises `InvalidOperation` for one that no server would take."""
        check_operation(new.operation)
        await self._library.run(
            ADD,
            op_id=id_bytes(new.operation.op_id),
            n=new.operation.n,
            account_id=self._account.account_id,
            source_id=self._account.source_id,
            group_key=new.group_key,
            entry_id=new.entry_id,
            operation=type_of(new.operation),
            payload=payload_of(new.operation),
            held_track_id=new.held_track_id,
            shown_after=_after_text(new),
            covered_run=new.covered_run,
            created_at=self._now_ms,
        )
        return Unsettled(
            new.operation,
            covered_run=new.covered_run,
            shown_after=new.shown_after,
            has_shown_after=new.has_shown_after,
            held_track_id=new.held_track_id,
        )

    async def save(self) -> None:
        """The numbers that were given are taken."""
        await save_numbers(self._library, self._account, next_n=self._next_n, last_op_ms=self._op_ms)


async def open_outbox(library: Writer, account: Account, *, now_ms: int, randomness: Randomness) -> Outbox:
    """For who has read the account in a transaction before this one: an edit may have taken numbers since."""
    row = await library.one(NUMBERS_NOW, source_id=account.source_id, account_id=account.account_id)
    assert row is not None, "an account that was read once goes with its source only"
    now = replace(account, next_n=row[0], last_op_ms=row[1])
    return Outbox(library, now, now_ms=now_ms, randomness=randomness)


def _after_text(new: NewOperation) -> str | None:
    """`false` stands for the end, which JSON has no word for."""
    if not new.has_shown_after:
        return None
    after = new.shown_after
    if isinstance(after, bytes):
        return msgspec.json.encode(id_text(after)).decode()
    return "null" if after is None else "false"
