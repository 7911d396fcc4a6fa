"""Reading the library: lists in pages, search, one track with all its sources."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar, assert_never

from soul_player.client.errors import TrackNotFound
from soul_player.client.library.lists import (
    COUNT,
    FIND_ONE,
    ORPHANS_FILE,
    PAGE_BY_ADDED,
    PAGE_BY_ARTIST,
    PAGE_BY_TITLE,
    SOURCES_OF,
    read_track,
    read_track_source,
)
from soul_player.client.library.model import (
    Condition,
    LibraryTrack,
    LocalTrackId,
    PageKey,
    TrackOrder,
    TrackPage,
    TrackSource,
)
from soul_player.client.library.typed import find_typed
from soul_player.database.access import Database, Reader, Value

NEWEST = """
    SELECT COALESCE(MAX(id), 0)
      FROM tracks
"""

P = ParamSpec("P")
T = TypeVar("T")

LIMIT_MAX = 1_000
# Tracks that no source and no file is left of are hidden.
SHOWN = Condition("status <> 'unavailable'")
EVERYTHING = Condition("1")


class Library:
    """What this device knows. Nothing here waits on a network."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tracks(
        self,
        *,
        condition: Condition = SHOWN,
        order: TrackOrder = TrackOrder.ARTIST,
        after: PageKey | None = None,
        limit: int = 100,
    ) -> TrackPage:
        """A page of the tracks that hold to `condition`, `SHOWN` unless it is given; at most `LIMIT_MAX`."""
        return await self._database.read(
            _page, condition=condition, order=order, after=after, limit=min(limit, LIMIT_MAX)
        )

    async def count(self, *, condition: Condition = SHOWN) -> int:
        """How many tracks hold to it."""
        return await self._database.read(_count, condition)

    async def newest(self) -> int:
        """The greatest id of a track so far: tracks that come later have greater ones."""
        return await self._database.read(_newest)

    async def search(self, text: str, *, limit: int = 100) -> list[LibraryTrack]:
        """The tracks that are shown and hold every word (or its beginning), the best first."""
        return await self._database.read(_search, text, limit=min(limit, LIMIT_MAX))

    async def track(self, track_id: LocalTrackId) -> LibraryTrack:
        """Also one that is hidden. Raises `TrackNotFound`."""
        track = await self._database.read(find_track, track_id)
        if track is None:
            raise TrackNotFound(f"no track has the id {track_id}")
        return track

    async def track_sources(self, track_ids: Sequence[LocalTrackId]) -> dict[LocalTrackId, tuple[TrackSource, ...]]:
        """What every source says of each of these tracks."""
        return await self._database.read(_sources_of_all, track_ids)

    async def read(
        self, function: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function` over one snapshot of the library."""
        return await self._database.read(function, *args, **kwargs)


async def _newest(library: Reader) -> int:
    row = await library.one(NEWEST)
    assert row is not None
    return int(row[0])


async def find_track(library: Reader, track_id: LocalTrackId) -> LibraryTrack | None:
    """None: there is none."""
    row = await library.one(FIND_ONE, track_id=track_id)
    return None if row is None else read_track(row)


async def sources_of(library: Reader, track_id: LocalTrackId) -> tuple[TrackSource, ...]:
    """In the order in which they are played: local file, cached, the active server, the other servers."""
    rows = await library.all(SOURCES_OF, track_id=track_id) or await library.all(ORPHANS_FILE, track_id=track_id)
    return tuple(read_track_source(row) for row in rows)


async def _page(
    library: Reader, *, condition: Condition, order: TrackOrder, after: PageKey | None, limit: int
) -> TrackPage:
    sql, names, first = _statement(order)
    place: dict[str, Value] = dict(zip(names, after or first, strict=True))
    rows = await library.all(
        sql.replace("/* condition */", condition.sql), page_limit=limit + 1, **place, **condition.values
    )
    tracks = tuple(read_track(row) for row in rows[:limit])
    return TrackPage(tracks, _key(tracks[-1], order) if len(rows) > limit else None)


async def _count(library: Reader, condition: Condition) -> int:
    row = await library.one(COUNT.replace("/* condition */", condition.sql), **condition.values)
    assert row is not None
    return int(row[0])


async def _search(library: Reader, text: str, *, limit: int) -> list[LibraryTrack]:
    found: list[LibraryTrack] = []
    for track_id in (await find_typed(library, text, SHOWN, count=limit))[1]:
        track = await find_track(library, LocalTrackId(track_id))
        assert track is not None, track_id
        found.append(track)
    return found


async def _sources_of_all(
    library: Reader, track_ids: Sequence[LocalTrackId]
) -> dict[LocalTrackId, tuple[TrackSource, ...]]:
    return {track_id: await sources_of(library, track_id) for track_id in track_ids}


def _statement(order: TrackOrder) -> tuple[str, tuple[str, ...], PageKey]:
    """The statement, the names of the place it goes on from, and the place before every row."""
    match order:
        case TrackOrder.ARTIST:
            names = ("page_artist", "page_album", "page_disc", "page_track", "page_id")
            return PAGE_BY_ARTIST, names, ("", "", -1, -1, 0)
        case TrackOrder.TITLE:
            return PAGE_BY_TITLE, ("page_title", "page_id"), ("", 0)
        case TrackOrder.ADDED:
            # Newest first: the place before every row is above all times.
            return PAGE_BY_ADDED, ("page_added", "page_id"), ("~", 0)
        case _:
            assert_never(order)


def _key(track: LibraryTrack, order: TrackOrder) -> PageKey:
    match order:
        case TrackOrder.ARTIST:
            return (
                track.artist or "",
                track.album or "",
                track.disc_number or 0,
                track.track_number or 0,
                track.id,
            )
        case TrackOrder.TITLE:
            return (track.title, track.id)
        case TrackOrder.ADDED:
            return (track.added_at, track.id)
        case _:
            assert_never(order)
