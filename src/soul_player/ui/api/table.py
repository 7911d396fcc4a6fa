"""What a route of the local API is: one line of the table in `routes.py`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from soul_player.ui.api.answers import Reply
from soul_player.ui.api.calls import Call
from soul_player.ui.gate import Access

Message = type[msgspec.Struct]


@dataclass(frozen=True)
class Bytes:
    """An answer that is no JSON, of this type."""

    content_type: str


@dataclass(frozen=True)
class Route:
    """One method of one path. The first line of the work's docstring says what it does, also in the documents.

    `answer`: None is an answer without a body. `query` and `body`: what `call.query` and `call.message` give; a route
    can read nothing else.
    """

    method: str
    path: str
    work: Callable[[Call], Awaitable[Reply]]
    answer: Message | Bytes | None = None
    query: Message | None = None
    body: Message | None = None
    status: int = 200
    access: Access = Access.SIGNED_IN
