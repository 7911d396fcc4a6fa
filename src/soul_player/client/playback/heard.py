"""What was heard of a track, counted while it plays, and told once at its end."""

from typing import Protocol

from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.edges import Clock

# A position that is further on than this was jumped to: nobody listens faster, and players tell where they are more
# often.
FASTEST = 4.0
SLACK_SECONDS = 2.0


class RecordPlay(Protocol):
    """`client.edits.record_play`."""

    async def __call__(
        self, track_id: LocalTrackId, *, heard_seconds: float | None = None, source_id: SourceId | None = None
    ) -> bool:
        """False: too little of it to count."""
        ...


class PlaySession:
    """One play of one track. `source_id`: where it was played from; None: a file of this device."""

    def __init__(
        self, track_id: LocalTrackId, *, source_id: SourceId | None, clock: Clock, record_play: RecordPlay
    ) -> None:
        self.track_id = track_id
        self.source_id = source_id
        self.heard_seconds = 0.0
        self.is_finished = False
        self._clock = clock
        self._record_play = record_play
        self._position: float | None = None
        self._told_at = 0.0

    def play_at(self, position_seconds: float) -> None:
        """It plays, and is here: at the start, after a jump, and every second or so."""
        now = self._clock.monotonic()
        if self._position is not None:
            step = position_seconds - self._position
            if 0 < step <= (now - self._told_at) * FASTEST + SLACK_SECONDS:
                self.heard_seconds += step
        self._position, self._told_at = position_seconds, now

    def pause_at(self, position_seconds: float) -> None:
        """It stands still: what follows begins a new stretch."""
        self.play_at(position_seconds)
        self._position = None

    async def finish(self) -> bool:
        """Record the play, once. False: too little was heard to count, or it was recorded already."""
        if self.is_finished:
            return False
        # Before it is waited for: a page and a player that both say so at once must not make two plays.
        self.is_finished = True
        try:
            return await self._record_play(self.track_id, heard_seconds=self.heard_seconds, source_id=self.source_id)
        except BaseException:
            self.is_finished = False
            raise
