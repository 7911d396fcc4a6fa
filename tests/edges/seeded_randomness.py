"""Randomness that repeats itself: the same seed gives the same bytes."""

import random


class SeededRandomness:
    """For tests whose failures must be repeatable."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def bytes(self, count: int) -> bytes:
        """Repeatable, hence no secret."""
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        """A number between the two."""
        return self._random.uniform(low, high)
