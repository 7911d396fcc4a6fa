"""The change log: claim positions, record facts, purge tombstones."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.database.access import Reader, Writer
from soul_player.server.store.scopes import FEED_OF_KIND, Kind

TOMBSTONE_DAYS = 180
_DAY_MS = 86_400_000
PURGE_ROWS_PER_TRANSACTION = 5_000

OPEN_SCOPE = """
    INSERT INTO sync_head (scope, seq, floor_seq)
    VALUES (:scope, 0, 0)
    ON CONFLICT (scope) DO NOTHING
"""

CLAIM = """
    UPDATE sync_head
       SET seq = seq + :count
     WHERE scope = :scope
    RETURNING seq
"""

# Taken by a transaction that learns only as it goes how many positions it needs.
LOCK = """
    UPDATE sync_head
       SET seq = seq
     WHERE scope = :scope
    RETURNING seq
"""

ADVANCE = """
    UPDATE sync_head
       SET seq = :seq
     WHERE scope = :scope
"""

# An entity changed a thousand times is one row: it is moved. `created_seq` stays at its first position, but for one
# that comes back from the dead, which is new to everyone who saw it go.
RECORD = """
    INSERT INTO sync_change (scope, kind, entity_id, feed, seq, created_seq, deleted, changed_at)
    VALUES (:scope, :kind, :entity_id, :feed, :seq, :seq, :deleted, :changed_at)
    ON CONFLICT (scope, kind, entity_id) DO UPDATE
       SET seq = excluded.seq,
           created_seq = CASE
               WHEN sync_change.deleted = 1 AND excluded.deleted = 0 THEN excluded.seq
               ELSE sync_change.created_seq
           END,
           deleted = excluded.deleted,
           changed_at = excluded.changed_at
"""

HEADS = """
    SELECT scope, seq
      FROM sync_head
     WHERE scope = :library OR scope = :own
"""

# The oldest tombstones by position. A younger one before an older one (a clock that jumped) ends the purge there:
# the floor may rise only over positions whose tombstones are all due.
OLDEST_TOMBSTONES = """
    SELECT seq, changed_at
      FROM sync_change
     WHERE scope = :scope
       AND deleted = 1
     ORDER BY seq
     LIMIT :count
"""

RAISE_FLOOR = """
    UPDATE sync_head
       SET floor_seq = :floor_seq
     WHERE scope = :scope
       AND floor_seq < :floor_seq
"""

PURGE = """
    DELETE FROM sync_change
     WHERE scope = :scope
       AND deleted = 1
       AND seq <= :floor_seq
"""

SCOPES = """
    SELECT scope
      FROM sync_head
     ORDER BY scope
"""


@dataclass(frozen=True)
class Fact:
    """One entity was made, changed or deleted; `seq` is a position that this transaction claimed."""

    kind: Kind
    entity_id: bytes
    seq: int
    deleted: bool = False


async def open_scope(store: Writer, scope: str) -> None:
    """Make the scope's head, once."""
    await store.run(OPEN_SCOPE, scope=scope)


async def claim(store: Writer, scope: str, count: int) -> range:
    """Take the next `count` positions. MUST be the transaction's first statement.

    The head's row stays locked until the commit, so nobody can commit a later position before these (protocol,
    section 1). Two scopes in one transaction are claimed in sorted order.
    """
    assert count > 0, count
    row = await store.one(CLAIM, scope=scope, count=count)
    assert row is not None, f"scope {scope} was never opened"
    head = int(row[0])
    return range(head - count + 1, head + 1)


class Positions:
    """Positions taken one by one, by a transaction that holds the head's lock from `lock_head` to its commit."""

    def __init__(self, head: int) -> None:
        self._first = head
        self.head = head

    def take(self) -> int:
        """The next one."""
        self.head += 1
        return self.head

    def give_back_to(self, head: int) -> None:
        """What was taken above `head` was undone with its savepoint."""
        assert self._first <= head <= self.head, (self._first, head, self.head)
        self.head = head

    @property
    def is_moved(self) -> bool:
        """Whether any position was taken."""
        return self.head > self._first


async def lock_head(store: Writer, scope: str) -> Positions:
    """Lock the scope's head. MUST be the transaction's first statement, as with `claim`."""
    row = await store.one(LOCK, scope=scope)
    assert row is not None, f"scope {scope} was never opened"
    return Positions(int(row[0]))


async def advance_head(store: Writer, scope: str, positions: Positions) -> None:
    """Write back how far the positions went, before the commit. A change that changed nothing moves no head."""
    if positions.is_moved:
        await store.run(ADVANCE, scope=scope, seq=positions.head)


async def record(store: Writer, scope: str, facts: Sequence[Fact], *, now_ms: int) -> None:
    """Write down what happened, in the transaction in which it happens."""
    await store.run_many(
        RECORD,
        [
            (scope, fact.kind.value, fact.entity_id, FEED_OF_KIND[fact.kind].value, fact.seq, int(fact.deleted), now_ms)
            for fact in facts
        ],
    )


async def read_heads(store: Reader, *, own_scope: str, library: str) -> dict[str, int]:
    """The newest position of the library and of one user's scope. Reads no other row."""
    return {str(scope): int(seq) for scope, seq in await store.all(HEADS, library=library, own=own_scope)}


async def purge_tombstones(store: Writer, scope: str, *, now_ms: int) -> int:
    """Forget deletions older than 180 days, at most `PURGE_ROWS_PER_TRANSACTION` at once; how many went.

    The floor rises in the same transaction, so a cursor that would miss one of them is refused (S5).
    """
    due_before = now_ms - TOMBSTONE_DAYS * _DAY_MS
    floor_seq = 0
    for seq, changed_at in await store.all(OLDEST_TOMBSTONES, scope=scope, count=PURGE_ROWS_PER_TRANSACTION):
        if changed_at >= due_before:
            break
        floor_seq = int(seq)
    if floor_seq == 0:
        return 0
    await store.run(RAISE_FLOOR, scope=scope, floor_seq=floor_seq)
    return await store.run(PURGE, scope=scope, floor_seq=floor_seq)


async def read_scopes(store: Reader) -> list[str]:
    """Every scope there is."""
    return [str(scope) for (scope,) in await store.all(SCOPES)]
