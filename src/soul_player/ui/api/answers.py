"""What a route answers with: JSON, nothing, or bytes of another kind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from soul_player.protocol.problem import PROBLEM_CONTENT_TYPE
from soul_player.ui.problems import Refused

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
# An answer is an ASGI application: `Answer` is a whole one in memory, a route may give one that streams.
Reply = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

NEVER_STORED: Headers = ((b"cache-control", b"no-store"),)
JSON_CONTENT_TYPE = b"application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer in memory."""

    status: int
    headers: Headers
    body: bytes = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # an ASGI app's signature
        """Send it. The HTTP server leaves the body out for HEAD."""
        length = () if self.status in (204, 304) else ((b"content-length", b"%d" % len(self.body)),)
        await send({"type": "http.response.start", "status": self.status, "headers": (*self.headers, *length)})
        await send({"type": "http.response.body", "body": self.body})


def message_answer(message: msgspec.Struct, *, status: int = 200, headers: Headers = ()) -> Answer:
    """A message as JSON. What belongs to one person is never stored on the way."""
    return Answer(status, ((b"content-type", JSON_CONTENT_TYPE), *NEVER_STORED, *headers), msgspec.json.encode(message))


def no_content(headers: Headers = ()) -> Answer:
    """Done, and nothing to say."""
    return Answer(204, (*NEVER_STORED, *headers))


def problem_answer(refused: Refused) -> Answer:
    """A problem document."""
    headers = ((b"content-type", PROBLEM_CONTENT_TYPE.encode()), *NEVER_STORED, *refused.headers)
    return Answer(refused.status.value, headers, refused.body())
