"""Every request and socket from outside: it gets an id, is counted and timed, and leaves one line in the log."""

import itertools
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from soul_player.edges import Clock
from soul_player.protocol.live import CloseCode
from soul_player.server.observing.logs import FIELDS
from soul_player.server.observing.metrics import Metrics
from soul_player.server.observing.seen import NO_ROUTE, SEEN, Seen

log = logging.getLogger("soul_player.requests")

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

REQUEST_ID = b"x-request-id"
_PREFIX_BYTES = 4
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._\-]{1,64}")
_METHODS = frozenset(("GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"))
# Refusals that tell of somebody who tries passwords. A token that has expired is told by the same 401, and is no news.
_SUSPICIOUS = frozenset(("invalid_credentials", "too_many_attempts"))
SWITCHED = 101
UNAVAILABLE = 503
# A client that goes away in the middle may close with anything, or say nothing.
LEFT = "left"


class Observed:
    """Around the whole application. `believes_ids`: a proxy in front names its requests, and is trusted."""

    def __init__(
        self,
        app: Any,  # noqa: ANN401  # ASGI's
        metrics: Metrics,
        *,
        clock: Clock,
        believes_ids: bool,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock
        self._believes_ids = believes_ids
        # Names for a log, which decide nothing: a simulated world must not depend on how many there were.
        self._prefix = secrets.token_hex(_PREFIX_BYTES)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401  # ASGI's
        """The route, the user and the reason are noted by those who find them out."""
        seen = Seen(self._request_id(scope["headers"]))
        before = SEEN.set(seen)
        try:
            if scope["type"] == "websocket":
                await self._socket(scope, seen, receive, send)
            else:
                await self._request(scope, seen, receive, send)
        finally:
            SEEN.reset(before)

    async def _request(self, scope: Any, seen: Seen, receive: Receive, send: Send) -> None:  # noqa: ANN401  # ASGI's
        began = self._clock.monotonic()
        answer = _Answer()
        named = (REQUEST_ID, seen.request_id.encode())

        async def observed(event: Event) -> None:
            if event["type"] == "http.response.start":
                answer.status = event["status"]
                answer.first_byte_seconds = self._clock.monotonic() - began
                event["headers"] = [*event["headers"], named]
            else:
                # The HTTP server leaves the body out for HEAD.
                answer.size_bytes += 0 if scope["method"] == "HEAD" else len(event.get("body", b""))
                answer.is_whole = not event.get("more_body", False)
            await send(event)

        self._metrics.begin_request()
        try:
            await self._app(scope, receive, observed)
        finally:
            seconds = self._clock.monotonic() - began
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.end_request(
                method, seen.route, answer.status, seconds=answer.first_byte_seconds, size_bytes=answer.size_bytes
            )
            _tell(scope, seen, method, answer, seconds)

    async def _socket(self, scope: Any, seen: Seen, receive: Receive, send: Send) -> None:  # noqa: ANN401  # ASGI's
        began = self._clock.monotonic()
        answer = _Answer()

        async def observed(event: Event) -> None:
            if event["type"] == "websocket.accept":
                answer.status = SWITCHED
                self._metrics.open_socket()
            elif event["type"] == "websocket.http.response.start":
                answer.status = event["status"]
            await send(event)

        try:
            await self._app(scope, receive, observed)
        finally:
            seconds = self._clock.monotonic() - began
            self._metrics.count_upgrade(seen.route, answer.status)
            answer.is_whole = True
            closed = None
            if answer.status == SWITCHED:
                closed = _why_closed(scope)
                self._metrics.close_socket(closed)
            _tell(scope, seen, "GET", answer, seconds, closed=closed)

    def _request_id(self, headers: list[tuple[bytes, bytes]]) -> str:
        if self._believes_ids:
            for name, value in headers:
                if name == REQUEST_ID and _REQUEST_ID.fullmatch(value):
                    return value.decode()
        return f"{self._prefix}-{next(self._numbers):x}"


class _Answer:
    """How far one has come. Status 0: nothing was answered."""

    status = 0
    size_bytes = 0
    is_whole = False
    first_byte_seconds: float | None = None


def _why_closed(scope: Any) -> str:  # noqa: ANN401  # ASGI's
    code: int | None = scope["extensions"]["soul_player"]["socket"].said_code
    return LEFT if code is None else CloseCode(code).name.lower()


def _tell(
    scope: Any,  # noqa: ANN401  # ASGI's
    seen: Seen,
    method: str,
    answer: _Answer,
    seconds: float,
    *,
    closed: str | None = None,
) -> None:
    is_news = answer.status == UNAVAILABLE or seen.code in _SUSPICIOUS
    level = logging.WARNING if is_news else logging.INFO
    if not log.isEnabledFor(level):
        return
    client = scope.get("client")
    fields = {
        "method": method,
        "route": seen.route,
        "status": answer.status,
        "duration_ms": round(seconds * 1000, 1),
        "bytes": answer.size_bytes,
        "user_id": seen.user_id(),
        "address": client[0] if client else None,
        "code": seen.code,
        "reason": seen.reason,
        "closed": closed,
        "cut_off": None if answer.is_whole else True,
    }
    what = "a path that is none" if seen.route == NO_ROUTE else seen.route
    log.log(level, "%s %s: %d", method, what, answer.status, extra={FIELDS: fields})
