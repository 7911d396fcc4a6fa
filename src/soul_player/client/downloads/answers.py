"""Pure: what a server's answer to a request for bytes means for what is there already."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from soul_player.client.errors import OfflineError, ProtocolError

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_UNSATISFIED = re.compile(r"bytes \*/(\d{1,18})")
_LENGTH = re.compile(r"\d{1,18}")
_ETAG = re.compile(r'"sha256-([0-9a-f]{64})"')


@dataclass(frozen=True)
class Whole:
    """The file comes from its first byte on. `sha256`: what the server says of it, in hexadecimal digits."""

    size_bytes: int | None
    sha256: str | None


@dataclass(frozen=True)
class GoOn:
    """What comes is the rest of the file of which the beginning is here."""

    size_bytes: int


@dataclass(frozen=True)
class StartOver:
    """What is here belongs to other bytes than those that the server has: it is of no use."""

    why: str


@dataclass(frozen=True)
class Complete:
    """Nothing is missing."""


@dataclass(frozen=True)
class NotYet:
    """The server is still making it."""

    retry_after: str | None


Meaning = Whole | GoOn | StartOver | Complete | NotYet


def read_answer(status: int, headers: Mapping[str, str], *, offset: int, sha256: str | None) -> Meaning:
    """`offset`: how much is here, of the bytes with this `sha256`; a range was asked for when it is above 0.

    Raises `OfflineError` for a captive portal's page, `ProtocolError` for what no server of ours says.
    """
    told = sha256_of(headers)
    if headers.get("Content-Type", "").lower().startswith("text/"):
        raise OfflineError("something other than a server of music answers there")
    match status:
        case 200:
            length = headers.get("Content-Length", "")
            return Whole(int(length) if _LENGTH.fullmatch(length) else None, told)
        case 202:
            return NotYet(headers.get("Retry-After"))
        case 206 if offset > 0:
            return _part(headers, offset=offset, sha256=sha256, told=told)
        case 416 if offset > 0:
            match = _UNSATISFIED.fullmatch(headers.get("Content-Range", ""))
            if match is not None and int(match.group(1)) == offset:
                return Complete()
            return StartOver("the file at the server is shorter than what is here of it")
    raise ProtocolError(f"status {status} came where a file was asked for")


def sha256_of(headers: Mapping[str, str]) -> str | None:
    """From a strong tag of ours; any other says nothing of the bytes."""
    match = _ETAG.fullmatch(headers.get("ETag", ""))
    return None if match is None else match.group(1)


def etag_of(sha256: str) -> str:
    """The tag of these bytes, at every server."""
    return f'"sha256-{sha256}"'


def _part(headers: Mapping[str, str], *, offset: int, sha256: str | None, told: str | None) -> Meaning:
    if told is not None and told != sha256:
        return StartOver("the file was replaced at the server")
    span = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
    if span is None:
        return StartOver("a part came that does not say which one it is")
    first, last, size = (int(number) for number in span.groups())
    if (first, last) != (offset, size - 1):
        return StartOver(f"bytes {first} to {last} of {size} came where those from {offset} on were asked for")
    return GoOn(size)
