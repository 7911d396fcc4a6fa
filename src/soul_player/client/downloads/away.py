"""Which sources are left alone for now, and for which of them nobody waits."""

from soul_player.client.library.model import SourceId
from soul_player.edges import Clock

# So often a source may be away in a row that has given something in this run; one that has not, not once.
LOST_TIMES = 3


class AwaySources:
    """Sources that did not answer, or want a sign-in."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # Until when (monotonic) it is not asked, and how often in a row it was away.
        self._away: dict[SourceId, tuple[float, int]] = {}
        self._has_given: set[SourceId] = set()

    def times(self, source_id: SourceId) -> int:
        """How often in a row it was away."""
        return self._away.get(source_id, (0.0, 0))[1]

    def note(self, source_id: SourceId, *, seconds: float, times: int) -> None:
        """It was away, and is not asked for so long."""
        self._away[source_id] = (self._clock.monotonic() + seconds, times)

    def welcome(self, source_id: SourceId) -> None:
        """It is back."""
        self._away.pop(source_id, None)

    def note_given(self, source_id: SourceId) -> None:
        """Something whole came from it."""
        self._has_given.add(source_id)
        self.welcome(source_id)

    def now(self) -> frozenset[SourceId]:
        """Those that are not asked now."""
        now = self._clock.monotonic()
        return frozenset(source_id for source_id, (until, _) in self._away.items() if now < until)

    def lost(self) -> frozenset[SourceId]:
        """Those for which nobody waits who waits until nothing can go on."""
        return frozenset(
            source_id
            for source_id, (_, times) in self._away.items()
            if times >= (LOST_TIMES if source_id in self._has_given else 1)
        )
