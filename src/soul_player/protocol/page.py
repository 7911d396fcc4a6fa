"""The pages of the feeds and the heads they are measured against."""

import msgspec

from soul_player.protocol.ids import EraId, ServerId, TrackId
from soul_player.protocol.track import Track


class TracksPage(msgspec.Struct, frozen=True):
    """`GET /api/sync/tracks`. One type for both shapes: the first run fills `tracks` and `total`, later ones the rest.

    Clients upsert `tracks`, `new_tracks` and `updated_tracks` alike: the difference is advisory (section 2).
    """

    next_cursor: str
    has_more: bool
    tracks: tuple[Track, ...] = ()
    new_tracks: tuple[Track, ...] = ()
    updated_tracks: tuple[Track, ...] = ()
    deleted_tracks: tuple[TrackId, ...] = ()
    total: int | None = None


class Heads(msgspec.Struct, frozen=True):
    """`GET /api/sync/heads`: the newest position of every scope that the user may see (`library`, `user:<id>`)."""

    server_id: ServerId
    era: EraId
    heads: dict[str, int]
    server_time: str
