"""A clock that stands until it is told to move."""


class FakeClock:
    """Both times move together; the wall clock can be set, backwards too."""

    def __init__(self, now_ms: int = 1_750_000_000_000) -> None:
        self.wall_ms = now_ms
        self.seconds = 0.0

    def now_ms(self) -> int:
        """Wall clock, Unix milliseconds."""
        return self.wall_ms

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
        self.wall_ms += round(seconds * 1000)
