"""Why nothing can be heard, or no more of it: each says what a person, or a player, can do."""

from collections.abc import Sequence

from soul_player.client.errors import ConnectionLost, OfflineError
from soul_player.client.playback.choose import Cannot


class NothingPlays(OfflineError):
    """No source can give the track now. `reasons`: each that holds it, and why it cannot."""

    code = "nothing_plays"

    def __init__(self, title: str, reasons: Sequence[Cannot]) -> None:
        said = "; ".join(f"{one.source_name}: {one.reason}" for one in reasons) or "no source holds it"
        super().__init__(
            f"{title} cannot be played now: {said}",
            hint="what is downloaded plays without a network: soul list offline:yes",
        )
        self.reasons = tuple(reasons)


class StreamEnded(ConnectionLost):
    """It stopped in the middle and no other source has the same bytes.

    `can_continue_at_time`: another source has the recording: open it anew at the second that was reached.
    """

    code = "stream_ended"

    def __init__(self, message: str, *, can_continue_at_time: bool) -> None:
        super().__init__(message)
        self.can_continue_at_time = can_continue_at_time


class FileVanished(ConnectionLost):
    """A file of this device is not there any more, or is not the one that was stored."""

    code = "file_vanished"
