"""A body in pieces, poured into memory of any size: every byte once, in its order."""

from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from soul_player.client.sources.filling import Poured
from tests.conftest import run


@given(pieces=st.lists(st.binary(max_size=20), max_size=8), sizes=st.lists(st.integers(1, 30), min_size=1))
def test_every_byte_comes_once(pieces: list[bytes], sizes: list[int]) -> None:
    """Pieces larger than the memory, smaller, and empty ones, which are no end."""

    async def come() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def story() -> None:
        poured, received, turn = Poured(come()), b"", 0
        while True:
            memory = memoryview(bytearray(sizes[turn % len(sizes)]))
            count = await poured.fill(memory)
            if not count:
                break
            received += memory[:count]
            turn += 1
        assert received == b"".join(pieces)
        assert await poured.fill(memoryview(bytearray(1))) == 0

    run(story())
