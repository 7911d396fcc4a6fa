"""Reads that check who asks in the transaction that answers."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from soul_player.database.access import Reader
from soul_player.server.auth.sessions import check_session
from soul_player.server.auth.tokens import Presented

T = TypeVar("T")


async def find_as_somebody(
    store: Reader, presented: Presented, find: Callable[[Reader, bytes], Awaitable[T]], entity_id: bytes
) -> T:
    """What `find` finds, for anybody who is signed in. Raises `RequestRefused`."""
    await check_session(store, presented)
    return await find(store, entity_id)
