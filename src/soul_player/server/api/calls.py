"""One request as the routes see it: its parts parsed, or refused with the right problem."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl, unquote

import msgspec

from soul_player.protocol.codec import NotJson, WrongShape, decode
from soul_player.protocol.ids import BadId, id_bytes
from soul_player.protocol.problem import ProblemCode
from soul_player.server.api.answers import Receive, Scope
from soul_player.server.errors import RequestRefused

Message = TypeVar("Message", bound=msgspec.Struct)

QUERY_CHARS_MAX = 4096
BODY_BYTES_MAX = 1_048_576
BODY_SECONDS = 30.0


class Call:
    """A request."""

    __slots__ = ("_query", "_receive", "_scope", "headers", "method", "path_values")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._query: Mapping[str, str] | None = None
        self.method: str = scope["method"]
        self.path_values: Mapping[str, str] = scope["path_params"]
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])

    def header(self, name: bytes) -> str:
        """The value, or nothing."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def accept_encoding(self) -> str:
        """In which ways the client can read a compressed answer."""
        return self.header(b"accept-encoding")

    @property
    def address(self) -> str:
        """Where it comes from: a trusted proxy's word was taken for it already."""
        client = self._scope.get("client")
        return client[0] if client else "unknown"

    def query(self, name: str) -> str | None:
        """A parameter's last value."""
        if self._query is None:
            raw: bytes = self._scope["query_string"]
            if len(raw) > QUERY_CHARS_MAX:
                raise RequestRefused(ProblemCode.BAD_REQUEST, "the query string is too long")
            self._query = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))
        return self._query.get(name)

    def query_int(self, name: str, *, low: int, high: int, code: ProblemCode) -> int | None:
        """A whole number within bounds, or None. Raises `RequestRefused` with `code`."""
        text = self.query(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 9 and low <= int(text) <= high):
            raise RequestRefused(code, f"{name} must be a whole number from {low} to {high}")
        return int(text)

    def query_flag(self, name: str) -> bool:
        """`true`, or `false` like one that is not there."""
        text = self.query(name)
        if text in (None, "false"):
            return False
        if text == "true":
            return True
        raise RequestRefused(ProblemCode.INVALID, f"{name} must be true or false")

    def path_id(self, name: str, *, missing: ProblemCode) -> bytes:
        """An id in the path. One that is none names nothing: 404 with `missing`."""
        try:
            return id_bytes(self.path_values[name])
        except BadId as error:
            raise RequestRefused(missing) from error

    def path_tail(self, folder: str, *, missing: ProblemCode) -> str:
        """The one part of the path behind `folder`, any text: a slash in it counts if it was sent encoded."""
        raw: bytes = self._scope["raw_path"]
        tail = raw.partition(folder.encode())[2]
        text = unquote(tail.decode("latin-1"))
        # No database keeps a NUL, and PostgreSQL does not even look for one.
        if not text or b"/" in tail or "\0" in text:
            raise RequestRefused(missing)
        return text

    async def message(self, kind: type[Message]) -> Message:
        """The body as a message. 415 for another type or a compressed one, 400 for no JSON, 422 for a wrong shape."""
        content_type = self.header(b"content-type").partition(";")[0].strip().lower()
        if content_type != "application/json":
            raise RequestRefused(
                ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                "the body must be application/json",
                headers=((b"accept", b"application/json"),),
            )
        if self.header(b"content-encoding").strip().lower() not in ("", "identity"):
            raise RequestRefused(
                ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                "the body must not be compressed",
                headers=((b"accept-encoding", b"identity"),),
            )
        body = await self.body()
        try:
            return decode(body, kind)
        except NotJson as error:
            raise RequestRefused(ProblemCode.BAD_REQUEST, f"the body is no JSON: {error}") from error
        except WrongShape as error:
            raise RequestRefused(ProblemCode.INVALID, str(error)) from error

    async def body(self) -> bytes:
        """All of it, within bounds. Raises `RequestRefused`: 413 for one too large, 408 for one too slow."""
        pieces: list[bytes] = []
        size_bytes = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    event = await self._receive()
                    if event["type"] == "http.disconnect":
                        raise RequestRefused(ProblemCode.BAD_REQUEST, "the client went away in mid-body")
                    pieces.append(event.get("body", b""))
                    size_bytes += len(pieces[-1])
                    if size_bytes > BODY_BYTES_MAX:
                        raise too_large()
                    if not event.get("more_body", False):
                        return b"".join(pieces)
        except TimeoutError as error:
            raise RequestRefused(
                ProblemCode.BAD_REQUEST, "the body came too slowly", status=HTTPStatus.REQUEST_TIMEOUT
            ) from error

    def check_length(self) -> None:
        """Raise `RequestRefused` for a body that is announced as too large: nothing of it is kept."""
        announced = self.headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > BODY_BYTES_MAX:
            raise too_large()


def too_large() -> RequestRefused:
    """413."""
    return RequestRefused(ProblemCode.TOO_LARGE, f"a body has at most {BODY_BYTES_MAX} bytes")
