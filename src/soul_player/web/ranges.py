"""Pure: a `Range` header and a size -> which bytes."""

import re
from dataclasses import dataclass

_SINGLE = re.compile(r"bytes[ \t]*=[ \t]*(\d{0,18})[ \t]*-[ \t]*(\d{0,18})[ \t]*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Whole:
    """All of it, with 200."""


@dataclass(frozen=True)
class Part:
    """From `first` to `last`, both included, with 206."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """In bytes."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Unsatisfiable:
    """No byte of the file is in the range: 416."""


Span = Whole | Part | Unsatisfiable


def span_of(header: str, size_bytes: int) -> Span:
    """One range of bytes; several, or what does not parse, mean the whole (protocol, section 3, *Bytes*)."""
    match = _SINGLE.fullmatch(header.strip())
    if match is None:
        return Whole()
    first_text, last_text = match.groups()
    if not first_text:
        return Whole() if not last_text else _suffix(int(last_text), size_bytes)
    first = int(first_text)
    if last_text and int(last_text) < first:
        # RFC 9110, 14.1.1: such a range is invalid, hence ignored, not unsatisfiable.
        return Whole()
    if first >= size_bytes:
        return Unsatisfiable()
    return Part(first, min(int(last_text), size_bytes - 1) if last_text else size_bytes - 1)


def _suffix(count: int, size_bytes: int) -> Span:
    """The last `count` bytes."""
    if count == 0 or size_bytes == 0:
        return Unsatisfiable()
    return Part(max(0, size_bytes - count), size_bytes - 1)
