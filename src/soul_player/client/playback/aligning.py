"""Where the same audio goes on in another file of it: found by the bytes themselves, whatever their tags weigh."""

from collections.abc import AsyncGenerator, AsyncIterator

# So many of the last bytes that a player got are looked for: compressed audio does not have them twice.
TAIL_BYTES = 16 * 1024
# Tags with a picture, at either end.
TAGS_BYTES_MAX = 8 << 20
_SLACK_BYTES = 64 * 1024
_ZEROS = bytes(64 * 1024)


class Tail:
    """The last bytes of what was given out."""

    def __init__(self) -> None:
        self._bytes = b""

    def feed(self, piece: bytes) -> None:
        """These were given out."""
        self._bytes = piece[-TAIL_BYTES:] if len(piece) >= TAIL_BYTES else (self._bytes + piece)[-TAIL_BYTES:]

    @property
    def whole(self) -> bytes | None:
        """None: too few to be looked for."""
        return self._bytes if len(self._bytes) == TAIL_BYTES else None


def window(position: int, *, size_bytes: int, other_bytes: int) -> tuple[int, int] | None:
    """The first and the last byte of the other file between which the tail must lie; None: nowhere.

    `position`: behind the tail. What the files differ by lies in front of the audio, behind it, or in part at both.
    """
    difference = other_bytes - size_bytes
    if abs(difference) > TAGS_BYTES_MAX:
        return None
    first = max(0, position + min(0, difference) - TAIL_BYTES - _SLACK_BYTES)
    last = min(other_bytes, position + max(0, difference) + _SLACK_BYTES) - 1
    return (first, last) if last - first + 1 > TAIL_BYTES else None


def find(tail: bytes, seen: bytes, *, first: int, position: int, difference: int) -> int | None:
    """The place behind the tail in the other file; `seen` are its bytes from `first` on.

    What repeats itself, as silence does, is only believed where it would lie if the tags were all in front, or all at
    the end.
    """
    at = seen.find(tail)
    if at < 0:
        return None
    if seen.find(tail, at + 1) < 0:
        return first + at + len(tail)
    for place in (position + difference, position):
        begin = place - len(tail) - first
        if begin >= 0 and seen[begin : begin + len(tail)] == tail:
            return place
    return None


async def fitted(pieces: AsyncIterator[bytes], *, coming_bytes: int, wanted_bytes: int) -> AsyncGenerator[bytes, None]:
    """Exactly as many as a player was promised: what is behind the audio is cut, or filled with nothing."""
    given = came = 0
    async for piece in pieces:
        came += len(piece)
        cut = piece[: wanted_bytes - given]
        given += len(cut)
        if cut:
            yield cut
        if given == wanted_bytes:
            return
    if came < coming_bytes:
        # It broke off: whoever reads sees that bytes are missing.
        return
    while given < wanted_bytes:
        zeros = _ZEROS[: wanted_bytes - given]
        given += len(zeros)
        yield zeros
