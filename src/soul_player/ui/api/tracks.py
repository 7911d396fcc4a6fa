"""`/api/tracks`: the library in pages, filtered by the query language."""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated

import msgspec

from soul_player.client import Client, LibraryTrack, PageKey, TrackOrder
from soul_player.edges import Clock
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import Call
from soul_player.ui.problems import invalid
from soul_player.ui.queries import condition_of

LIMIT_MAX = 1_000

_Number = Annotated[int, msgspec.Meta(ge=-1, le=(1 << 63) - 1)]
# A place in a list is the sorted values of a row.
_KEY_TYPES: Mapping[TrackOrder, type[PageKey]] = {
    TrackOrder.ARTIST: tuple[str, str, _Number, _Number, _Number],
    TrackOrder.TITLE: tuple[str, _Number],
    TrackOrder.ADDED: tuple[str, _Number],
}


class TracksQuery(msgspec.Struct, frozen=True):
    """`query`: the query language of `soul list`. `after`: a page's `next_after`; none begins anew."""

    query: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    order: TrackOrder = TrackOrder.ARTIST
    after: Annotated[str, msgspec.Meta(max_length=4_000)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=LIMIT_MAX)] = 100


class TrackRow(msgspec.Struct, frozen=True):
    """A recording as lists show it. `status`: where its bytes are."""

    id: int
    status: str
    title: str
    artist: str | None
    album: str | None
    album_artist: str | None
    genres: tuple[str, ...]
    year: int | None
    disc_number: int | None
    track_number: int | None
    duration_seconds: float
    added_at: str


class TrackRows(msgspec.Struct, frozen=True):
    """A page of them. `next_after`: where the next one goes on; null: these were the last."""

    tracks: tuple[TrackRow, ...]
    next_after: str | None


class TrackRoutes:
    """Parses and answers; `client.library` reads."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def page(self, call: Call) -> Answer:
        """Tracks that match a query, in an order, a page at a time."""
        asked = call.query(TracksQuery)
        page = await self._client.library.tracks(
            condition=condition_of(asked.query, self._clock),
            order=asked.order,
            after=None if asked.after is None else read_key(asked.after, asked.order),
            limit=asked.limit,
        )
        next_after = None if page.next_after is None else key_text(page.next_after)
        return message_answer(TrackRows(tuple(track_row(track) for track in page.tracks), next_after))


def track_row(track: LibraryTrack) -> TrackRow:
    """As the API says it."""
    return TrackRow(
        id=track.id,
        status=track.status.value,
        title=track.title,
        artist=track.artist,
        album=track.album,
        album_artist=track.album_artist,
        genres=track.genres,
        year=track.year,
        disc_number=track.disc_number,
        track_number=track.track_number,
        duration_seconds=track.duration_seconds,
        added_at=track.added_at,
    )


def key_text(key: PageKey) -> str:
    """Opaque to programs."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode()


def read_key(text: str, order: TrackOrder) -> PageKey:
    """Of a list in this order. Raises `Refused`: 422 for what no page ever gave."""
    try:
        return msgspec.json.decode(base64.b64decode(text, altchars=b"-_", validate=True), type=_KEY_TYPES[order])
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise invalid("after: this is no place in this list") from error
