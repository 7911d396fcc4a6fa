"""SQL of playlists and their entries, each statement bound to its owner."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.database.access import Reader, Writer
from soul_player.server.store.user_data import Stamp

FIND = """
    SELECT seq, name, named_at, named_by, named_n, changed_by, deleted_at, deleted_by, places
      FROM playlists
     WHERE user_id = :user_id
       AND id = :id
"""

CREATE = """
    INSERT INTO playlists (user_id, id, seq, name, description, named_at, named_by, named_n, created_at, updated_at,
                           changed_by)
    VALUES (:user_id, :id, :seq, :name, :description, :at, :device_id, :n, :at, :now_ms, :device_id)
"""

RENAME = """
    UPDATE playlists
       SET seq = :seq,
           name = :name,
           named_at = :at,
           named_by = :device_id,
           named_n = :n,
           changed_by = :device_id,
           updated_at = :now_ms
     WHERE user_id = :user_id
       AND id = :id
"""

TOUCH_NAME = """
    UPDATE playlists
       SET named_at = :at,
           named_by = :device_id,
           named_n = :n
     WHERE user_id = :user_id
       AND id = :id
"""

DELETE = """
    UPDATE playlists
       SET seq = :seq,
           deleted_at = :now_ms,
           deleted_by = :device_id,
           updated_at = :now_ms
     WHERE user_id = :user_id
       AND id = :id
"""

ENTRY_CHANGED_ELSEWHERE = """
    SELECT 1
      FROM playlist_entries
     WHERE user_id = :user_id
       AND playlist_id = :playlist_id
       AND seq > :seen_seq
       AND changed_by <> :device_id
     LIMIT 1
"""

COUNT_ENTRIES = """
    SELECT COUNT(*)
      FROM playlist_entries
     WHERE user_id = :user_id
       AND playlist_id = :playlist_id
       AND is_removed = 0
"""

FIND_ENTRY = """
    SELECT playlist_id, track_id, position, seq, is_removed
      FROM playlist_entries
     WHERE user_id = :user_id
       AND id = :id
"""

LAST_ENTRY = """
    SELECT position, id
      FROM playlist_entries
     WHERE user_id = :user_id
       AND playlist_id = :playlist_id
     ORDER BY position DESC, id DESC
     LIMIT 1
"""

ENTRIES_AFTER = """
    SELECT position, id
      FROM playlist_entries
     WHERE user_id = :user_id
       AND playlist_id = :playlist_id
       AND (position, id) > (:position, :id)
     ORDER BY position, id
     LIMIT :count
"""

ENTRIES_BEFORE = """
    SELECT position, id
      FROM playlist_entries
     WHERE user_id = :user_id
       AND playlist_id = :playlist_id
       AND (position, id) < (:position, :id)
     ORDER BY position DESC, id DESC
     LIMIT :count
"""

ADD_ENTRY = """
    INSERT INTO playlist_entries (user_id, id, playlist_id, track_id, position, seq, added_at, is_removed, changed_by)
    VALUES (:user_id, :id, :playlist_id, :track_id, :position, :seq, :added_at, 0, :device_id)
"""

MOVE_ENTRY = """
    UPDATE playlist_entries
       SET position = :position,
           seq = :seq,
           changed_by = :device_id
     WHERE user_id = :user_id
       AND id = :id
"""

# A rebalancing changes nobody's order, so it counts as nobody's edit: `changed_by` stays. A removed entry keeps only
# its place; nobody is told of it.
REPLACE_POSITION = """
    UPDATE playlist_entries
       SET position = :position,
           seq = CASE WHEN is_removed = 1 THEN seq ELSE :seq END
     WHERE user_id = :user_id
       AND id = :id
    RETURNING is_removed
"""

REMOVE_ENTRY = """
    UPDATE playlist_entries
       SET is_removed = 1,
           seq = :seq,
           changed_by = :device_id
     WHERE user_id = :user_id
       AND id = :id
"""

# Deleted more than 30 days ago: the rows go. The playlist's tombstone stays in the change log for its 180.
DELETED_LONG_AGO = "SELECT user_id, id FROM playlists WHERE deleted_at < :before LIMIT :count"

FORGET_ENTRY_CHANGES = """
    DELETE FROM sync_change
     WHERE scope = :scope
       AND kind = 'entry'
       AND entity_id IN (SELECT id FROM playlist_entries WHERE user_id = :user_id AND playlist_id = :id)
"""

FORGET_ENTRIES = """
    DELETE FROM playlist_entries
     WHERE user_id = :user_id
       AND playlist_id = :id
"""

FORGET_PLAYLIST = """
    DELETE FROM playlists
     WHERE user_id = :user_id
       AND id = :id
"""

# Removed entries whose tombstone was purged: nobody can name them as an anchor any more.
FORGET_PURGED_ENTRIES = """
    DELETE FROM playlist_entries
     WHERE user_id = :user_id
       AND is_removed = 1
       AND NOT EXISTS (
               SELECT 1
                 FROM sync_change
                WHERE scope = :scope
                  AND kind = 'entry'
                  AND entity_id = playlist_entries.id
           )
"""


@dataclass(frozen=True)
class PlaylistRow:
    """A header; `deleted_at` is None while it lives. `places`: at least as many as it has, removed entries included."""

    seq: int
    name: str
    name_stamp: Stamp
    changed_by: str
    deleted_at: int | None
    deleted_by: str | None
    places: int


@dataclass(frozen=True)
class EntryRow:
    """One place."""

    playlist_id: bytes
    track_id: bytes
    position: bytes
    seq: int
    is_removed: bool


# A place in the order of a playlist: position and entry.
Place = tuple[bytes, bytes]


async def find_playlist(store: Reader, user_id: bytes, playlist_id: bytes) -> PlaylistRow | None:
    """The header, also of one that was deleted and not forgotten yet."""
    row = await store.one(FIND, user_id=user_id, id=playlist_id)
    if row is None:
        return None
    seq, name, named_at, named_by, named_n, changed_by, deleted_at, deleted_by, places = row
    stamp = Stamp(int(named_at), named_by.encode(), int(named_n))
    return PlaylistRow(int(seq), name, stamp, changed_by, deleted_at, deleted_by, int(places))


async def entry_changed_elsewhere(
    store: Reader, user_id: bytes, playlist_id: bytes, *, seen_seq: int, device_id: str
) -> bool:
    """Whether another device touched any entry after that position."""
    row = await store.one(
        ENTRY_CHANGED_ELSEWHERE, user_id=user_id, playlist_id=playlist_id, seen_seq=seen_seq, device_id=device_id
    )
    return row is not None


async def count_entries(store: Reader, user_id: bytes, playlist_id: bytes) -> int:
    """Its length."""
    row = await store.one(COUNT_ENTRIES, user_id=user_id, playlist_id=playlist_id)
    assert row is not None
    return int(row[0])


async def find_entry(store: Reader, user_id: bytes, entry_id: bytes) -> EntryRow | None:
    """The entry, also one that was removed and not forgotten yet."""
    row = await store.one(FIND_ENTRY, user_id=user_id, id=entry_id)
    if row is None:
        return None
    return EntryRow(bytes(row[0]), bytes(row[1]), bytes(row[2]), int(row[3]), bool(row[4]))


async def last_place(store: Reader, user_id: bytes, playlist_id: bytes) -> Place | None:
    """The end of the playlist, counting removed entries, which keep their places."""
    row = await store.one(LAST_ENTRY, user_id=user_id, playlist_id=playlist_id)
    return None if row is None else (bytes(row[0]), bytes(row[1]))


async def places_after(
    store: Reader, user_id: bytes, playlist_id: bytes, place: Place, *, count: int
) -> Sequence[Place]:
    """The next places in order."""
    rows = await store.all(
        ENTRIES_AFTER, user_id=user_id, playlist_id=playlist_id, position=place[0], id=place[1], count=count
    )
    return [(bytes(position), bytes(entry_id)) for position, entry_id in rows]


async def places_before(
    store: Reader, user_id: bytes, playlist_id: bytes, place: Place, *, count: int
) -> Sequence[Place]:
    """The places before it, in order."""
    rows = await store.all(
        ENTRIES_BEFORE, user_id=user_id, playlist_id=playlist_id, position=place[0], id=place[1], count=count
    )
    return [(bytes(position), bytes(entry_id)) for position, entry_id in reversed(rows)]


async def replace_position(store: Writer, user_id: bytes, entry_id: bytes, *, position: str, seq: int) -> bool:
    """Another key at the same place; whether the entry is there to be told of."""
    row = await store.one(REPLACE_POSITION, user_id=user_id, id=entry_id, position=position.encode(), seq=seq)
    assert row is not None
    return not row[0]


async def forget_deleted(store: Writer, *, before_ms: int, count: int) -> list[tuple[bytes, bytes]]:
    """Playlists deleted before then, at most `count`, as (user, playlist); the caller forgets each under its head."""
    rows = await store.all(DELETED_LONG_AGO, before=before_ms, count=count)
    return [(bytes(user_id), bytes(playlist_id)) for user_id, playlist_id in rows]


async def forget_playlist(store: Writer, scope: str, user_id: bytes, playlist_id: bytes) -> None:
    """Its rows go; edits that still name it will be answered `blocked`."""
    await store.run(FORGET_ENTRY_CHANGES, scope=scope, user_id=user_id, id=playlist_id)
    await store.run(FORGET_ENTRIES, user_id=user_id, id=playlist_id)
    await store.run(FORGET_PLAYLIST, user_id=user_id, id=playlist_id)


async def forget_purged_entries(store: Writer, scope: str, user_id: bytes) -> int:
    """After tombstones were purged: the removed entries that went with them."""
    return await store.run(FORGET_PURGED_ENTRIES, scope=scope, user_id=user_id)
