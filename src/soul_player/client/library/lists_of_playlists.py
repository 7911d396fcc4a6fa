"""Reading playlists: all of them, one with its entries, and what waits to be sent."""

from collections.abc import Sequence

from soul_player.client.errors import PlaylistNotFound
from soul_player.client.library.marks import find_marks
from soul_player.client.library.model import LocalTrackId
from soul_player.client.library.overlay import Marks
from soul_player.client.library.playlists import (
    Playlist,
    PlaylistEntry,
    find_playlist,
    list_entries,
    list_playlists,
)
from soul_player.client.library.sync_queue import count_waiting
from soul_player.client.library.waiting import WaitingEdits, list_waiting
from soul_player.database.access import Database, Reader


class Playlists:
    """What this device shows of playlists, favourites, ratings and plays. Nothing here waits on a network."""

    def __init__(self, library: Database) -> None:
        self._library = library

    async def find(self, name_or_id: str) -> Playlist:
        """By id, by name, or by the beginning of one name. Raises `PlaylistNotFound`, which lists those that fit."""
        playlists = await self._library.read(list_playlists)
        wanted = name_or_id.casefold()
        for fitting in (
            [one for one in playlists if name_or_id in (str(one.id), one.remote_id)],
            [one for one in playlists if one.name.casefold() == wanted],
            # Nothing begins every name: a variable that a script never set must not mean the only playlist.
            [one for one in playlists if wanted and one.name.casefold().startswith(wanted)],
        ):
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                raise PlaylistAmbiguous(name_or_id, tuple(one.id for one in fitting))
        raise PlaylistNotFound(f"there is no playlist {name_or_id}", hint="soul playlist list shows them")

    async def read(self, playlist_id: int) -> tuple[Playlist, list[PlaylistEntry]]:
        """One with its entries, of one moment. Raises `PlaylistNotFound`."""
        return await self._library.read(_with_entries, playlist_id)

    async def marks(self, track_id: LocalTrackId) -> Marks:
        """Favourite, rating and plays of one recording."""
        return await self._library.read(find_marks, track_id)

    async def waiting_edits(self) -> int:
        """Edits that no server has answered yet."""
        return await self._library.read(count_waiting)

    async def waiting(self) -> Sequence[WaitingEdits]:
        """The same put together as a person made them, the newest first."""
        return await self._library.read(list_waiting)

    async def list(self) -> list[Playlist]:
        """By name."""
        return await self._library.read(list_playlists)


class PlaylistAmbiguous(PlaylistNotFound):
    """Several playlists fit; `ids` are theirs."""

    code = "playlist_ambiguous"

    def __init__(self, wanted: str, ids: tuple[int, ...]) -> None:
        super().__init__(
            f"{wanted} fits several playlists", hint=f"give one of the ids {', '.join(str(one) for one in ids)}"
        )
        self.ids = ids


async def _with_entries(library: Reader, playlist_id: int) -> tuple[Playlist, list[PlaylistEntry]]:
    playlist = await find_playlist(library, playlist_id)
    if playlist is None:
        raise PlaylistNotFound(f"no playlist has the id {playlist_id}")
    return playlist, await list_entries(library, playlist_id)
