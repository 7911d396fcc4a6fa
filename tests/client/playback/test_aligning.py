"""The place where the same audio goes on in another file is found by its bytes, and never guessed."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from soul_player.client.playback.aligning import TAGS_BYTES_MAX, TAIL_BYTES, Tail, find, fitted, window

AUDIO = random.Random(1).randbytes(1_000_000)


def looked_for(song: bytes, other: bytes, position: int) -> int | None:
    """As a course does it."""
    tail = Tail()
    for at in range(0, position, 10_000):
        tail.feed(song[at : min(at + 10_000, position)])
    span = window(position, size_bytes=len(song), other_bytes=len(other))
    assert tail.whole is not None
    assert span is not None
    seen = other[span[0] : span[1] + 1]
    return find(tail.whole, seen, first=span[0], position=position, difference=len(other) - len(song))


@pytest.mark.parametrize(("front", "back"), [(0, 0), (5_000, 0), (0, 5_000), (300_000, 128), (40_000, 200_000)])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_tags_of_any_weight_at_either_end_move_the_place(front: int, back: int, share: float) -> None:
    song = b"tag" + AUDIO + b"end"
    other = bytes(front) + AUDIO + bytes(back)
    position = 3 + round(len(AUDIO) * share)
    place = looked_for(song, other, position)
    assert place == front + position - 3
    # The other way as well.
    assert looked_for(other, song, front + position - 3) == position


def test_silence_is_gone_on_with_where_it_would_lie() -> None:
    song, other = b"tag" + bytes(400_000), bytes(5_000) + bytes(400_000)
    place = looked_for(song, other, 200_000)
    assert place == 200_000 + 4_997


def test_what_is_not_in_the_other_file_is_not_found() -> None:
    other = random.Random(2).randbytes(len(AUDIO))
    assert looked_for(AUDIO, other, 500_000) is None


def test_files_that_differ_by_more_than_tags_are_not_looked_into() -> None:
    assert window(100_000, size_bytes=1_000_000, other_bytes=1_000_001 + TAGS_BYTES_MAX) is None


def test_few_bytes_are_not_looked_for() -> None:
    tail = Tail()
    tail.feed(bytes(TAIL_BYTES - 1))
    assert tail.whole is None
    tail.feed(b"x")
    assert tail.whole is not None
    tail.feed(AUDIO)
    assert tail.whole == AUDIO[-TAIL_BYTES:]


@pytest.mark.parametrize(
    ("sent", "coming", "wanted", "got"),
    [
        (b"abcdef", 6, 6, b"abcdef"),
        (b"abcdef", 6, 4, b"abcd"),
        (b"abcdef", 6, 8, b"abcdef\0\0"),
        # It broke off: nothing is made up.
        (b"abc", 6, 8, b"abc"),
    ],
)
def test_a_player_gets_as_much_as_it_was_promised(sent: bytes, coming: int, wanted: int, got: bytes) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(sent), 2):
            yield sent[at : at + 2]

    async def all_of_it() -> bytes:
        return b"".join([piece async for piece in fitted(pieces(), coming_bytes=coming, wanted_bytes=wanted)])

    assert asyncio.run(all_of_it()) == got
