"""A push as it came -> a batch: what can be said of it without the store."""

import hashlib
from typing import Any

import msgspec

from soul_player.protocol.operation import (
    N_MAX,
    InvalidOperation,
    comparable,
    comparable_raw,
    parse_operation,
)
from soul_player.protocol.push import PushRequest
from soul_player.protocol.times import time_ms
from soul_player.server.accept.batch import Received

_OP_ID_CHARS_MAX = 200


class NoOperation(ValueError):
    """Something in the list is no object or has no `op_id`: it could not even be answered (422 for the batch)."""


def receive(request: PushRequest) -> list[Received]:
    """The operations, each parsed or marked as invalid alone. Raises `NoOperation`."""
    return [_receive_one(raw, number) for number, raw in enumerate(request.operations)]


def clock_behind_ms(sent_at: str | None, now_ms: int) -> int | None:
    """What has to be added to the device's times. Raises `BadTime`."""
    return None if sent_at is None else now_ms - time_ms(sent_at)


def _receive_one(raw: msgspec.Raw, number: int) -> Received:
    try:
        fields: Any = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise NoOperation(f"operations[{number}] cannot be read") from error
    op_id = fields.get("op_id") if isinstance(fields, dict) else None
    if not isinstance(op_id, str) or len(op_id) > _OP_ID_CHARS_MAX:
        raise NoOperation(f"operations[{number}] is no object with an op_id")
    try:
        operation = parse_operation(bytes(raw))
    except InvalidOperation as error:
        return Received(op_id, _number(fields.get("n")), _digest(comparable_raw(fields)), None, str(error))
    return Received(op_id, operation.n, _digest(comparable(operation)), operation)


def _number(n: object) -> int:
    """Of an operation that is refused anyway: what of its `n` a database can keep."""
    return n if isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= N_MAX else 0


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()
