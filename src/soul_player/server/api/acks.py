"""Acknowledgements that come back with a request: off the server's history they are refused (S4)."""

from soul_player.database.access import Reader
from soul_player.protocol.ack import Ack, AckInvalid, decode_ack
from soul_player.protocol.ids import UserId
from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused
from soul_player.server.store.eras import read_standing
from soul_player.server.store.feed import HEAD
from soul_player.server.store.scopes import user_scope

_DIVERGED = "edits of this device were acknowledged by a history that this server no longer has"


def read_ack(text: str | None, *, key: bytes, user_id: UserId) -> Ack | None:
    """None for none. One that this server never gave to this user is as good as one of a lost history: 410."""
    if not text:
        return None
    try:
        return decode_ack(text, key=key, user_id=user_id)
    except AckInvalid as error:
        raise RequestRefused(ProblemCode.ACK_DIVERGED, f"{_DIVERGED} ({error})") from error


async def require_ack(store: Reader, text: str | None, *, key: bytes, user_id: UserId) -> None:
    """Raises `RequestRefused` with 410 `ack_diverged`."""
    ack = read_ack(text, key=key, user_id=user_id)
    if ack is None:
        return
    scope = user_scope(user_id)
    row = await store.one(HEAD, scope=scope)
    assert row is not None, f"scope {scope} was never opened"
    standing = await read_standing(store, scope, ack.era)
    if not standing.holds(ack.seq, head=int(row[0])):
        raise ack_diverged()


def ack_diverged() -> RequestRefused:
    """410."""
    return RequestRefused(ProblemCode.ACK_DIVERGED, _DIVERGED)
