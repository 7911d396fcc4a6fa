"""SQL of operations: each one's final result, and up to where a device has them all."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.database.access import Reader, Writer

FIND = """
    SELECT device_id, n, body_hash, status, reason, detail, seq, server_state
      FROM operations
     WHERE user_id = :user_id
       AND op_id = :op_id
"""

FIND_CONFIRMED = """
    SELECT 1
      FROM confirmed_operations
     WHERE user_id = :user_id
       AND op_id = :op_id
"""

SAVE = """
    INSERT INTO operations (user_id, op_id, device_id, n, body_hash, status, reason, detail, seq, server_state)
    VALUES (:user_id, :op_id, :device_id, :n, :body_hash, :status, :reason, :detail, :seq, :server_state)
"""

PROGRESS = """
    SELECT confirmed_through, confirmed_op_ms, forgotten_through
      FROM device_progress
     WHERE user_id = :user_id
       AND device_id = :device_id
"""

# Only as far as results are known here: a server that was restored must not confirm what it lost.
GREATEST_KNOWN = """
    SELECT n, op_id
      FROM operations
     WHERE user_id = :user_id
       AND device_id = :device_id
       AND n <= :n
     ORDER BY n DESC
     LIMIT 1
"""

RAISE = """
    INSERT INTO device_progress (user_id, device_id, confirmed_through, confirmed_op_ms, forgotten_through)
    VALUES (:user_id, :device_id, :confirmed_through, :confirmed_op_ms, :forgotten_through)
    ON CONFLICT (user_id, device_id) DO UPDATE
       SET confirmed_through = excluded.confirmed_through,
           confirmed_op_ms = excluded.confirmed_op_ms,
           forgotten_through = excluded.forgotten_through
"""

CONFIRM = """
    INSERT INTO confirmed_operations (user_id, op_id, device_id, n, confirmed_at)
    SELECT user_id, op_id, device_id, n, CAST(:now_ms AS BIGINT)
      FROM operations
     WHERE user_id = :user_id
       AND device_id = :device_id
       AND n <= :n
    ON CONFLICT (user_id, op_id) DO NOTHING
"""

FORGET_CONFIRMED = """
    DELETE FROM confirmed_operations
     WHERE user_id = :user_id
       AND device_id = :device_id
       AND n <= :n
"""

# Confirmed long ago, by the greatest number of each device.
CONFIRMED_LONG_AGO = """
    SELECT device_id, MAX(n)
      FROM confirmed_operations
     WHERE user_id = :user_id
       AND confirmed_at < :before
     GROUP BY device_id
     ORDER BY device_id
"""

FORGET_THROUGH = """
    UPDATE device_progress
       SET forgotten_through = :n
     WHERE user_id = :user_id
       AND device_id = :device_id
       AND forgotten_through < :n
"""

# Of one device. It numbers without many gaps, so a difference of numbers counts its operations well enough.
CONFIRMED_KEPT = 20_000
# Twice as long as a device goes on offering what was settled.
CONFIRMED_DAYS = 60
_DAY_MS = 86_400_000

PRUNE = """
    DELETE FROM operations
     WHERE user_id = :user_id
       AND device_id = :device_id
       AND n <= :n
"""


@dataclass(frozen=True)
class StoredResult:
    """A final result, with what tells a repeat of its operation from another operation under the same id."""

    device_id: str
    n: int
    body_hash: bytes
    status: str
    reason: str | None
    detail: str | None
    seq: int | None
    server_state: bytes | None


@dataclass(frozen=True)
class Progress:
    """The watermark of one device: all operations up to it have results that the device holds.

    Above `forgotten_through` and up to the watermark, the id of each of them is kept.
    """

    confirmed_through: int
    confirmed_op_ms: int
    forgotten_through: int


async def find_result(store: Reader, user_id: bytes, op_id: bytes) -> StoredResult | None:
    """What an operation of this user was answered, if it was."""
    row = await store.one(FIND, user_id=user_id, op_id=op_id)
    return None if row is None else StoredResult(*row)


async def save_results(store: Writer, user_id: bytes, results: Sequence[tuple[bytes, StoredResult]]) -> None:
    """Keep results, in the transaction that holds their effects (S3)."""
    await store.run_many(
        SAVE,
        [
            (
                user_id,
                op_id,
                result.device_id,
                result.n,
                result.body_hash,
                result.status,
                result.reason,
                result.detail,
                result.seq,
                result.server_state,
            )
            for op_id, result in results
        ],
    )


async def read_progress(store: Reader, user_id: bytes, device_id: str) -> Progress:
    """The device's watermark; 0 for one that never confirmed."""
    row = await store.one(PROGRESS, user_id=user_id, device_id=device_id)
    return Progress(0, 0, 0) if row is None else Progress(int(row[0]), int(row[1]), int(row[2]))


async def was_confirmed(store: Reader, user_id: bytes, op_id: bytes) -> bool:
    """Whether its result was pruned, as far as that is remembered."""
    return await store.one(FIND_CONFIRMED, user_id=user_id, op_id=op_id) is not None


async def raise_progress(
    store: Writer, user_id: bytes, device_id: str, *, to: int, from_: Progress, now_ms: int
) -> None:
    """Raise the watermark and prune what it makes superfluous, but for the ids. It never sinks."""
    row = await store.one(GREATEST_KNOWN, user_id=user_id, device_id=device_id, n=to)
    if row is None or int(row[0]) <= from_.confirmed_through:
        return
    n, op_id = int(row[0]), bytes(row[1])
    # The time inside a UUIDv7: its first 48 bits.
    op_ms = int.from_bytes(op_id[:6], "big")
    forgotten_through = max(from_.forgotten_through, n - CONFIRMED_KEPT)
    await store.run(
        RAISE,
        user_id=user_id,
        device_id=device_id,
        confirmed_through=n,
        confirmed_op_ms=op_ms,
        forgotten_through=forgotten_through,
    )
    await store.run(CONFIRM, user_id=user_id, device_id=device_id, n=n, now_ms=now_ms)
    await store.run(PRUNE, user_id=user_id, device_id=device_id, n=n)
    if forgotten_through > from_.forgotten_through:
        await store.run(FORGET_CONFIRMED, user_id=user_id, device_id=device_id, n=forgotten_through)


async def forget_confirmed(store: Writer, user_id: bytes, *, now_ms: int) -> int:
    """Ids that nobody will send again, under the lock of the user's head; how many went."""
    gone = 0
    before = now_ms - CONFIRMED_DAYS * _DAY_MS
    for device_id, n in await store.all(CONFIRMED_LONG_AGO, user_id=user_id, before=before):
        await store.run(FORGET_THROUGH, user_id=user_id, device_id=device_id, n=n)
        gone += await store.run(FORGET_CONFIRMED, user_id=user_id, device_id=device_id, n=n)
    return gone
