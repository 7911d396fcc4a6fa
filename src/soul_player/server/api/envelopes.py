"""The JSON of a page of a user's feeds: an initial run has one list, a later one tells new, updated and deleted."""

import msgspec

from soul_player.server.store.user_feeds import PlaylistsSlice, UserDataSlice


def playlists_envelope(found: PlaylistsSlice, cursor: str, *, total: int | None) -> bytes:
    """Headers and entries."""
    fields: dict[str, object] = {"entries": found.entries, "removed_entries": found.removed_entries}
    if found.is_initial:
        fields = {"playlists": found.live, **fields, "total": total}
    else:
        fields = {
            "new_playlists": found.new,
            "updated_playlists": found.updated,
            "deleted_playlists": found.deleted,
            **fields,
        }
    return msgspec.json.encode({**fields, "next_cursor": cursor, "has_more": found.has_more})


def user_data_envelope(found: UserDataSlice, cursor: str, *, total: int | None) -> bytes:
    """One row a track."""
    fields: dict[str, object]
    if found.is_initial:
        fields = {"user_data": found.live, "total": total}
    else:
        fields = {
            "new_user_data": found.new,
            "updated_user_data": found.updated,
            "deleted_user_data": found.deleted,
        }
    return msgspec.json.encode({**fields, "next_cursor": cursor, "has_more": found.has_more})
