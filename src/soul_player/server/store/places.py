"""SQL of how many places a playlist has: kept beside it, because counting them for each edit costs a fifth of it."""

from collections.abc import Mapping

from soul_player.database.access import Reader, Writer

# Along the index of positions, removed entries included: it looks at no row.
COUNT = "SELECT COUNT(*) FROM playlist_entries WHERE user_id = :user_id AND playlist_id = :playlist_id"

SAVE = "UPDATE playlists SET places = :places WHERE user_id = :user_id AND id = :id"


async def count_places(store: Reader, user_id: bytes, playlist_id: bytes) -> int:
    """Counted anew: since removed entries were purged it may be less than what is kept."""
    row = await store.one(COUNT, user_id=user_id, playlist_id=playlist_id)
    assert row is not None
    return int(row[0])


async def save_places(store: Writer, user_id: bytes, places: Mapping[bytes, int]) -> None:
    """What the next batch begins with, for each playlist that this one added to."""
    if places:
        await store.run_many(SAVE, [(count, user_id, playlist_id) for playlist_id, count in places.items()])
