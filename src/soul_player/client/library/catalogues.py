"""Albums, artists and search as you type, over all tracks or those of a filter; nothing here waits on a network."""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from soul_player.client.errors import ClientError
from soul_player.client.library.albums import Album, AlbumOrder, Artist, Catalogue, read_catalogue, sorted_albums
from soul_player.client.library.browse import SHOWN
from soul_player.client.library.kept import Kept
from soul_player.client.library.model import Condition
from soul_player.client.library.typed import find_typed, is_inside
from soul_player.database.access import Database
from soul_player.database.folding import folded
from soul_player.edges import Clock

FOUND_TRACKS_MAX = 1_000
CATALOGUES_MAX = 4
# Who types does not wait for the albums of the last minute.
TYPING_PATIENCE_SECONDS = 60.0

T = TypeVar("T")


class AlbumNotFound(ClientError):
    """No album has this key: its tracks went, or are called otherwise now."""

    code = "album_not_found"


class ArtistNotFound(ClientError):
    """No artist has this key: the tracks went, or are called otherwise now."""

    code = "artist_not_found"


@dataclass(frozen=True)
class Found:
    """What holds every word. `track_ids`: the best ones first, `tracks` how many there are of them in all."""

    tracks: int
    track_ids: tuple[int, ...]
    albums: tuple[Album, ...]
    artists: tuple[Artist, ...]


class Catalogues:
    """Works out what is made of tracks, and keeps it while the library stays as it is."""

    def __init__(self, library: Database, *, clock: Clock, stamp: Callable[[], Hashable]) -> None:
        self._library = library
        self._clock = clock
        self._stamp = stamp
        self._kept: OrderedDict[Hashable, Kept[Catalogue]] = OrderedDict()

    async def albums(self, condition: Condition = SHOWN, *, order: AlbumOrder) -> list[Album]:
        """All of them: at most a tenth of the tracks, so that they are sorted here."""
        return sorted_albums((await self._catalogue(condition)).albums, order)

    async def count_albums(self) -> int:
        """Of everything that is shown."""
        return len((await self._catalogue(SHOWN)).albums)

    async def artists(self, condition: Condition = SHOWN) -> Sequence[Artist]:
        """By name."""
        return (await self._catalogue(condition)).artists

    async def album(self, key: str) -> Album:
        """Raises `AlbumNotFound`."""
        for album in (await self._catalogue(SHOWN)).albums:
            if album.key == key:
                return album
        raise AlbumNotFound("there is no such album any more")

    async def artist(self, key: str) -> tuple[Artist, list[Album]]:
        """And the albums, the newest first. Raises `ArtistNotFound`."""
        catalogue = await self._catalogue(SHOWN)
        for artist in catalogue.artists:
            if artist.key == key:
                own = [album for album in catalogue.albums if album.artist_key == key]
                return artist, sorted_albums(own, AlbumOrder.YEAR)
        raise ArtistNotFound("there is no such artist any more")

    async def find(self, text: str, condition: Condition = SHOWN) -> Found:
        """What a person is typing: every word must be there, each may be unfinished."""
        tracks, track_ids = await self._library.read(find_typed, text, condition, count=FOUND_TRACKS_MAX)
        if not text.strip():
            return Found(0, (), (), ())
        catalogue = await self._catalogue(condition, patience_seconds=TYPING_PATIENCE_SECONDS)
        return Found(
            tracks,
            tuple(track_ids),
            tuple(matching(text, catalogue.albums, lambda album: (album.title, album.artist))),
            tuple(matching(text, catalogue.artists, lambda artist: (artist.name,))),
        )

    async def _catalogue(self, condition: Condition, *, patience_seconds: float = 0.0) -> Catalogue:
        key = (condition.sql, json.dumps(dict(condition.values), sort_keys=True, default=repr))
        kept = self._kept.get(key)
        if kept is None:

            async def build() -> Catalogue:
                return await self._library.read(read_catalogue, condition)

            kept = self._kept[key] = Kept(build, clock=self._clock, stamp=self._stamp)
            if len(self._kept) > CATALOGUES_MAX:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return (await kept.get(patience_seconds=patience_seconds))[1]


def matching(text: str, things: Iterable[T], names_of: Callable[[T], tuple[str, ...]]) -> list[T]:
    """Those in whose names a word begins with each word of the text. First those that begin as the text does."""
    wanted = (folded(text) or "").split()
    whole = " ".join(wanted)
    found: list[tuple[int, int, T]] = []
    for place, thing in enumerate(things):
        names = [folded(name) or "" for name in names_of(thing)]
        words = " ".join(names)
        if all(_begins_a_word(word, words) for word in wanted) and any(
            _begins_a_word(word, names[0]) for word in wanted
        ):
            first = 0 if names[0] == whole else 1 if names[0].startswith(whole) else 2
            found.append((first, place, thing))
    return [thing for *_, thing in sorted(found, key=lambda one: one[:2])]


def _begins_a_word(word: str, text: str) -> bool:
    at = text.find(word)
    while at > 0 and text[at - 1].isalnum() and not is_inside(word):
        at = text.find(word, at + 1)
    return at >= 0
