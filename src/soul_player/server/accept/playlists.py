"""Playlists and their entries: both sides' edits survive; a deletion that meets an edit is a person's to decide."""

from msgspec import UnsetType

from soul_player.database.access import Value
from soul_player.protocol.codec import encode
from soul_player.protocol.ids import UserId, id_text
from soul_player.protocol.operation import (
    ENTRIES_PER_PLAYLIST_MAX,
    EntryAdd,
    EntryMove,
    EntryRemove,
    PlaylistCreate,
    PlaylistDelete,
    PlaylistRename,
    Reason,
)
from soul_player.protocol.push import PlaylistChangedState, PlaylistDeletedState
from soul_player.protocol.times import time_text
from soul_player.server.accept.edit import Applied, Blocked, Conflict, Edit, Outcome, Rejected, key
from soul_player.server.accept.placing import ForeignAnchor, UnknownAnchor, place_after
from soul_player.server.store.eras import read_standing
from soul_player.server.store.places import count_places
from soul_player.server.store.playlists import (
    ADD_ENTRY,
    CREATE,
    DELETE,
    MOVE_ENTRY,
    REMOVE_ENTRY,
    RENAME,
    TOUCH_NAME,
    PlaylistRow,
    count_entries,
    entry_changed_elsewhere,
    find_entry,
    find_playlist,
)
from soul_player.server.store.scopes import Kind, user_scope
from soul_player.server.store.user_data import knows_track


async def accept_create(edit: Edit, operation: PlaylistCreate) -> Outcome:
    """Under an id that is there already it is done; under a deleted one's, the deletion has to be answered first."""
    playlist_id = key(operation.playlist_id)
    held = await find_playlist(edit.store, edit.user_id, playlist_id)
    if held is not None:
        return Applied(held.seq) if held.deleted_at is None else _deleted(playlist_id, held)
    stamp = edit.stamp(operation.at, operation.n)
    seq = edit.move(Kind.PLAYLIST, playlist_id)
    await edit.store.run(
        CREATE,
        user_id=edit.user_id,
        id=playlist_id,
        seq=seq,
        name=operation.name,
        description=operation.description,
        at=stamp.at_ms,
        device_id=edit.device_id,
        n=stamp.n,
        now_ms=edit.now_ms,
    )
    return Applied(seq)


async def accept_rename(edit: Edit, operation: PlaylistRename) -> Outcome:
    """Last writer wins, by the time of the edit."""
    playlist_id = key(operation.playlist_id)
    held = await find_playlist(edit.store, edit.user_id, playlist_id)
    if held is None:
        return Blocked(Reason.UNKNOWN_PLAYLIST)
    if held.deleted_at is not None:
        return _deleted(playlist_id, held)
    stamp = edit.overwriting(operation.at, operation.n, held.name_stamp)
    if stamp is None:
        return Applied(held.seq)
    fields: dict[str, Value] = {
        "user_id": edit.user_id,
        "id": playlist_id,
        "at": stamp.at_ms,
        "device_id": edit.device_id,
        "n": stamp.n,
    }
    if operation.name == held.name:
        await edit.store.run(TOUCH_NAME, **fields)
        return Applied(held.seq)
    seq = edit.move(Kind.PLAYLIST, playlist_id)
    await edit.store.run(RENAME, **fields, seq=seq, name=operation.name, now_ms=edit.now_ms)
    return Applied(seq)


async def accept_delete(edit: Edit, operation: PlaylistDelete) -> Outcome:
    """Who deletes what another device has changed meanwhile is asked."""
    playlist_id = key(operation.playlist_id)
    held = await find_playlist(edit.store, edit.user_id, playlist_id)
    if held is None:
        return Blocked(Reason.UNKNOWN_PLAYLIST)
    if held.deleted_at is not None:
        return Applied(held.seq)
    seen_seq = await _seen_seq(edit, operation)
    if seen_seq is not None and await _changed_elsewhere(edit, playlist_id, held, seen_seq):
        entries = await count_entries(edit.store, edit.user_id, playlist_id)
        state = PlaylistChangedState(operation.playlist_id, held.name, edit.positions.head, entries)
        return Conflict(Reason.PLAYLIST_CHANGED, encode(state))
    seq = edit.move(Kind.PLAYLIST, playlist_id, deleted=True)
    await edit.store.run(
        DELETE, user_id=edit.user_id, id=playlist_id, seq=seq, now_ms=edit.now_ms, device_id=edit.device_id
    )
    return Applied(seq)


async def accept_add(edit: Edit, operation: EntryAdd) -> Outcome:
    """An entry has an id of its own, so a track may stand twice and a repeat adds nothing."""
    playlist_id = key(operation.playlist_id)
    entry_id = key(operation.entry_id)
    playlist = await find_playlist(edit.store, edit.user_id, playlist_id)
    if playlist is None:
        return Blocked(Reason.UNKNOWN_PLAYLIST)
    if playlist.deleted_at is not None:
        return _deleted(playlist_id, playlist)
    held = await find_entry(edit.store, edit.user_id, entry_id)
    if held is not None:
        return Applied(held.seq)
    if not await knows_track(edit.store, key(operation.track_id)):
        return Blocked(Reason.UNKNOWN_TRACK)
    if await _is_full(edit, playlist_id, playlist):
        return Rejected(Reason.PLAYLIST_FULL, f"a playlist holds at most {ENTRIES_PER_PLAYLIST_MAX} entries")
    position = await place_after(edit, playlist_id, operation.after)
    if not isinstance(position, str):
        return _no_place(position)
    seq = edit.move(Kind.ENTRY, entry_id)
    await edit.store.run(
        ADD_ENTRY,
        user_id=edit.user_id,
        id=entry_id,
        playlist_id=playlist_id,
        track_id=key(operation.track_id),
        position=position.encode(),
        seq=seq,
        added_at=edit.corrected_ms(operation.at),
        device_id=edit.device_id,
    )
    edit.places[playlist_id] += 1
    return Applied(seq)


async def accept_move(edit: Edit, operation: EntryMove) -> Outcome:
    """Remove beats move; of two moves the later arrival stands."""
    entry_id = key(operation.entry_id)
    held = await find_entry(edit.store, edit.user_id, entry_id)
    if held is None:
        return Blocked(Reason.UNKNOWN_ENTRY)
    playlist = await find_playlist(edit.store, edit.user_id, held.playlist_id)
    assert playlist is not None, "an entry outlives its playlist"
    if playlist.deleted_at is not None:
        return _deleted(held.playlist_id, playlist)
    if held.is_removed or operation.after == operation.entry_id:
        return Applied(held.seq)
    position = await place_after(edit, held.playlist_id, operation.after, moving=entry_id)
    if not isinstance(position, str):
        return _no_place(position)
    if position.encode() == held.position:
        return Applied(held.seq)
    seq = edit.move(Kind.ENTRY, entry_id)
    await edit.store.run(
        MOVE_ENTRY,
        user_id=edit.user_id,
        id=entry_id,
        position=position.encode(),
        seq=seq,
        device_id=edit.device_id,
    )
    return Applied(seq)


async def accept_remove(edit: Edit, operation: EntryRemove) -> Outcome:
    """Removing twice is done; of a playlist that was deleted, a person decides with the rest of it."""
    entry_id = key(operation.entry_id)
    held = await find_entry(edit.store, edit.user_id, entry_id)
    if held is None:
        return Blocked(Reason.UNKNOWN_ENTRY)
    playlist = await find_playlist(edit.store, edit.user_id, held.playlist_id)
    assert playlist is not None, "an entry outlives its playlist"
    if playlist.deleted_at is not None:
        return _deleted(held.playlist_id, playlist)
    if held.is_removed:
        return Applied(held.seq)
    seq = edit.move(Kind.ENTRY, entry_id, deleted=True)
    await edit.store.run(REMOVE_ENTRY, user_id=edit.user_id, id=entry_id, seq=seq, device_id=edit.device_id)
    return Applied(seq)


async def _is_full(edit: Edit, playlist_id: bytes, playlist: PlaylistRow) -> bool:
    """Counted exactly only when the number that is kept, which is never less, says that it may be."""
    places = edit.places.setdefault(playlist_id, playlist.places)
    if places < ENTRIES_PER_PLAYLIST_MAX:
        return False
    edit.places[playlist_id] = await count_places(edit.store, edit.user_id, playlist_id)
    if edit.places[playlist_id] < ENTRIES_PER_PLAYLIST_MAX:
        return False
    return await count_entries(edit.store, edit.user_id, playlist_id) >= ENTRIES_PER_PLAYLIST_MAX


async def _seen_seq(edit: Edit, operation: PlaylistDelete) -> int | None:
    """What the deleter had seen of the history as it is. What it saw beyond a restore is other edits' place now."""
    if operation.seen_seq is None or isinstance(operation.seen_era, UnsetType):
        return operation.seen_seq
    standing = await read_standing(edit.store, user_scope(UserId(id_text(edit.user_id))), operation.seen_era)
    if not standing.is_known:
        # An era that was lost as a whole: where it left this history cannot be told.
        return 0
    return operation.seen_seq if standing.end_seq is None else min(operation.seen_seq, standing.end_seq)


async def _changed_elsewhere(edit: Edit, playlist_id: bytes, held: PlaylistRow, seen_seq: int) -> bool:
    if held.seq > seen_seq and held.changed_by != edit.device_id:
        return True
    return await entry_changed_elsewhere(
        edit.store, edit.user_id, playlist_id, seen_seq=seen_seq, device_id=edit.device_id
    )


def _deleted(playlist_id: bytes, held: PlaylistRow) -> Conflict:
    assert held.deleted_at is not None
    state = PlaylistDeletedState(id_text(playlist_id), held.name, time_text(held.deleted_at), held.deleted_by)
    return Conflict(Reason.PLAYLIST_DELETED, encode(state))


def _no_place(place: UnknownAnchor | ForeignAnchor) -> Outcome:
    match place:
        case UnknownAnchor():
            return Blocked(Reason.UNKNOWN_ENTRY)
        case ForeignAnchor():
            return Rejected(Reason.INVALID, "the entry to stand behind is in another playlist")
