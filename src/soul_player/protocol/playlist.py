"""Playlists, entries and user data as they travel, and the pages they come in."""

import msgspec

from soul_player.protocol.ids import EntryId, PlaylistId, TrackId


class Playlist(msgspec.Struct, frozen=True, omit_defaults=True):
    """A playlist's header. Its entries travel on their own."""

    id: PlaylistId
    name: str
    created_at: str
    updated_at: str
    seq: int
    description: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """One place in a playlist. `position` is the server's: entries sort bytewise by `(position, id)`."""

    id: EntryId
    playlist_id: PlaylistId
    track_id: TrackId
    position: str
    added_at: str
    seq: int


class UserData(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one user did with a track. The times of `favourite` and `rating` are those of the edit that set them."""

    track_id: TrackId
    play_count: int
    favourite: bool
    updated_at: str
    seq: int
    last_played_at: str | None = None
    favourited_at: str | None = None
    rating: int | None = None
    rated_at: str | None = None


class PlaylistsPage(msgspec.Struct, frozen=True):
    """`GET /api/sync/playlists`: headers and entries, counted together. An entry may come before its header."""

    next_cursor: str
    has_more: bool
    entries: tuple[Entry, ...] = ()
    removed_entries: tuple[EntryId, ...] = ()
    playlists: tuple[Playlist, ...] = ()
    new_playlists: tuple[Playlist, ...] = ()
    updated_playlists: tuple[Playlist, ...] = ()
    deleted_playlists: tuple[PlaylistId, ...] = ()
    total: int | None = None


class UserDataPage(msgspec.Struct, frozen=True):
    """`GET /api/sync/user-data`."""

    next_cursor: str
    has_more: bool
    user_data: tuple[UserData, ...] = ()
    new_user_data: tuple[UserData, ...] = ()
    updated_user_data: tuple[UserData, ...] = ()
    deleted_user_data: tuple[TrackId, ...] = ()
    total: int | None = None


class Digest(msgspec.Struct, frozen=True):
    """`GET /api/sync/digest`: proves that two sides hold the same rows at `head`."""

    head: int
    count: int
    digest: str
