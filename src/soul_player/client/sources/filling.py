"""A body in the reader's own memory: who reads much of it says where each byte goes, and no byte is copied for it."""

from collections.abc import AsyncIterator, Awaitable, Callable

# Some bytes, at least one, into the beginning of this memory; how many. 0: nothing more comes. Who is cancelled in it
# reads no more of this body.
Fill = Callable[[memoryview], Awaitable[int]]


class Poured:
    """Of a body that comes in pieces."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._held = memoryview(b"")

    async def fill(self, memory: memoryview) -> int:
        """A `Fill`."""
        while not self._held:
            piece = await anext(self._pieces, None)
            if piece is None:
                return 0
            self._held = memoryview(piece)
        count = min(len(memory), len(self._held))
        memory[:count] = self._held[:count]
        self._held = self._held[count:]
        return count
