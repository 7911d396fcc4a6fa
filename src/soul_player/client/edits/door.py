"""The only door for changing anything: each edit is one transaction, visible at once, with every server down."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from soul_player.client.edits.act import Act
from soul_player.client.edits.entries import add_entries, move_entry, remove_entry
from soul_player.client.edits.marks import record_play, set_favourite, set_rating
from soul_player.client.edits.playlist_files import (
    WHAT_A_FILE_SAYS,
    FileLine,
    Imported,
    is_playlist,
    match_lines,
    paths_of,
    read_m3u8,
    still_there,
    write_m3u8,
)
from soul_player.client.edits.playlists import create_playlist, delete_playlist, rename_playlist
from soul_player.client.errors import EditInvalid, PlaylistNotFound, TrackNotFound
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.library.playlists import find_playlist, list_entries
from soul_player.database.access import Database, Reader, Writer
from soul_player.edges import Clock, Randomness
from soul_player.protocol.operation import NAME_CHARS_MAX

# Of a line that matches nothing: what is no playlist at all may have long ones.
SHOWN_CHARS_MAX = 200


class Edits:
    """What a person can change. Ids of playlists and tracks are this device's, those of entries are texts."""

    def __init__(self, library: Database, *, clock: Clock, randomness: Randomness) -> None:
        self._library = library
        self._clock = clock
        self._randomness = randomness

    async def create_playlist(
        self, name: str, *, source_id: SourceId | None = None, description: str | None = None
    ) -> int:
        """A new, empty playlist of a source, or (without one) of this device only; its id."""
        return await self._library.write(
            create_playlist, self._act(), name=name, source_id=source_id, description=description
        )

    async def rename_playlist(self, playlist_id: int, name: str) -> None:
        """Another name. Raises `PlaylistNotFound`, `EditInvalid`."""
        await self._library.write(rename_playlist, self._act(), playlist_id, name=name)

    async def delete_playlist(self, playlist_id: int) -> None:
        """Gone here at once; where another device has changed it meanwhile, you are asked."""
        await self._library.write(delete_playlist, self._act(), playlist_id)

    async def add_entries(
        self, playlist_id: int, track_ids: Sequence[LocalTrackId], *, after: str | UnsetType | None = UNSET
    ) -> list[str]:
        """Put tracks behind an entry (None: at the start; left out: at the end); the new entries' ids."""
        return await self._library.write(add_entries, self._act(), playlist_id, track_ids, after=after)

    async def move_entry(self, playlist_id: int, entry_id: str, *, after: str | UnsetType | None) -> None:
        """Put an entry behind another one (None: at the start; UNSET: at the end)."""
        await self._library.write(move_entry, self._act(), playlist_id, entry_id, after=after)

    async def remove_entry(self, playlist_id: int, entry_id: str) -> None:
        """Take an entry out."""
        await self._library.write(remove_entry, self._act(), playlist_id, entry_id)

    async def set_favourite(self, track_id: LocalTrackId, *, favourite: bool = True) -> None:
        """At every source that holds the recording. Raises `TrackNotFound`."""
        await self._library.write(set_favourite, self._act(), track_id, favourite=favourite)

    async def set_rating(self, track_id: LocalTrackId, rating: int | None) -> None:
        """1 to 5, or None for none; at every source that holds the recording."""
        await self._library.write(set_rating, self._act(), track_id, rating=rating)

    async def record_play(
        self, track_id: LocalTrackId, *, heard_seconds: float | None = None, source_id: SourceId | None = None
    ) -> bool:
        """A play that ends now (None: all of it was heard). False: too little of it to count."""
        return await self._library.write(
            record_play, self._act(), track_id, heard_seconds=heard_seconds, source_id=source_id
        )

    async def import_m3u8(self, text: str, *, name: str, source_id: SourceId | None = None) -> Imported:
        """A new playlist of a file's tracks; what matches none of yours is told. `name`: if the file tells none.

        Raises `EditInvalid` for what is no playlist, `TrackNotFound` when all of it matches none: nothing is made then.
        """
        told, lines = read_m3u8(text)
        if not is_playlist(text, lines):
            raise EditInvalid("the file is no playlist: it names no track", hint=WHAT_A_FILE_SAYS)
        # Before the transaction that writes: nobody else's edit waits for a look through the whole library.
        found = await self._library.read(match_lines, lines)
        matched = list(zip(lines, found, strict=True))
        return await self._library.write(_import, self._act(), matched, name=told or name, source_id=source_id)

    async def export_m3u8(self, playlist_id: int) -> str:
        """The playlist as other players read it. Raises `PlaylistNotFound`."""
        return await self._library.read(_export, playlist_id)

    def _act(self) -> Act:
        return Act(self._clock.now_ms(), self._randomness)


async def _import(
    library: Writer,
    act: Act,
    matched: Sequence[tuple[FileLine, LocalTrackId | None]],
    *,
    name: str,
    source_id: SourceId | None,
) -> Imported:
    called = name[:NAME_CHARS_MAX]
    there = await still_there(library, [track_id for _, track_id in matched if track_id is not None])
    tracks = [track_id for _, track_id in matched if track_id in there]
    if matched and not tracks:
        raise TrackNotFound(_none_of(matched[0][0], len(matched)), hint=WHAT_A_FILE_SAYS)
    playlist_id = await create_playlist(library, act, name=called, source_id=source_id)
    if tracks:
        await add_entries(library, act, playlist_id, tracks)
    unmatched = tuple(line for line, track_id in matched if track_id not in there)
    return Imported(playlist_id, called, len(tracks), unmatched)


def _none_of(first: FileLine, count: int) -> str:
    named = "the only track that the file names" if count == 1 else f"none of the {count} tracks that the file names"
    where = f"line {first.number} says {first.location[:SHOWN_CHARS_MAX]}"
    return f"{named} {'is not' if count == 1 else 'is'} among yours, so no playlist was made: {where}"


async def _export(library: Reader, playlist_id: int) -> str:
    playlist = await find_playlist(library, playlist_id)
    if playlist is None:
        raise PlaylistNotFound(f"no playlist has the id {playlist_id}", hint="soul playlist list shows them")
    entries = await list_entries(library, playlist_id)
    paths = await paths_of(library, [entry.track_id for entry in entries if entry.track_id is not None])
    return write_m3u8(playlist.name, entries, paths)
