"""`/api/albums`, `/api/artists`, `/api/search`: what is made of the tracks."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from soul_player.client import Album, AlbumOrder, Artist, Client, ListOrder, letters_of
from soul_player.edges import Clock
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import Call
from soul_player.ui.api.lists import Count, Filter, Place, QueryText, Row, condition_for
from soul_player.ui.queries import is_query

# As many as a screen of results shows before a person asks for all of them.
FOUND_SHOWN = 24
Key = Annotated[str, msgspec.Meta(max_length=64)]


class AlbumsQuery(Filter, frozen=True):
    """Albums that hold tracks of the filter, from `first` on."""

    order: AlbumOrder = AlbumOrder.TITLE
    first: Place = 0
    count: Count = 100


class ArtistsQuery(Filter, frozen=True):
    """Artists who have tracks of the filter, from `first` on."""

    first: Place = 0
    count: Count = 100


class SearchQuery(Filter, frozen=True):
    """`text`: what is typed so far. Fields of the query language may be in it, like `artist:amber`."""

    text: QueryText = ""


class AlbumRow(msgspec.Struct, frozen=True):
    """`cover_of`: a track whose picture is the album's. `offline`: how many of its tracks are on this device."""

    key: str
    title: str
    artist: str
    artist_key: str
    year: int | None
    tracks: int
    duration_seconds: float
    offline: int
    added_at: str
    cover_of: int


class Albums(msgspec.Struct, frozen=True):
    """`letters`: where each first letter begins, when they are sorted by a name."""

    total: int
    first: int
    albums: tuple[AlbumRow, ...]
    letters: tuple[tuple[str, int], ...]


class ArtistRow(msgspec.Struct, frozen=True):
    """One who is named as an album's artist, or as a track's where no album names one."""

    key: str
    name: str
    albums: int
    tracks: int
    duration_seconds: float
    offline: int
    cover_of: int


class Artists(msgspec.Struct, frozen=True):
    """`letters`: where each first letter begins."""

    total: int
    first: int
    artists: tuple[ArtistRow, ...]
    letters: tuple[tuple[str, int], ...]


class WholeAlbum(msgspec.Struct, frozen=True):
    """An album and its tracks' ids, in order of disc and track."""

    album: AlbumRow
    ids: tuple[int, ...]
    sources: tuple[int, ...]


class WholeArtist(msgspec.Struct, frozen=True):
    """An artist, the albums (the newest first), the tracks (the most played first), and who has how many of them."""

    artist: ArtistRow
    albums: tuple[AlbumRow, ...]
    ids: tuple[int, ...]
    sources: dict[int, int]


class SearchResult(msgspec.Struct, frozen=True):
    """`ids` and `tracks`: the best tracks, and how many there are; of the others the first few, and how many.

    `is_query`: the text says more than words, so that it can be kept as a smart playlist.
    """

    tracks: int
    ids: tuple[int, ...]
    albums_total: int
    albums: tuple[AlbumRow, ...]
    artists_total: int
    artists: tuple[ArtistRow, ...]
    is_query: bool


class CatalogueRoutes:
    """`client.catalogues` reads."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def albums(self, call: Call) -> Answer:
        """Albums by their place in an order."""
        asked = call.query(AlbumsQuery)
        found = await self._client.catalogues.albums(condition_for(asked, self._clock), order=asked.order)
        names = {AlbumOrder.TITLE: "title", AlbumOrder.ARTIST: "artist"}.get(asked.order)
        letters = letters_of([getattr(album, names) for album in found]) if names else []
        shown = found[asked.first : asked.first + asked.count]
        return message_answer(Albums(len(found), asked.first, _album_rows(shown), tuple(letters)))

    async def artists(self, call: Call) -> Answer:
        """Artists by name."""
        asked = call.query(ArtistsQuery)
        found = await self._client.catalogues.artists(condition_for(asked, self._clock))
        shown = found[asked.first : asked.first + asked.count]
        letters = tuple(letters_of([artist.name for artist in found]))
        return message_answer(Artists(len(found), asked.first, _artist_rows(shown), letters))

    async def album(self, call: Call) -> Answer:
        """One album with its tracks."""
        album = await self._client.catalogues.album(call.path_text("key"))
        rows = await self._rows(album.track_ids)
        rows.sort(key=lambda row: (row.disc_number or 0, row.track_number or 0, row.title.casefold(), row.id))
        sources = sorted({source for row in rows for source in row.sources})
        return message_answer(WholeAlbum(_album_rows([album])[0], tuple(row.id for row in rows), tuple(sources)))

    async def artist(self, call: Call) -> Answer:
        """One artist with albums and tracks."""
        artist, albums = await self._client.catalogues.artist(call.path_text("key"))
        rows = await self._rows(artist.track_ids)
        rows.sort(key=lambda row: (-row.play_count, row.title.casefold(), row.id))
        sources: dict[int, int] = {}
        for row in rows:
            for source in row.sources:
                sources[source] = sources.get(source, 0) + 1
        found = _artist_rows([artist])[0]
        return message_answer(WholeArtist(found, _album_rows(albums), tuple(row.id for row in rows), sources))

    async def search(self, call: Call) -> Answer:
        """What holds every word that is typed, while it is typed."""
        asked = call.query(SearchQuery)
        condition = condition_for(asked, self._clock)
        if is_query(asked.text):
            narrowed = condition_for(msgspec.structs.replace(asked, query=asked.text), self._clock)
            ids = await self._client.positions.ids(narrowed, ListOrder.ARTIST)
            return message_answer(SearchResult(len(ids), tuple(ids[:1_000]), 0, (), 0, (), is_query=True))
        found = await self._client.catalogues.find(asked.text, condition)
        return message_answer(
            SearchResult(
                tracks=found.tracks,
                ids=found.track_ids,
                albums_total=len(found.albums),
                albums=_album_rows(found.albums[:FOUND_SHOWN]),
                artists_total=len(found.artists),
                artists=_artist_rows(found.artists[:FOUND_SHOWN]),
                is_query=False,
            )
        )

    async def _rows(self, ids: tuple[int, ...]) -> list[Row]:
        rows: list[Row] = []
        for at in range(0, len(ids), 500):
            found = await self._client.positions.tracks(ids[at : at + 500])
            rows += [msgspec.convert(row, Row, from_attributes=True) for row in found.values()]
        return rows


def _album_rows(albums: Sequence[Album]) -> tuple[AlbumRow, ...]:
    return tuple(msgspec.convert(album, AlbumRow, from_attributes=True) for album in albums)


def _artist_rows(artists: Sequence[Artist]) -> tuple[ArtistRow, ...]:
    return tuple(msgspec.convert(artist, ArtistRow, from_attributes=True) for artist in artists)
