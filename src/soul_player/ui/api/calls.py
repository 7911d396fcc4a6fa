"""One request as the routes see it: its parts parsed, or refused with the right problem."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from soul_player.protocol.codec import NotJson, WrongShape, decode
from soul_player.ui.api.answers import Receive, Scope
from soul_player.ui.problems import Refused, invalid

Message = TypeVar("Message", bound=msgspec.Struct)

QUERY_CHARS_MAX = 8192
BODY_BYTES_MAX = 1_048_576
BODY_SECONDS = 30.0
# An id of this device: a row's number.
ID_MAX = (1 << 63) - 1


class Call:
    """A request. `query_type` and `body_type` are what the route table declares: a route can read nothing else."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        *,
        query_type: type[msgspec.Struct] | None = None,
        body_type: type[msgspec.Struct] | None = None,
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._query_type = query_type
        self._body_type = body_type
        self.method: str = scope["method"]
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])

    def header(self, name: bytes) -> str:
        """The value, or nothing."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def address(self) -> str:
        """Where it comes from."""
        client = self._scope.get("client")
        return client[0] if client else "unknown"

    @property
    def is_tls(self) -> bool:
        """Whether nobody on the way can read it."""
        return bool(self._scope.get("scheme") == "https")

    def path_id(self, name: str, *, missing: str) -> int:
        """A number in the path. What is none names nothing: 404 with the code `missing`."""
        text: str = self._scope["path_params"][name]
        if not (text.isascii() and text.isdecimal() and len(text) <= 19 and 0 < int(text) <= ID_MAX):
            raise Refused(HTTPStatus.NOT_FOUND, missing, f"{text[:100]!r} is no id")
        return int(text)

    def path_text(self, name: str) -> str:
        """One part of the path, as it is."""
        text: str = self._scope["path_params"][name]
        return text

    def query(self, kind: type[Message]) -> Message:
        """The query string as a message; what it does not say has its default. 422 for a value that cannot be."""
        assert kind is self._query_type, f"the route table declares {self._query_type}, not {kind}"
        raw: bytes = self._scope["query_string"]
        if len(raw) > QUERY_CHARS_MAX:
            raise Refused(HTTPStatus.REQUEST_URI_TOO_LONG, "too_large", "the query string is too long")
        try:
            pairs = dict(parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict"))
            return msgspec.convert(pairs, kind, strict=False)
        except (UnicodeDecodeError, msgspec.ValidationError) as error:
            raise invalid(f"in the query string: {error}") from error

    async def message(self, kind: type[Message]) -> Message:
        """The body as a message. 415 for another type, 400 for no JSON, 422 for a wrong shape."""
        assert kind is self._body_type, f"the route table declares {self._body_type}, not {kind}"
        # A page of another site can send this type only after it asked, which is never granted.
        if self.header(b"content-type").partition(";")[0].strip().lower() != "application/json":
            raise Refused(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "the body must be application/json"
            )
        try:
            return decode(await self._body(), kind)
        except NotJson as error:
            raise Refused(HTTPStatus.BAD_REQUEST, "bad_request", f"the body is no JSON: {error}") from error
        except WrongShape as error:
            raise invalid(str(error)) from error

    async def _body(self) -> bytes:
        pieces: list[bytes] = []
        size_bytes = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    event = await self._receive()
                    if event["type"] == "http.disconnect":
                        raise Refused(HTTPStatus.BAD_REQUEST, "bad_request", "the client went away in mid-body")
                    pieces.append(event.get("body", b""))
                    size_bytes += len(pieces[-1])
                    if size_bytes > BODY_BYTES_MAX:
                        raise Refused(
                            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                            "too_large",
                            f"a body has at most {BODY_BYTES_MAX} bytes",
                        )
                    if not event.get("more_body", False):
                        return b"".join(pieces)
        except TimeoutError as error:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, "bad_request", "the body came too slowly") from error
