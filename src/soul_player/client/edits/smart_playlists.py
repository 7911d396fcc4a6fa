"""Playlists that are a saved query, of this device: always what the library holds of it now."""

from dataclasses import dataclass

from soul_player.client.edits.act import checked_name
from soul_player.client.errors import EditInvalid, PlaylistNotFound
from soul_player.client.library.positions import ListOrder
from soul_player.client.library.query.parse import parse
from soul_player.database.access import Database, Reader, Row, Writer
from soul_player.edges import Clock

SMART_PLAYLISTS_MAX = 500

LIST = """
    SELECT id, name, query, sorted_by
      FROM smart_playlists
     ORDER BY folded(name), id
"""

FIND = """
    SELECT id, name, query, sorted_by
      FROM smart_playlists
     WHERE id = :id
"""

NAMED = """
    SELECT 1
      FROM smart_playlists
     WHERE name = :name
       AND id <> :id
"""

COUNT = """
    SELECT COUNT(*)
      FROM smart_playlists
"""

ADD = """
    INSERT INTO smart_playlists (name, query, sorted_by, added_at)
    VALUES (:name, :query, :sorted_by, :now_ms)
    RETURNING id
"""

CHANGE = """
    UPDATE smart_playlists
       SET name = :name, query = :query, sorted_by = :sorted_by
     WHERE id = :id
"""

REMOVE = """
    DELETE FROM smart_playlists
     WHERE id = :id
"""


@dataclass(frozen=True)
class SmartPlaylist:
    """A name for a query and an order."""

    id: int
    name: str
    query: str
    order: ListOrder


class SmartPlaylists:
    """Names are unique among them. A query that is none is refused with the place of its fault."""

    def __init__(self, library: Database, *, clock: Clock) -> None:
        self._library = library
        self._clock = clock

    async def find(self, playlist_id: int) -> SmartPlaylist:
        """Raises `PlaylistNotFound`."""
        return await self._library.read(_find, playlist_id)

    async def add(self, name: str, query: str, *, order: ListOrder) -> int:
        """A new one; its id. Raises `EditInvalid`, `QuerySyntaxError`."""
        return await self._library.write(_add, name, query, order=order, now_ms=self._clock.now_ms())

    async def change(self, playlist_id: int, name: str, query: str, *, order: ListOrder) -> None:
        """All of it. Raises `PlaylistNotFound`, `EditInvalid`, `QuerySyntaxError`."""
        await self._library.write(_change, playlist_id, name, query, order=order)

    async def remove(self, playlist_id: int) -> None:
        """The query is forgotten; no track is touched. Raises `PlaylistNotFound`."""
        await self._library.write(_remove, playlist_id)

    async def list(self) -> list[SmartPlaylist]:
        """By name."""
        return await self._library.read(_list)


async def _list(library: Reader) -> list[SmartPlaylist]:
    return [_read(row) for row in await library.all(LIST)]


async def _find(library: Reader, playlist_id: int) -> SmartPlaylist:
    row = await library.one(FIND, id=playlist_id)
    if row is None:
        raise PlaylistNotFound(f"no smart playlist has the id {playlist_id}")
    return _read(row)


async def _add(library: Writer, name: str, query: str, *, order: ListOrder, now_ms: int) -> int:
    await _check(library, name, query, playlist_id=0)
    count = await library.one(COUNT)
    assert count is not None
    if count[0] >= SMART_PLAYLISTS_MAX:
        raise EditInvalid(f"there are {SMART_PLAYLISTS_MAX} smart playlists already", hint="remove one first")
    row = await library.one(ADD, name=name, query=query, sorted_by=order.value, now_ms=now_ms)
    assert row is not None
    return int(row[0])


async def _change(library: Writer, playlist_id: int, name: str, query: str, *, order: ListOrder) -> None:
    await _find(library, playlist_id)
    await _check(library, name, query, playlist_id=playlist_id)
    await library.run(CHANGE, id=playlist_id, name=name, query=query, sorted_by=order.value)


async def _remove(library: Writer, playlist_id: int) -> None:
    await _find(library, playlist_id)
    await library.run(REMOVE, id=playlist_id)


async def _check(library: Reader, name: str, query: str, *, playlist_id: int) -> None:
    checked_name(name)
    parse(query)
    if await library.one(NAMED, name=name, id=playlist_id) is not None:
        raise EditInvalid(f"another smart playlist is called {name}")


def _read(row: Row) -> SmartPlaylist:
    return SmartPlaylist(row[0], row[1], row[2], ListOrder(row[3]))
