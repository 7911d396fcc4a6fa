"""The edges of the world that are passed in, so that the whole system can run in virtual time: clock and randomness."""

import os
import random
import time
from typing import Protocol

from soul_player.protocol.ids import RANDOM_BYTES_PER_ID, mint_id


class Clock(Protocol):
    """What time it is. Waiting is `asyncio.sleep`: a simulation runs an event loop whose time is virtual."""

    def now_ms(self) -> int:
        """Wall clock, Unix milliseconds. It may jump; nothing is ordered by it."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, from an arbitrary start."""
        ...


class Randomness(Protocol):
    """Where ids, secrets and jitter come from."""

    def bytes(self, count: int) -> bytes:
        """Unpredictable bytes, fit for secrets."""
        ...

    def uniform(self, low: float, high: float) -> float:
        """A number between the two."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Wall clock, Unix milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds since the machine started, or some such."""
        return time.monotonic()


class SystemRandomness:
    """The operating system's own randomness."""

    def bytes(self, count: int) -> bytes:
        """Fit for secrets."""
        return os.urandom(count)

    def uniform(self, low: float, high: float) -> float:
        """For jitter only."""
        return random.uniform(low, high)  # noqa: S311  # jitter, no secret


def mint(clock: Clock, randomness: Randomness) -> str:
    """A new UUIDv7."""
    return mint_id(clock.now_ms(), randomness.bytes(RANDOM_BYTES_PER_ID))
