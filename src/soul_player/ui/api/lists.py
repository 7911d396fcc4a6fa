"""`/api/lists/...`: any stretch of the library in any order, by filters that are the same without a network."""

from typing import Annotated, Literal

import msgspec

from soul_player.client import (
    FAVOURITES,
    OFFLINE,
    ON_THIS_DEVICE,
    QUEUE_TRACKS_MAX,
    SHOWN,
    STRETCH_MAX,
    Client,
    Condition,
    ListOrder,
    LocalTrackId,
    SourceId,
    both,
    of_source,
)
from soul_player.edges import Clock
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import ID_MAX, Call
from soul_player.ui.problems import invalid
from soul_player.ui.queries import condition_of

Place = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
Count = Annotated[int, msgspec.Meta(ge=1, le=STRETCH_MAX)]
Id = Annotated[int, msgspec.Meta(ge=1, le=ID_MAX)]
QueryText = Annotated[str, msgspec.Meta(max_length=2_000)]
Reach = Literal["all", "offline", "device", "favourites"]


class Filter(msgspec.Struct, frozen=True):
    """Which tracks. `show`: all, what plays offline, files of this device, favourites; `source`: only this one's."""

    show: Reach = "all"
    source: Id | None = None
    query: QueryText = ""


class StretchQuery(Filter, frozen=True):
    """Rows from `first` on of the list in this order."""

    order: ListOrder = ListOrder.ARTIST
    first: Place = 0
    count: Count = 100


class IdsQuery(Filter, frozen=True):
    """Ids from `first` on of the list in this order."""

    order: ListOrder = ListOrder.ARTIST
    first: Place = 0


class PlaceQuery(Filter, frozen=True):
    """Where `track` stands in the list in this order."""

    track: Id = 1
    order: ListOrder = ListOrder.ARTIST


class TracksByIdQuery(msgspec.Struct, frozen=True):
    """Ids with commas between them."""

    ids: Annotated[str, msgspec.Meta(max_length=8_000)]


class RowDownload(msgspec.Struct, frozen=True):
    """How a download stands. `bytes_total`: null while nobody knows."""

    id: int
    state: str
    bytes_done: int
    bytes_total: int | None


class RowGain(msgspec.Struct, frozen=True):
    """How loud it is, in dB to the reference, and the loudest sample (1: full scale), as its tags say."""

    track_gain_db: float | None
    track_peak: float | None
    album_gain_db: float | None
    album_peak: float | None


class Row(msgspec.Struct, frozen=True):
    """A recording as a list shows it. `sources`: those that have it; `artwork_id` names its picture."""

    id: int
    status: str
    title: str
    artist: str | None
    album: str | None
    album_key: str | None
    artist_key: str | None
    year: int | None
    disc_number: int | None
    track_number: int | None
    duration_seconds: float
    added_at: str
    is_favourite: bool
    rating: int | None
    play_count: int
    sources: tuple[int, ...]
    artwork_id: str | None
    replaygain: RowGain | None
    download: RowDownload | None


class Rows(msgspec.Struct, frozen=True):
    """Some rows. `version` differs when the list became another one; null stands where a track went meanwhile."""

    total: int
    version: int
    first: int
    tracks: tuple[Row | None, ...]


class RowsById(msgspec.Struct, frozen=True):
    """Those that are there, in no order."""

    tracks: tuple[Row, ...]


class Ids(msgspec.Struct, frozen=True):
    """`total`: of the whole list."""

    total: int
    ids: tuple[int, ...]


class PlaceInList(msgspec.Struct, frozen=True):
    """null: it is not in the list."""

    place: int | None


class Counts(msgspec.Struct, frozen=True):
    """How many of everything; `offline` and `device` are tracks."""

    tracks: int
    offline: int
    device: int
    favourites: int
    albums: int
    artists: int


_SHOWN: dict[str, Condition] = {
    "all": SHOWN, "offline": OFFLINE, "device": ON_THIS_DEVICE, "favourites": FAVOURITES,
}  # fmt: skip


def condition_for(asked: Filter, clock: Clock) -> Condition:
    """The tracks that a filter leaves. Raises `Refused` for a query that is none."""
    condition = _SHOWN[asked.show]
    if asked.source is not None:
        condition = both(condition, of_source(SourceId(asked.source)))
    if asked.query.strip():
        condition = both(condition, condition_of(asked.query, clock))
    return condition


class ListRoutes:
    """`client.positions` reads."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def stretch(self, call: Call) -> Answer:
        """Rows of a list by their place in it, however deep."""
        asked = call.query(StretchQuery)
        condition = condition_for(asked, self._clock)
        found = await self._client.positions.stretch(condition, asked.order, first=asked.first, count=asked.count)
        return message_answer(msgspec.convert(found, Rows, from_attributes=True))

    async def ids(self, call: Call) -> Answer:
        """The ids of a list, for a queue."""
        asked = call.query(IdsQuery)
        found = await self._client.positions.ids(condition_for(asked, self._clock), asked.order)
        return message_answer(Ids(len(found), tuple(found[asked.first : asked.first + QUEUE_TRACKS_MAX])))

    async def place(self, call: Call) -> Answer:
        """Where a track stands in a list."""
        asked = call.query(PlaceQuery)
        condition = condition_for(asked, self._clock)
        place = await self._client.positions.place(condition, asked.order, LocalTrackId(asked.track))
        return message_answer(PlaceInList(place))

    async def by_id(self, call: Call) -> Answer:
        """Rows of these tracks, whatever lists they are in."""
        texts = call.query(TracksByIdQuery).ids.split(",")
        if len(texts) > STRETCH_MAX or not all(text.isascii() and text.isdecimal() for text in texts):
            raise invalid(f"ids: at most {STRETCH_MAX} numbers with commas between them")
        ids = [number for number in map(int, texts) if 0 < number <= ID_MAX]
        found = await self._client.positions.tracks(ids)
        return message_answer(
            RowsById(tuple(msgspec.convert(row, Row, from_attributes=True) for row in found.values()))
        )

    async def counts(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """How many tracks, albums and artists there are."""
        library, catalogues = self._client.library, self._client.catalogues
        return message_answer(
            Counts(
                tracks=await library.count(condition=SHOWN),
                offline=await library.count(condition=OFFLINE),
                device=await library.count(condition=ON_THIS_DEVICE),
                favourites=await library.count(condition=FAVOURITES),
                albums=await catalogues.count_albums(),
                artists=len(await catalogues.artists()),
            )
        )
