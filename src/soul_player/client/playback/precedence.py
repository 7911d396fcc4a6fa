"""Whether a listener waits for bytes of the network now: downloads consult it and stand back."""

from collections.abc import Generator
from contextlib import contextmanager

from soul_player.edges import Clock

# Between two pieces of a stream that is read as fast as it comes, nobody waits for an instant.
LINGER_SECONDS = 2.0


class Precedence:
    """A player with a full buffer wants nothing: then downloads may have the line."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting = 0
        self._waited_at: float | None = None

    def is_playing(self) -> bool:
        """Someone waits for music to come over the line, or did so just now."""
        if self._waiting:
            return True
        return self._waited_at is not None and self._clock.monotonic() - self._waited_at < LINGER_SECONDS

    @contextmanager
    def waiting(self) -> Generator[None, None, None]:
        """As long as the block lasts, a listener waits."""
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            self._waited_at = self._clock.monotonic()
