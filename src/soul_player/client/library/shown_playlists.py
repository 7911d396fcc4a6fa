"""Keeping what is shown of playlists in step: after an edit, a page, or an answer, in the transaction of its cause."""

from collections.abc import Collection

from soul_player.client.library.accounts import Account
from soul_player.client.library.held_entries import places_kept
from soul_player.client.library.model import SourceId
from soul_player.client.library.overlay import (
    START,
    Header,
    Place,
    ShownEntry,
    ShownPlaylist,
    base_playlist,
    lay,
)
from soul_player.client.library.server_rows import FORGET_REMOVED, entries_of, find_header, find_server_entry
from soul_player.client.library.sync_queue import any_held, keep_places, overlay_of, playlist_group
from soul_player.database.access import Reader, Row, Writer

FIND = """
    SELECT id
      FROM playlists
     WHERE uid = :uid
       AND source_id = :source_id
"""

PUT_HEADER = """
    INSERT INTO playlists (uid, source_id, name, description, created_at, updated_at, is_deleted, is_orphan)
    VALUES (:uid, :source_id, :name, :description, :created_at, :updated_at, :is_deleted, :is_orphan)
        ON CONFLICT (uid, COALESCE(source_id, 0)) DO UPDATE
       SET name = excluded.name, description = excluded.description, created_at = excluded.created_at,
           updated_at = excluded.updated_at, is_deleted = excluded.is_deleted, is_orphan = excluded.is_orphan
    RETURNING id
"""

PUT_ENTRY = """
    INSERT INTO playlist_entries (playlist_id, entry_uid, remote_track_id, track_id, position, added_at, is_removed)
    VALUES (:playlist_id, :entry_uid, :remote_track_id, :track_id, :position, :added_at, :is_removed)
        ON CONFLICT (playlist_id, entry_uid) DO UPDATE
       SET remote_track_id = excluded.remote_track_id, track_id = excluded.track_id, position = excluded.position,
           added_at = excluded.added_at, is_removed = excluded.is_removed
"""

DROP = """
    DELETE FROM playlists
     WHERE id = :id
"""

DROP_ENTRY = """
    DELETE FROM playlist_entries
     WHERE playlist_id = :playlist_id
       AND entry_uid = :entry_uid
"""

DROP_REMOVED = """
    DELETE FROM playlist_entries
     WHERE playlist_id = :playlist_id
       AND is_removed = 1
"""

PLACES = """
    SELECT entry_uid, remote_track_id, position, added_at, track_id, is_removed
      FROM playlist_entries
     WHERE playlist_id = :playlist_id
"""

FIND_ENTRY = """
    SELECT entry_uid, remote_track_id, position, added_at, track_id, is_removed
      FROM playlist_entries
     WHERE playlist_id = :playlist_id
       AND entry_uid = :entry_uid
"""

LAST = """
    SELECT position, entry_uid
      FROM playlist_entries
     WHERE playlist_id = :playlist_id
     ORDER BY position DESC, entry_uid DESC
     LIMIT 1
"""

# An entry that is being moved is no neighbour of its own.
FOLLOWING = """
    SELECT position, entry_uid
      FROM playlist_entries
     WHERE playlist_id = :playlist_id
       AND position > :position
       AND entry_uid IS NOT :moving
     ORDER BY position, entry_uid
     LIMIT 1
"""


async def find_shown(library: Reader, source_id: SourceId, uid: bytes) -> int | None:
    """This device's id of a source's playlist, when it is shown (or hidden until its deletion is confirmed)."""
    row = await library.one(FIND, uid=uid, source_id=source_id)
    return None if row is None else int(row[0])


async def refresh_playlist(
    library: Writer, account: Account, uid: bytes, *, touched: Collection[bytes] | None = None
) -> None:
    """Bring it in step with its rows and operations. `touched`: the only entries whose rows or operations changed.

    Without operations what is shown is the server's rows, so that only what was touched has to be looked at: an edit
    costs the same in a playlist of ten thousand entries as in one of ten.
    """
    source_id = account.source_id
    operations = await overlay_of(library, account, playlist_group(uid))
    header = await find_header(library, source_id, uid)
    shown_id = await find_shown(library, source_id, uid)
    if not operations:
        await library.run(FORGET_REMOVED, source_id=source_id, playlist_id=uid)
        if touched is not None and shown_id is not None and header is not None:
            await put_header(library, source_id, uid, header)
            await _refresh_entries(library, source_id, uid, shown_id, touched)
            return
    playlist = lay(base_playlist(header, await entries_of(library, source_id, uid)), operations)
    await keep_places(library, account, places_kept(playlist, operations))
    await _write(library, source_id, uid, shown_id, playlist)


async def settle_held_entries(library: Writer, account: Account, playlist_id: int, uid: bytes) -> None:
    """After an edit: an entry that is held back stands behind what stands before it now."""
    group = playlist_group(uid)
    if not await any_held(library, account, group):
        return
    operations = await overlay_of(library, account, group)
    shown = ShownPlaylist(None)
    for entry in (await shown_entries(library, playlist_id)).values():
        shown.put(entry)
    await keep_places(library, account, places_kept(shown, operations))
    await refresh_playlist(library, account, uid)


async def compute_playlist(library: Reader, account: Account, uid: bytes) -> ShownPlaylist:
    """What is right to be shown, by the definition."""
    base = base_playlist(
        await find_header(library, account.source_id, uid), await entries_of(library, account.source_id, uid)
    )
    return lay(base, await overlay_of(library, account, playlist_group(uid)))


async def put_header(library: Writer, source_id: SourceId | None, uid: bytes, header: Header) -> int:
    """The shown header; this device's id of it."""
    row = await library.one(
        PUT_HEADER,
        uid=uid,
        source_id=source_id,
        name=header.name,
        description=header.description,
        created_at=header.created_at,
        updated_at=header.updated_at,
        is_deleted=int(header.is_deleted),
        is_orphan=int(header.is_orphan),
    )
    assert row is not None
    return int(row[0])


async def put_entry(library: Writer, playlist_id: int, entry: ShownEntry) -> None:
    """One shown place."""
    await library.run_many(PUT_ENTRY, [_values(playlist_id, entry)])


async def shown_entries(library: Reader, playlist_id: int) -> dict[bytes, ShownEntry]:
    """Every place of it, the removed ones too."""
    rows = await library.all(PLACES, playlist_id=playlist_id)
    return {entry.entry_id: entry for entry in map(_entry, rows)}


async def find_shown_entry(library: Reader, playlist_id: int, entry_id: bytes) -> ShownEntry | None:
    """One place of it."""
    row = await library.one(FIND_ENTRY, playlist_id=playlist_id, entry_uid=entry_id)
    return None if row is None else _entry(row)


async def last_place(library: Reader, playlist_id: int) -> Place:
    """The end, counting removed entries, which keep their places."""
    row = await library.one(LAST, playlist_id=playlist_id)
    return START if row is None else (row[0], bytes(row[1]))


async def following_position(library: Reader, playlist_id: int, place: Place, *, moving: bytes | None) -> str | None:
    """The position of the next place."""
    row = await library.one(FOLLOWING, playlist_id=playlist_id, position=place[0], moving=moving)
    return None if row is None else str(row[0])


async def _refresh_entries(
    library: Writer, source_id: SourceId, uid: bytes, shown_id: int, touched: Collection[bytes]
) -> None:
    rows = []
    for entry_id in touched:
        entry = await find_server_entry(library, source_id, entry_id, playlist=uid)
        if entry is None:
            await library.run(DROP_ENTRY, playlist_id=shown_id, entry_uid=entry_id)
        else:
            rows.append(_values(shown_id, entry))
    await library.run_many(PUT_ENTRY, rows)
    await library.run(DROP_REMOVED, playlist_id=shown_id)


async def _write(
    library: Writer, source_id: SourceId, uid: bytes, shown_id: int | None, playlist: ShownPlaylist
) -> None:
    """Only what differs is written."""
    if playlist.header is None:
        if shown_id is not None:
            await library.run(DROP, id=shown_id)
        return
    shown_id = await put_header(library, source_id, uid, playlist.header)
    held = await shown_entries(library, shown_id)
    for entry_id in held.keys() - playlist.entries.keys():
        await library.run(DROP_ENTRY, playlist_id=shown_id, entry_uid=entry_id)
    changed = [
        _values(shown_id, entry)
        for entry_id, entry in playlist.entries.items()
        if entry_id not in held or _values(shown_id, held[entry_id]) != _values(shown_id, entry)
    ]
    await library.run_many(PUT_ENTRY, changed)


def _values(playlist_id: int, entry: ShownEntry) -> tuple[int, bytes, bytes | None, int | None, str, str, int]:
    return (
        playlist_id,
        entry.entry_id,
        entry.remote_track_id,
        entry.track_id,
        entry.position,
        entry.added_at,
        int(entry.is_removed),
    )


def _entry(row: Row) -> ShownEntry:
    return ShownEntry(
        bytes(row[0]),
        None if row[1] is None else bytes(row[1]),
        row[2],
        row[3],
        track_id=row[4],
        is_removed=bool(row[5]),
    )
