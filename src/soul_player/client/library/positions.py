"""Lists by position: any stretch of any order in one step, however deep in it.

`OFFSET` counts its way there, and a page of a browser jumps. So the ids of a list are kept in their order, 8 bytes
each, for as long as the library stays as it is; a stretch is then a slice and some look-ups by id.
"""

import json
from array import array
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from soul_player.client.library.kept import Kept
from soul_player.client.library.listed_tracks import ListedTrack, listed_tracks
from soul_player.client.library.model import Condition, LocalTrackId
from soul_player.database.access import Database, Reader
from soul_player.edges import Clock

STRETCH_MAX = 500
# Lists that are looked at in turn: a person's screens, and a second tab's.
LISTS_MAX = 12

# `+`: reading all rows and sorting them is faster than walking an index and looking each row up (83 against 135 ms
# for 100k tracks).
IDS = """
    SELECT tracks.id
      FROM tracks
     WHERE (/* condition */)
     ORDER BY /* order */
"""


class ListOrder(StrEnum):
    """How a list is sorted; ties by what a person would look at next."""

    ARTIST = "artist"
    ALBUM = "album"
    TITLE = "title"
    ADDED = "added"
    YEAR = "year"
    DURATION = "duration"
    PLAYS = "plays"
    PLAYED = "played"
    FAVOURITED = "favourited"


_ALBUM = "COALESCE(album, '') COLLATE NOCASE, COALESCE(disc_number, 0), COALESCE(track_number, 0), tracks.id"
_MARK = "COALESCE((SELECT {column} FROM marks WHERE marks.track_id = tracks.id), 0) DESC"

ORDERS: dict[ListOrder, str] = {
    ListOrder.ARTIST: f"COALESCE(album_artist, artist, '') COLLATE NOCASE, {_ALBUM}",
    ListOrder.ALBUM: _ALBUM,
    ListOrder.TITLE: "+title COLLATE NOCASE, tracks.id",
    ListOrder.ADDED: "added_at DESC, tracks.id DESC",
    ListOrder.YEAR: f"COALESCE(year, 0) DESC, {_ALBUM}",
    ListOrder.DURATION: "duration_seconds DESC, tracks.id",
    ListOrder.PLAYS: f"{_MARK.format(column='play_count')}, +title COLLATE NOCASE, tracks.id",
    ListOrder.PLAYED: f"{_MARK.format(column='last_played_at')}, +title COLLATE NOCASE, tracks.id",
    ListOrder.FAVOURITED: f"{_MARK.format(column='favourited_at')}, +title COLLATE NOCASE, tracks.id",
}


@dataclass(frozen=True)
class Stretch:
    """Some rows of a list. `version` differs when the list became another one: what was read before is then old.

    Where a track went meanwhile its place is None, so that the others keep theirs.
    """

    total: int
    version: int
    first: int
    tracks: tuple[ListedTrack | None, ...]


class Positions:
    """Keeps the lists that are looked at. `stamp` differs whenever anybody wrote to the library."""

    def __init__(self, library: Database, *, clock: Clock, stamp: Callable[[], Hashable]) -> None:
        self._library = library
        self._clock = clock
        self._stamp = stamp
        self._lists: OrderedDict[Hashable, Kept[array[int]]] = OrderedDict()

    async def stretch(self, condition: Condition, order: ListOrder, *, first: int, count: int) -> Stretch:
        """Rows `first` and on, at most `STRETCH_MAX`."""
        version, ids = await self._list(condition, order).get()
        wanted = ids[first : first + min(count, STRETCH_MAX)]
        found = await self.tracks(wanted)
        return Stretch(len(ids), version, first, tuple(found.get(LocalTrackId(one)) for one in wanted))

    async def ids(self, condition: Condition, order: ListOrder) -> Sequence[int]:
        """The whole list, for a queue."""
        return (await self._list(condition, order).get())[1]

    async def place(self, condition: Condition, order: ListOrder, track_id: LocalTrackId) -> int | None:
        """Where a track stands in the list; None: it is not in it."""
        _, ids = await self._list(condition, order).get()
        try:
            return ids.index(track_id)
        except ValueError:
            return None

    async def tracks(self, ids: Sequence[int]) -> dict[LocalTrackId, ListedTrack]:
        """These tracks, whatever lists they are in; at most `STRETCH_MAX`."""
        return {one.id: one for one in await self._library.read(listed_tracks, ids[:STRETCH_MAX])}

    def _list(
        self, condition: Condition, order: ListOrder
    ) -> "Kept[array[int]]":  # quoted: Python 3.11 does not take `array[int]` at run time
        key = (order, condition.sql, json.dumps(dict(condition.values), sort_keys=True, default=repr))
        kept = self._lists.get(key)
        if kept is None:

            async def build() -> "array[int]":
                return await self._library.read(_ids, condition, order)

            kept = self._lists[key] = Kept(build, clock=self._clock, stamp=self._stamp)
            if len(self._lists) > LISTS_MAX:
                self._lists.popitem(last=False)
        self._lists.move_to_end(key)
        return kept


async def _ids(library: Reader, condition: Condition, order: ListOrder) -> "array[int]":
    statement = IDS.replace("/* condition */", condition.sql).replace("/* order */", ORDERS[order])
    return array("q", [row[0] for row in await library.all(statement, **condition.values)])
