"""A pushed batch -> a result for each operation: one transaction, a savepoint an operation, each applied once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from soul_player.database.access import Writer
from soul_player.database.errors import DatabaseError
from soul_player.protocol.ids import BadId, EraId, id_bytes, minted_at_ms
from soul_player.protocol.operation import (
    AnyOperation,
    EntryAdd,
    EntryMove,
    EntryRemove,
    FavouriteSet,
    OutcomeStatus,
    PlayAdd,
    PlaylistCreate,
    PlaylistDelete,
    PlaylistRename,
    RatingSet,
    Reason,
)
from soul_player.server.accept.edit import Applied, Blocked, Conflict, Edit, Outcome, Rejected
from soul_player.server.accept.marks import accept_favourite, accept_play, accept_rating
from soul_player.server.accept.playlists import (
    accept_add,
    accept_create,
    accept_delete,
    accept_move,
    accept_remove,
    accept_rename,
)
from soul_player.server.store.changes import advance_head, lock_head, record
from soul_player.server.store.eras import Standing, read_standing
from soul_player.server.store.operations import (
    Progress,
    StoredResult,
    find_result,
    raise_progress,
    read_progress,
    save_results,
    was_confirmed,
)
from soul_player.server.store.places import save_places

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """One operation as it came. `operation` is None when it does not parse; `fault` then says why.

    `body_hash` digests it as a value, without its `n`.
    """

    op_id: str
    n: int
    body_hash: bytes
    operation: AnyOperation | None
    fault: str | None = None


@dataclass(frozen=True)
class Batch:
    """A push, read and checked as far as that goes without the store. `ack` is (era, seq) of what it carried."""

    user_id: bytes
    scope: str
    device_id: str
    operations: Sequence[Received]
    clock_behind_ms: int | None
    confirmed_through: int | None
    ack: tuple[str, int] | None
    # The greatest head of the scope that anyone was told.
    known_head: int = 0


@dataclass(frozen=True)
class Result:
    """What became of one operation."""

    op_id: str
    status: OutcomeStatus
    seq: int | None = None
    reason: str | None = None
    detail: str | None = None
    server_state: bytes | None = None


@dataclass(frozen=True)
class Accepted:
    """A batch that was taken: `head` and `era` are the position that the new `ack` names."""

    results: Sequence[Result]
    era: EraId
    head: int
    has_moved: bool


class AckDiverged(Exception):
    """The device was answered by a history that this server no longer has. Nothing was applied."""


class HeadFell(Exception):
    """The store is older than what was told of it: a new history has to begin first. Nothing was applied."""

    def __init__(self, scope: str, head: int) -> None:
        super().__init__(f"the head of {scope} is {head}")
        self.scope = scope
        self.head = head


class DeviceCloned(Exception):
    """Two homes push under one device id. Nothing was applied."""


async def accept_batch(store: Writer, batch: Batch, *, now_ms: int) -> Accepted:
    """Apply what was not applied yet. Raises `HeadFell`, `AckDiverged` or `DeviceCloned`; then nothing has changed."""
    positions = await lock_head(store, batch.scope)
    if positions.head < batch.known_head:
        raise HeadFell(batch.scope, positions.head)
    standing = await _check_ack(store, batch, positions.head)
    progress = await read_progress(store, batch.user_id, batch.device_id)
    confirmed = await _confirmed(store, batch, progress)
    edit = Edit(store, batch.user_id, batch.device_id, now_ms, batch.clock_behind_ms, positions)
    final: dict[bytes, StoredResult] = {}
    results = [await _accept_once(edit, received, confirmed, final) for received in batch.operations]
    await record(store, batch.scope, edit.facts, now_ms=now_ms)
    await save_places(store, batch.user_id, edit.places)
    await save_results(store, batch.user_id, list(final.items()))
    await advance_head(store, batch.scope, positions)
    if batch.confirmed_through is not None:
        await raise_progress(
            store, batch.user_id, batch.device_id, to=batch.confirmed_through, from_=progress, now_ms=now_ms
        )
    return Accepted(results, standing.newest, positions.head, positions.is_moved)


async def _check_ack(store: Writer, batch: Batch, head: int) -> Standing:
    era, seq = batch.ack or ("", 0)
    standing = await read_standing(store, batch.scope, era)
    if batch.ack is not None and not standing.holds(seq, head=head):
        raise AckDiverged
    return standing


async def _confirmed(store: Writer, batch: Batch, progress: Progress) -> set[str]:
    """Operations whose result was pruned: they are done. Raises `DeviceCloned`.

    The watermark of before the batch counts. What it covers was answered to this device: what it covers and was never
    seen here, under any name of the device, is another home's, and as much is certain of what is younger than the
    operation that it stands at.
    """
    confirmed = set()
    for received in batch.operations:
        # One that does not parse is refused alone, whatever its number.
        if received.operation is None:
            continue
        op_id = id_bytes(received.op_id)
        if await was_confirmed(store, batch.user_id, op_id):
            # Under whatever name of the device: who was renamed sends again what it does not know to be answered.
            confirmed.add(received.op_id)
        elif received.n <= progress.confirmed_through and await find_result(store, batch.user_id, op_id) is None:
            is_younger = minted_at_ms(received.op_id) > progress.confirmed_op_ms
            if is_younger or received.n > progress.forgotten_through:
                raise DeviceCloned
            confirmed.add(received.op_id)
    return confirmed


async def _accept_once(edit: Edit, received: Received, confirmed: set[str], final: dict[bytes, StoredResult]) -> Result:
    """The first result, whenever there was one; else the operation is tried."""
    try:
        op_id = id_bytes(received.op_id)
    except BadId:
        return Result(received.op_id, OutcomeStatus.REJECTED, reason=Reason.INVALID, detail=received.fault)
    if received.op_id in confirmed:
        return Result(received.op_id, OutcomeStatus.DUPLICATE)
    stored = final.get(op_id) or await find_result(edit.store, edit.user_id, op_id)
    if stored is not None:
        return _repeated(received, stored)
    if received.operation is None:
        outcome: Outcome | None = Rejected(Reason.INVALID, received.fault or "it does not parse")
    else:
        outcome = await _try(edit, received.operation)
    if outcome is None:
        return Result(received.op_id, OutcomeStatus.RETRY, reason=Reason.BUSY)
    result = _result(received.op_id, outcome)
    if not isinstance(outcome, Blocked):
        final[op_id] = StoredResult(
            edit.device_id,
            received.n,
            received.body_hash,
            result.status,
            result.reason,
            result.detail,
            result.seq,
            result.server_state,
        )
    return result


def _repeated(received: Received, stored: StoredResult) -> Result:
    if stored.body_hash != received.body_hash:
        detail = "this id was used for another operation"
        return Result(received.op_id, OutcomeStatus.REJECTED, reason=Reason.OP_ID_REUSED, detail=detail)
    status = OutcomeStatus(stored.status)
    if status is OutcomeStatus.APPLIED:
        return Result(received.op_id, OutcomeStatus.DUPLICATE, seq=stored.seq)
    return Result(received.op_id, status, stored.seq, stored.reason, stored.detail, stored.server_state)


async def _try(edit: Edit, operation: AnyOperation) -> Outcome | None:
    """The outcome, or None when it failed for no fault of its own: it alone is undone, and may be tried again."""
    head, fact_count = edit.positions.head, len(edit.facts)
    try:
        async with edit.store.savepoint():
            return await _accept(edit, operation)
    except DatabaseError:
        # The disk is full, and the whole transaction was undone: it is no operation's own.
        raise
    except Exception:
        # The one place where any error is caught: a poisoned operation must not block the others of its batch
        # (protocol, section 4). It is logged whole, and nothing is stored for it.
        log.exception("operation %s (%s) failed", operation.op_id, type(operation).__name__)
        edit.positions.give_back_to(head)
        del edit.facts[fact_count:]
        return None


async def _accept(edit: Edit, operation: AnyOperation) -> Outcome:  # noqa: PLR0911  # one line an operation
    match operation:
        case PlayAdd():
            return await accept_play(edit, operation)
        case FavouriteSet():
            return await accept_favourite(edit, operation)
        case RatingSet():
            return await accept_rating(edit, operation)
        case PlaylistCreate():
            return await accept_create(edit, operation)
        case PlaylistRename():
            return await accept_rename(edit, operation)
        case PlaylistDelete():
            return await accept_delete(edit, operation)
        case EntryAdd():
            return await accept_add(edit, operation)
        case EntryMove():
            return await accept_move(edit, operation)
        case EntryRemove():
            return await accept_remove(edit, operation)
        case _:
            assert_never(operation)


def _result(op_id: str, outcome: Outcome) -> Result:
    match outcome:
        case Applied(seq=seq):
            return Result(op_id, OutcomeStatus.APPLIED, seq=seq)
        case Conflict(reason=reason, state=state):
            return Result(op_id, OutcomeStatus.CONFLICT, reason=reason, server_state=state)
        case Rejected(reason=reason, detail=detail):
            return Result(op_id, OutcomeStatus.REJECTED, reason=reason, detail=detail)
        case Blocked(reason=reason):
            return Result(op_id, OutcomeStatus.BLOCKED, reason=reason)
        case _:
            assert_never(outcome)
