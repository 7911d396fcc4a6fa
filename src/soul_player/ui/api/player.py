"""`/api/player`, `/api/plays`, marks: what a listener does, remembered."""

from typing import Annotated

import msgspec

from soul_player.client import (
    QUEUE_TRACKS_MAX,
    Client,
    LocalTrackId,
    Play,
    PlayerQueue,
    PlayerState,
    SourceId,
)
from soul_player.edges import Clock
from soul_player.protocol.times import time_text
from soul_player.ui.api.answers import Answer, message_answer, no_content
from soul_player.ui.api.calls import Call
from soul_player.ui.api.lists import Id
from soul_player.ui.problems import invalid

Seconds = Annotated[float, msgspec.Meta(ge=0, le=864_000)]
_HISTORY_PAGE = 100


class PlayerPlace(msgspec.Struct, frozen=True):
    """How far the queue's track was played."""

    track_id: Id
    position_seconds: Seconds


class Favourite(msgspec.Struct, frozen=True):
    """Or no longer."""

    is_favourite: bool


class Rating(msgspec.Struct, frozen=True):
    """1 to 5; null: none."""

    rating: Annotated[int, msgspec.Meta(ge=1, le=5)] | None


class NewPlay(msgspec.Struct, frozen=True):
    """A play that ends now. `source_id`: where it was played from; null: a file of this device."""

    heard_seconds: Seconds
    source_id: Id | None = None


class Counted(msgspec.Struct, frozen=True):
    """Whether enough was heard for a play."""

    is_counted: bool


class PlayRow(msgspec.Struct, frozen=True):
    """`told`: the source that is told of it; null: none holds the recording yet."""

    id: str
    track_id: int
    played_at: str
    seconds: float
    told: str | None


class History(msgspec.Struct, frozen=True):
    """The newest first. `next_before_ms`: where the next page goes on; null: these were the first ever."""

    plays: tuple[PlayRow, ...]
    next_before_ms: int | None


class HistoryQuery(msgspec.Struct, frozen=True):
    """Plays before this time; left out: before now."""

    before_ms: Annotated[int, msgspec.Meta(ge=0, le=1 << 53)] | None = None


class PlayerRoutes:
    """`client.player` remembers, `client.edits` marks."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def read(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """What was being played, and how far."""
        state: PlayerState = await self._client.player.read()
        return message_answer(state)

    async def write_queue(self, call: Call) -> Answer:
        """What is being played, in which order."""
        queue = await call.message(PlayerQueue)
        if sum(map(len, (queue.tracks, queue.added, queue.unshuffled or []))) > 2 * QUEUE_TRACKS_MAX:
            raise invalid(f"a queue holds at most {QUEUE_TRACKS_MAX} tracks")
        await self._client.player.write_queue(queue)
        return no_content()

    async def write_place(self, call: Call) -> Answer:
        """How far the track of the queue was played."""
        place = await call.message(PlayerPlace)
        await self._client.player.write_place(LocalTrackId(place.track_id), place.position_seconds)
        return no_content()

    async def favourite(self, call: Call) -> Answer:
        """A favourite at every source that holds it, or no longer."""
        asked = await call.message(Favourite)
        await self._client.edits.set_favourite(_track(call), favourite=asked.is_favourite)
        return no_content()

    async def rating(self, call: Call) -> Answer:
        """Stars, at every source that holds it."""
        await self._client.edits.set_rating(_track(call), (await call.message(Rating)).rating)
        return no_content()

    async def played(self, call: Call) -> Answer:
        """A play, once it is over; too little of a track is none."""
        asked = await call.message(NewPlay)
        source_id = None if asked.source_id is None else SourceId(asked.source_id)
        is_counted = await self._client.edits.record_play(
            _track(call), heard_seconds=asked.heard_seconds, source_id=source_id
        )
        return message_answer(Counted(is_counted))

    async def history(self, call: Call) -> Answer:
        """What was played on this device, the newest first."""
        asked = call.query(HistoryQuery)
        before_ms = self._clock.now_ms() + 1 if asked.before_ms is None else asked.before_ms
        plays = await self._client.plays.recent(before_ms=before_ms, count=_HISTORY_PAGE)
        next_before_ms = plays[-1].played_at_ms if len(plays) == _HISTORY_PAGE else None
        return message_answer(History(tuple(map(play_row, plays)), next_before_ms))


def play_row(play: Play) -> PlayRow:
    """As the API says it."""
    return PlayRow(play.id, play.track_id, time_text(play.played_at_ms), play.seconds, play.told)


def _track(call: Call) -> LocalTrackId:
    return LocalTrackId(call.path_id("track_id", missing="track_not_found"))
