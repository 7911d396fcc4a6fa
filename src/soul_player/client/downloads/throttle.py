"""`DownloadThrottler`: one token bucket for all downloads, which no size of a piece can starve."""

import asyncio
from collections.abc import Callable

# What an idle line may save up; more would be a burst that a listener on the same line hears.
SAVED_SECONDS = 0.1
# While somebody listens, downloads only keep their connections alive.
YIELDING_BYTES_PER_SECOND = 16_384
# A change of the rate is noticed within this time, also by who waits already.
WAIT_SECONDS_MAX = 0.25
# What is overslept is saved up: a timer for less would only cost turns.
WAIT_SECONDS_MIN = 0.001
# A piece is let through at once and paid for afterwards: small ones keep any short time exact.
PIECE_SECONDS = 0.02
PIECE_BYTES_MIN = 1_024
PIECE_BYTES_MAX = 256 * 1024


class DownloadThrottler:
    """`bytes_per_second`: None is no limit. `clock`: seconds that never go back."""

    def __init__(self, bytes_per_second: int | None, *, clock: Callable[[], float]) -> None:
        assert bytes_per_second is None or bytes_per_second > 0, bytes_per_second
        self._bytes_per_second = bytes_per_second
        self._clock = clock
        self._must_yield: Callable[[], bool] | None = None
        # Bytes that may pass at once; below zero, what has passed is still being paid for.
        self._balance = 0.0
        self._counted_at = clock()
        self._turn = asyncio.Lock()

    @property
    def bytes_per_second(self) -> int | None:
        """What was set; None is no limit."""
        return self._bytes_per_second

    @property
    def is_open(self) -> bool:
        """Nothing has to wait."""
        return self._rate is None

    @property
    def piece_bytes(self) -> int:
        """Larger pieces are best cut to this size, so that the rate is exact over short times too."""
        if self._rate is None:
            return PIECE_BYTES_MAX
        return max(PIECE_BYTES_MIN, min(PIECE_BYTES_MAX, int(self._rate * PIECE_SECONDS)))

    def set_rate(self, bytes_per_second: int | None) -> None:
        """From now on; what has passed was paid for at the old rate."""
        assert bytes_per_second is None or bytes_per_second > 0, bytes_per_second
        if bytes_per_second == self._bytes_per_second:
            return
        self._count()
        self._bytes_per_second = bytes_per_second
        self._settle()

    def yield_to(self, is_playing: Callable[[], bool]) -> None:
        """While this says that somebody waits for music over the same line, that goes first; it is never throttled."""
        self._must_yield = is_playing

    def reserve(self, size_bytes: int) -> float:
        """Take the right to pass now, whatever the size; after how many seconds it may be used."""
        self._count()
        rate = self._rate
        if rate is None:
            return 0.0
        wait_seconds = max(0.0, -self._balance) / rate
        self._balance -= size_bytes
        return wait_seconds

    async def take(self, size_bytes: int) -> None:
        """Returns when so many bytes may pass. One after the other, in the order in which they ask."""
        if self._rate is None and not self._turn.locked():
            return
        async with self._turn:
            while (seconds := self._debt_seconds()) > 0:  # noqa: ASYNC110  # time itself is waited for
                await asyncio.sleep(min(max(seconds, WAIT_SECONDS_MIN), WAIT_SECONDS_MAX))
            self.reserve(size_bytes)

    def _debt_seconds(self) -> float:
        self._count()
        rate = self._rate
        return 0.0 if rate is None else max(0.0, -self._balance) / rate

    @property
    def _rate(self) -> int | None:
        if self._must_yield is None or not self._must_yield():
            return self._bytes_per_second
        return min(self._bytes_per_second or YIELDING_BYTES_PER_SECOND, YIELDING_BYTES_PER_SECOND)

    def _count(self) -> None:
        now = self._clock()
        seconds, self._counted_at = now - self._counted_at, now
        if self._rate is not None:
            self._balance = min(self._balance + seconds * self._rate, SAVED_SECONDS * self._rate)

    def _settle(self) -> None:
        """At another rate: nothing saved at the old one, and no debt that would take long to pay at the new one."""
        self._balance = 0.0 if self._rate is None else max(min(self._balance, 0.0), -WAIT_SECONDS_MAX * self._rate)
