"""`/api/playlists`, `/api/smart-playlists`: read and edited, at once and with every server down."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from soul_player.client import (
    Client,
    ListOrder,
    LocalTrackId,
    Playlist,
    PlaylistEntry,
    QuerySyntaxError,
    SmartPlaylist,
    SourceId,
)
from soul_player.edges import Clock
from soul_player.ui.api.answers import Answer, message_answer, no_content
from soul_player.ui.api.calls import Call
from soul_player.ui.api.lists import Id, QueryText
from soul_player.ui.queries import bad_query

ADDED_AT_ONCE_MAX = 10_000
Name = Annotated[str, msgspec.Meta(max_length=1_000)]
EntryId = Annotated[str, msgspec.Meta(max_length=64)]


class PlaylistRow(msgspec.Struct, frozen=True):
    """`pending`: edits that its server has not taken yet. `is_orphan`: deleted at its server, kept here."""

    id: int
    name: str
    source_id: int | None
    source_name: str | None
    entries: int
    pending: int
    is_orphan: bool


class SmartPlaylistRow(msgspec.Struct, frozen=True):
    """A saved query, in an order."""

    id: int
    name: str
    query: str
    order: ListOrder


class PlaylistList(msgspec.Struct, frozen=True):
    """By name."""

    playlists: tuple[PlaylistRow, ...]
    smart: tuple[SmartPlaylistRow, ...]


class Entry(msgspec.Struct, frozen=True):
    """A place. `track_id`: null for a track that this device does not know; the words are then what was kept of it."""

    id: str
    track_id: int | None
    title: str
    artist: str | None
    duration_seconds: float | None
    is_pending: bool


class WholePlaylist(msgspec.Struct, frozen=True):
    """A playlist with every entry, in order."""

    playlist: PlaylistRow
    entries: tuple[Entry, ...]


class NewPlaylist(msgspec.Struct, frozen=True):
    """`source_id`: of this source; null: of this device only."""

    name: Name
    source_id: Id | None = None
    track_ids: Annotated[list[Id], msgspec.Meta(max_length=ADDED_AT_ONCE_MAX)] = []


class Made(msgspec.Struct, frozen=True):
    """What was made."""

    id: int


class Rename(msgspec.Struct, frozen=True):
    """Another name."""

    name: Name


class AddEntries(msgspec.Struct, frozen=True):
    """`after`: an entry's id; null: at the start; left out: at the end."""

    track_ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=ADDED_AT_ONCE_MAX)]
    after: EntryId | UnsetType | None = UNSET


class AddedEntries(msgspec.Struct, frozen=True):
    """The new entries, in their order."""

    ids: tuple[str, ...]


class MoveEntry(msgspec.Struct, frozen=True):
    """Behind `after`; null: to the start."""

    after: EntryId | None


class NewSmartPlaylist(msgspec.Struct, frozen=True):
    """A name for a query."""

    name: Name
    query: QueryText
    order: ListOrder = ListOrder.ARTIST


class PlaylistRoutes:
    """`client.playlists` reads, `client.edits` changes."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def list(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """All playlists, and the smart ones."""
        playlists = await self._client.playlists.list()
        smart = await self._client.smart_playlists.list()
        return message_answer(PlaylistList(tuple(map(_playlist, playlists)), tuple(map(_smart, smart))))

    async def read(self, call: Call) -> Answer:
        """One with its entries."""
        playlist, entries = await self._client.playlists.read(_id(call))
        return message_answer(WholePlaylist(_playlist(playlist), tuple(map(_entry, entries))))

    async def create(self, call: Call) -> Answer:
        """A new playlist, with tracks in it if some are named."""
        asked = await call.message(NewPlaylist)
        source_id = None if asked.source_id is None else SourceId(asked.source_id)
        playlist_id = await self._client.edits.create_playlist(asked.name, source_id=source_id)
        if asked.track_ids:
            await self._client.edits.add_entries(playlist_id, [LocalTrackId(one) for one in asked.track_ids])
        return message_answer(Made(playlist_id), status=201)

    async def rename(self, call: Call) -> Answer:
        """Another name."""
        await self._client.edits.rename_playlist(_id(call), (await call.message(Rename)).name)
        return no_content()

    async def delete(self, call: Call) -> Answer:
        """Gone here at once; where another device has changed it meanwhile, you are asked."""
        await self._client.edits.delete_playlist(_id(call))
        return no_content()

    async def add(self, call: Call) -> Answer:
        """Put tracks into it."""
        asked = await call.message(AddEntries)
        tracks = [LocalTrackId(one) for one in asked.track_ids]
        return message_answer(
            AddedEntries(tuple(await self._client.edits.add_entries(_id(call), tracks, after=asked.after))), status=201
        )

    async def move(self, call: Call) -> Answer:
        """Put an entry behind another one."""
        asked = await call.message(MoveEntry)
        await self._client.edits.move_entry(_id(call), call.path_text("entry_id"), after=asked.after)
        return no_content()

    async def remove(self, call: Call) -> Answer:
        """Take an entry out."""
        await self._client.edits.remove_entry(_id(call), call.path_text("entry_id"))
        return no_content()

    async def create_smart(self, call: Call) -> Answer:
        """A new smart playlist; a query that is none is refused with the place of its fault."""
        asked = await call.message(NewSmartPlaylist)
        try:
            made = await self._client.smart_playlists.add(asked.name, asked.query, order=asked.order)
        except QuerySyntaxError as error:
            raise bad_query(error) from error
        return message_answer(Made(made), status=201)

    async def change_smart(self, call: Call) -> Answer:
        """Another name, query, order."""
        asked = await call.message(NewSmartPlaylist)
        try:
            await self._client.smart_playlists.change(_id(call), asked.name, asked.query, order=asked.order)
        except QuerySyntaxError as error:
            raise bad_query(error) from error
        return no_content()

    async def remove_smart(self, call: Call) -> Answer:
        """Forget the query; no track is touched."""
        await self._client.smart_playlists.remove(_id(call))
        return no_content()


def _id(call: Call) -> int:
    return call.path_id("playlist_id", missing="playlist_not_found")


def _playlist(playlist: Playlist) -> PlaylistRow:
    return msgspec.convert(playlist, PlaylistRow, from_attributes=True)


def _smart(playlist: SmartPlaylist) -> SmartPlaylistRow:
    return msgspec.convert(playlist, SmartPlaylistRow, from_attributes=True)


def _entry(entry: PlaylistEntry) -> Entry:
    return msgspec.convert(entry, Entry, from_attributes=True)
