"""What a route answers with: encoded bytes, compressed as the client offers."""

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
import zstandard

from soul_player.protocol.codec import encode
from soul_player.protocol.problem import PROBLEM_CONTENT_TYPE, ProblemCode
from soul_player.server.errors import RequestRefused, problem_body

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

JSON_CONTENT_TYPE = b"application/json"
COMPRESS_FROM_BYTES = 1024
# As small as gzip 6 at a tenth of its CPU.
ZSTD_LEVEL = 1
GZIP_LEVEL = 1
_GZIP_WINDOW = 16 + zlib.MAX_WBITS

# What belongs to one person must not be served to another from a cache on the way.
PRIVATE: Headers = ((b"cache-control", b"private, no-cache"),)
NEVER_STORED: Headers = ((b"cache-control", b"no-store"),)
_VARY = (b"vary", b"accept-encoding")

# One object for the whole process, used on the event loop's thread only: making one costs more than a small page.
_zstd = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_content_size=True)


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


def json_answer(body: bytes, *, accept_encoding: str, headers: Headers = PRIVATE, status: int = 200) -> Answer:
    """Encoded JSON, compressed from 1 KiB on."""
    content_type = (b"content-type", JSON_CONTENT_TYPE)
    if len(body) < COMPRESS_FROM_BYTES:
        return Answer(status, (content_type, _VARY, *headers), body)
    encoding = choose_encoding(accept_encoding)
    if encoding == "zstd":
        body = _zstd.compress(body)
    elif encoding == "gzip":
        compressor = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
        body = compressor.compress(body) + compressor.flush()
    else:
        return Answer(status, (content_type, _VARY, *headers), body)
    return Answer(status, (content_type, _VARY, (b"content-encoding", encoding.encode()), *headers), body)


def message_answer(
    message: msgspec.Struct, *, accept_encoding: str, headers: Headers = PRIVATE, status: int = 200
) -> Answer:
    """A message of the protocol."""
    return json_answer(encode(message), accept_encoding=accept_encoding, headers=headers, status=status)


def no_content() -> Answer:
    """Done, and nothing to say."""
    return Answer(204, NEVER_STORED)


def not_modified(headers: Headers) -> Answer:
    """What the client has is still right."""
    return Answer(304, headers)


def problem_answer(refused: RequestRefused) -> Answer:
    """A problem document; never compressed, never stored."""
    content_type = (b"content-type", PROBLEM_CONTENT_TYPE.encode())
    challenge = (_challenge(refused.code),) if refused.status is HTTPStatus.UNAUTHORIZED else ()
    headers = (content_type, *NEVER_STORED, *challenge, *refused.headers)
    return Answer(refused.status.value, headers, problem_body(refused))


def choose_encoding(accept_encoding: str) -> str | None:
    """`zstd`, `gzip` or None, as an `Accept-Encoding` header allows (RFC 9110, 12.5.3)."""
    if not accept_encoding:
        return None
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    for name in ("zstd", "gzip"):
        if weights.get(name, weights.get("*", 0.0)) > 0:
            return name
    return None


def _challenge(code: ProblemCode) -> tuple[bytes, bytes]:
    """RFC 6750: what is wrong with a token is told only to whoever sent one."""
    has_token = code in (ProblemCode.TOKEN_EXPIRED, ProblemCode.TOKEN_REVOKED)
    return b"www-authenticate", b'Bearer realm="soul"' + (b', error="invalid_token"' if has_token else b"")


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
