"""Pure: when a source is synced next, by what has happened to it. Seconds of a clock that never goes back."""

import math

# By itself, when nothing else gave a reason.
EVERY_SECONDS = 1_800.0
# The first edit goes at once; what follows so soon goes in one further run.
GATHER_EDITS_SECONDS = 2.0
# Hints come ten a second at most: the first is followed at once, the next ones a few at a time.
GATHER_HINTS_SECONDS = 0.25
NEVER = math.inf


class Schedule:
    """Of one source. A reason that comes while it is being synced makes one further run, however many there are."""

    def __init__(self, now: float, *, is_fresh: bool = False) -> None:
        # At start-up, unless it was synced this moment.
        self._wanted_at = NEVER if is_fresh else now
        self._every_at = now + EVERY_SECONDS
        # It backs off: only a person, or a server that is there again, comes before this.
        self._not_before = now
        self._edits_gone_at = -NEVER
        self._began_at = -NEVER
        self._has_edits = False
        # Somebody has given reason to try at once, whatever becomes of what runs.
        self._is_called = False
        self.is_running = False
        # Nothing is asked of it until a person has signed in, or trusted its certificate.
        self.is_silent = False

    @property
    def due_at(self) -> float:
        """`NEVER` while it runs, or waits for a person."""
        if self.is_running or self.is_silent:
            return NEVER
        return max(min(self._wanted_at, self._every_at), self._not_before)

    def edit(self, now: float) -> None:
        """The user changed something that goes there."""
        self._has_edits = True
        self._want(max(now, self._edits_gone_at + GATHER_EDITS_SECONDS))

    def hint(self, now: float) -> None:
        """The server says that something moved."""
        self._want(max(now, self._began_at + GATHER_HINTS_SECONDS))

    def ask(self, now: float) -> None:
        """A person wants it now."""
        self._call(now)

    def return_(self, now: float) -> None:
        """The server is there again, or a person has made it possible to ask it."""
        self.is_silent = False
        self._call(now)

    def lose(self, now: float) -> None:
        """The connection broke: whether the server is gone is soon known."""
        self._want(now)

    def begin(self, now: float) -> None:
        """A run takes along whatever was wanted."""
        self.is_running, self._is_called = True, False
        self._began_at = now
        if self._has_edits:
            self._edits_gone_at, self._has_edits = now, False
        self._wanted_at = NEVER

    def end(self, now: float, *, retry_seconds: float | None = None) -> None:
        """`retry_seconds`: it did not work; after so long it is worth another try."""
        self.is_running = False
        self._every_at = now + EVERY_SECONDS
        if retry_seconds is None or self._is_called:
            self._not_before = now
            return
        self._not_before = now + min(retry_seconds, EVERY_SECONDS)
        self._want(self._not_before)

    def _call(self, now: float) -> None:
        self._is_called = True
        self._not_before = now
        self._want(now)

    def _want(self, at: float) -> None:
        self._wanted_at = min(self._wanted_at, at)
