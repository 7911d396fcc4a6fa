"""Scopes and kinds: whose history a change belongs to, and in which feed it is told."""

from enum import StrEnum

from soul_player.protocol.cursor import Feed
from soul_player.protocol.ids import UserId

LIBRARY = "library"


def user_scope(user_id: UserId) -> str:
    """The scope of one user's playlists and user data."""
    return f"user:{user_id}"


class Kind(StrEnum):
    """What a change is about. The id of `user_data` is the track's."""

    TRACK = "track"
    PLAYLIST = "playlist"
    ENTRY = "entry"
    USER_DATA = "user_data"


FEED_OF_KIND = {
    Kind.TRACK: Feed.TRACKS,
    Kind.PLAYLIST: Feed.PLAYLISTS,
    Kind.ENTRY: Feed.PLAYLISTS,
    Kind.USER_DATA: Feed.USER_DATA,
}
