"""One HTTP connection, with the limits that uvicorn leaves out: how many there are, how slow and long a request is."""

import asyncio
import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from soul_player.protocol.problem import PROBLEM_CONTENT_TYPE, Problem, ProblemCode

Headers = tuple[tuple[bytes, bytes], ...]

# From the first byte of a connection or a request to the end of its head.
HEAD_SECONDS = 10.0
HEAD_BYTES_MAX = 32 * 1024
KEEP_ALIVE_SECONDS = 30
# What still comes of a body that was answered already is read and thrown away: a client that sends all of it before it
# reads would see a reset instead of the answer.
DISCARD_SECONDS = 10.0
DISCARD_BYTES_MAX = 64 * 1_048_576


class Connection(HttpToolsProtocol):
    """uvicorn's, with a clock and a count on the request's head; made by `connection_class`."""

    connections_max: int
    head_seconds: float = HEAD_SECONDS
    # Of the answers that are given before an application is asked.
    refusal_headers: Headers = ()

    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _is_in_head = True
    _is_in_body = False
    _closes_afterwards = False
    _discard_timer: asyncio.TimerHandle | None = None
    _discarded_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Refuse what is too many; from now on the client has to hurry."""
        super().connection_made(transport)
        if len(self.connections) > self.connections_max:
            self._refuse(
                HTTPStatus.SERVICE_UNAVAILABLE, ProblemCode.NOT_READY, "too many connections", ((b"retry-after", b"5"),)
            )
            return
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The clocks stop."""
        self._end_head()
        self._end_discarding()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of a head."""
        if self.transport.is_closing():
            return
        if self._discard_timer is not None:
            self._discarded_bytes += len(data)
            if self._discarded_bytes > DISCARD_BYTES_MAX:
                self.transport.close()
                return
        if self._is_in_head:
            if self._head_timer is None:
                self._begin_head()
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
            self._refuse(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, ProblemCode.TOO_LARGE, "the head of the request is too long"
            )

    def on_message_begin(self) -> None:
        """Let an answer see that its client has gone: uvicorn takes what is sent then, and drops it."""
        # uvicorn would write it down each second, whether anybody asks or not.
        self.server_state.default_headers = [_date(int(time.time())), *self.config.encoded_headers]
        super().on_message_begin()
        self.scope["extensions"] = {"soul_player": {"is_gone": self.transport.is_closing}}

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._end_head()
        if self.parser.should_upgrade() and self._should_upgrade():
            # No request of HTTP follows: the socket takes the connection over.
            super().on_headers_complete()
            return
        self._is_in_body = True
        super().on_headers_complete()
        if not self.cycle.keep_alive and self._has_body():
            # uvicorn would close at once after the answer: with bytes unread, that is a reset.
            self.cycle.keep_alive = True
            self._closes_afterwards = True

    def on_message_complete(self) -> None:
        """The next byte belongs to another head."""
        super().on_message_complete()
        self._is_in_body = False
        self._is_in_head = True
        self._head_bytes = 0
        self._end_discarding()
        if self._closes_afterwards and self.cycle.response_complete:
            self.transport.close()

    def on_response_complete(self) -> None:
        """The rest of a body that nobody wanted goes by, within bounds."""
        super().on_response_complete()
        if self._is_in_body and not self.transport.is_closing():
            self._discard_timer = self.loop.call_later(DISCARD_SECONDS, self.transport.close)
        elif self._closes_afterwards:
            self.transport.close()

    def handle_websocket_upgrade(self) -> None:
        """From here on the clocks are the socket's own."""
        self._end_head()
        self._end_discarding()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """As a problem document. uvicorn's own text would be no answer of this protocol."""
        self._refuse(HTTPStatus.BAD_REQUEST, ProblemCode.BAD_REQUEST, msg)

    def _begin_head(self) -> None:
        self._is_in_head = True
        self._head_timer = self.loop.call_later(self.head_seconds, self._too_slow)

    def _end_head(self) -> None:
        self._is_in_head = False
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _end_discarding(self) -> None:
        self._discarded_bytes = 0
        if self._discard_timer is not None:
            self._discard_timer.cancel()
            self._discard_timer = None

    def _has_body(self) -> bool:
        return any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers)

    def _too_slow(self) -> None:
        self._head_timer = None
        if self.transport.is_closing():
            return
        if self._head_bytes == 0:
            # A connection opened in advance and never used: nothing was asked, so nothing is answered.
            self.transport.close()
            return
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, ProblemCode.BAD_REQUEST, "the request came too slowly")

    def _refuse(self, status: HTTPStatus, code: ProblemCode, detail: str, more: Headers = ()) -> None:
        problem = Problem(title=status.phrase, status=status.value, code=code.value, detail=detail)
        body = msgspec.json.encode(problem)
        headers = (
            (b"content-type", PROBLEM_CONTENT_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *more,
            *self.refusal_headers,
        )
        head = b"HTTP/1.1 %d %b\r\n" % (status.value, status.phrase.encode())
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(head + lines + b"\r\n" + body)
        self.transport.close()


@lru_cache(maxsize=1)
def _date(seconds: int) -> tuple[bytes, bytes]:
    return b"date", formatdate(seconds, usegmt=True).encode()


def connection_class(
    connections_max: int, *, head_seconds: float = HEAD_SECONDS, refusal_headers: Headers = ()
) -> type[Connection]:
    """uvicorn takes a class, not an object: the limits are put into one."""
    limits = {"connections_max": connections_max, "head_seconds": head_seconds, "refusal_headers": refusal_headers}
    return type("LimitedConnection", (Connection,), limits)
