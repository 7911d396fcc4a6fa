"""Edits of a playlist's entries: the shown rows and the operations, in the transaction of the caller."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from msgspec import UNSET, UnsetType

from soul_player.client.edits.act import Act
from soul_player.client.edits.target import Target, open_target
from soul_player.client.errors import EditInvalid, PlaylistNotFound
from soul_player.client.library.accounts import Account
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.library.outbox import NewOperation
from soul_player.client.library.overlay import START, After, ShownEntry
from soul_player.client.library.playlists import PlaylistEntry, Snapshot, snapshot_of
from soul_player.client.library.shown_playlists import (
    find_shown_entry,
    following_position,
    last_place,
    put_entry,
    settle_held_entries,
)
from soul_player.client.library.sync_queue import held_anchor
from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.operation import ENTRIES_PER_PLAYLIST_MAX, EntryAdd, EntryMove, EntryRemove
from soul_player.protocol.positions import between

REMOTE_ID = """
    SELECT remote_id
      FROM track_sources
     WHERE source_id = :source_id
       AND track_id = :track_id
       AND is_former = 0
     ORDER BY remote_id
     LIMIT 1
"""

COUNT_ENTRIES = """
    SELECT entry_count
      FROM playlists
     WHERE id = :playlist_id
"""

DROP_ENTRY = """
    DELETE FROM playlist_entries
     WHERE playlist_id = :playlist_id
       AND entry_uid = :entry_uid
"""

KEEP_WORDS = """
    UPDATE playlist_entries
       SET snapshot = :snapshot
     WHERE playlist_id = :playlist_id
       AND entry_uid = :entry_uid
"""

FORGET_HELD_ENTRY = """
    DELETE FROM sync_queue
     WHERE entry_id = :entry_id
       AND source_id = :source_id
       AND account_id = :account_id
       AND held_track_id IS NOT NULL
"""

LAST_ENTRY = """
    SELECT entry_uid
      FROM playlist_entries
     WHERE playlist_id = :playlist_id
       AND is_removed = 0
     ORDER BY position DESC, entry_uid DESC
     LIMIT 1
"""


async def add_entries(
    library: Writer,
    act: Act,
    playlist_id: int,
    track_ids: Sequence[LocalTrackId],
    *,
    after: str | UnsetType | None = UNSET,
) -> list[str]:
    """Put tracks behind an entry (None: at the start; left out: at the end), in their order; the new entries' ids."""
    target = await open_target(library, act, playlist_id)
    await _check_room(library, playlist_id, len(track_ids))
    anchor = await _checked_anchor(library, playlist_id, after)
    added = []
    for track_id in track_ids:
        entry_id = act.new_id()
        await _add(library, act, target, track_id, entry_id=id_bytes(entry_id), anchor=anchor)
        added.append(entry_id)
        # The rest name the one before, so that nothing of another device comes in between.
        anchor = id_bytes(entry_id)
    if target.outbox is not None:
        await target.outbox.save()
    await _settle(library, target)
    return added


async def copy_entries(library: Writer, act: Act, playlist_id: int, entries: Sequence[PlaylistEntry]) -> None:
    """Put what another playlist shows at the end, also tracks of the same source that this device does not know."""
    target = await open_target(library, act, playlist_id)
    await _check_room(library, playlist_id, len(entries))
    anchor: After = UNSET
    for entry in entries:
        entry_id = id_bytes(act.new_id())
        if target.account is not None and entry.remote_track_id is not None:
            await _add_remote(library, act, target, entry.remote_track_id, entry_id=entry_id, anchor=anchor)
        elif entry.track_id is not None:
            await _add(library, act, target, entry.track_id, entry_id=entry_id, anchor=anchor)
        else:
            await _add_unknown(library, act, target, entry, entry_id=entry_id)
        anchor = entry_id
    if target.outbox is not None:
        await target.outbox.save()
    await _settle(library, target)


async def move_entry(
    library: Writer, act: Act, playlist_id: int, entry_id: str, *, after: str | UnsetType | None
) -> None:
    """Put an entry behind another one (None: at the start; left out: at the end)."""
    target = await open_target(library, act, playlist_id)
    entry = await _entry(library, playlist_id, entry_id)
    anchor = await _checked_anchor(library, playlist_id, after)
    if anchor == entry.entry_id:
        return
    position = await _position(library, playlist_id, anchor, moving=entry.entry_id)
    await put_entry(library, playlist_id, replace(entry, position=position))
    if target.outbox is not None and target.account is not None:
        sent_after, stands_in = await _sent_anchor(library, target.account, anchor)
        op_id, n = target.outbox.number()
        new = NewOperation(
            EntryMove(op_id, n, act.at, entry_id, sent_after),
            target.group,
            entry.entry_id,
            held_track_id=entry.track_id,
            shown_after=anchor,
            has_shown_after=stands_in,
        )
        await target.outbox.add(new)
        await target.outbox.save()
    await _settle(library, target)


async def remove_entry(library: Writer, act: Act, playlist_id: int, entry_id: str) -> None:
    """Take an entry out."""
    target = await open_target(library, act, playlist_id)
    entry = await _entry(library, playlist_id, entry_id)
    account, outbox = target.account, target.outbox
    if account is None or outbox is None:
        await library.run(DROP_ENTRY, playlist_id=playlist_id, entry_uid=entry.entry_id)
        return
    if entry.remote_track_id is None:
        # It was never sent: nobody has to be told that it goes.
        await library.run(
            FORGET_HELD_ENTRY,
            entry_id=entry.entry_id,
            source_id=account.source_id,
            account_id=account.account_id,
        )
        await library.run(DROP_ENTRY, playlist_id=playlist_id, entry_uid=entry.entry_id)
        return
    await put_entry(library, playlist_id, replace(entry, is_removed=True))
    op_id, n = outbox.number()
    await outbox.add(NewOperation(EntryRemove(op_id, n, act.at, entry_id), target.group, entry.entry_id))
    await outbox.save()


async def _add(
    library: Writer, act: Act, target: Target, track_id: LocalTrackId, *, entry_id: bytes, anchor: After
) -> None:
    playlist, account, outbox = target.playlist, target.account, target.outbox
    remote_id = None if account is None else await _remote_id(library, account.source_id, track_id)
    local_id = track_id if remote_id is None else None
    if local_id is not None and anchor is UNSET:
        # What is sent while it waits comes behind it: the end of now is a place among others then.
        row = await library.one(LAST_ENTRY, playlist_id=playlist.id)
        anchor = None if row is None else bytes(row[0])
    position = await _position(library, playlist.id, anchor)
    entry = ShownEntry(entry_id, remote_id, position, act.at, track_id=local_id)
    await put_entry(library, playlist.id, entry)
    if local_id is not None:
        words = await snapshot_of(library, local_id)
        if words is None:
            raise EditInvalid(f"no track has the id {track_id}")
        await library.run(
            KEEP_WORDS, playlist_id=playlist.id, entry_uid=entry_id, snapshot=msgspec.json.encode(words).decode()
        )
    if account is None or outbox is None:
        return
    sent_after, stands_in = await _sent_anchor(library, account, anchor)
    op_id, n = outbox.number()
    # An operation that is held back has no track to name yet: the entry's own id keeps the place until it is sent.
    named = id_text(entry_id if remote_id is None else remote_id)
    operation = EntryAdd(op_id, n, act.at, id_text(playlist.uid), id_text(entry_id), named, sent_after)
    new = NewOperation(
        operation,
        target.group,
        entry_id,
        held_track_id=local_id,
        shown_after=anchor,
        has_shown_after=stands_in,
    )
    await outbox.add(new)


async def _add_remote(
    library: Writer, act: Act, target: Target, remote_id: bytes, *, entry_id: bytes, anchor: After
) -> None:
    assert target.account is not None
    assert target.outbox is not None
    position = await _position(library, target.playlist.id, anchor)
    await put_entry(library, target.playlist.id, ShownEntry(entry_id, remote_id, position, act.at))
    sent_after, stands_in = await _sent_anchor(library, target.account, anchor)
    op_id, n = target.outbox.number()
    operation = EntryAdd(
        op_id, n, act.at, id_text(target.playlist.uid), id_text(entry_id), id_text(remote_id), sent_after
    )
    await target.outbox.add(
        NewOperation(operation, target.group, entry_id, shown_after=anchor, has_shown_after=stands_in)
    )


async def _add_unknown(library: Writer, act: Act, target: Target, entry: PlaylistEntry, *, entry_id: bytes) -> None:
    """On this device only: a track that it does not know keeps its place and what words there are."""
    assert target.account is None, "a source's playlist names its tracks"
    position = await _position(library, target.playlist.id, UNSET)
    await put_entry(library, target.playlist.id, ShownEntry(entry_id, entry.remote_track_id, position, act.at))
    words = Snapshot(entry.title or "unknown track", entry.artist, entry.album, entry.duration_seconds)
    await library.run(
        KEEP_WORDS, playlist_id=target.playlist.id, entry_uid=entry_id, snapshot=msgspec.json.encode(words).decode()
    )


async def _settle(library: Writer, target: Target) -> None:
    """What waits for its track keeps its place among what was put around it."""
    if target.account is not None:
        await settle_held_entries(library, target.account, target.playlist.id, target.playlist.uid)


async def _entry(library: Reader, playlist_id: int, entry_id: str) -> ShownEntry:
    entry = await find_shown_entry(library, playlist_id, id_bytes(entry_id))
    if entry is None or entry.is_removed:
        raise PlaylistNotFound(f"the playlist has no entry {entry_id}")
    return entry


async def _checked_anchor(library: Reader, playlist_id: int, after: str | UnsetType | None) -> After:
    if after is None or isinstance(after, UnsetType):
        return after
    return (await _entry(library, playlist_id, after)).entry_id


async def _sent_anchor(library: Reader, account: Account, anchor: After) -> tuple[str | UnsetType | None, bool]:
    """What the server is told, and whether that stands in for an entry that it does not have."""
    if anchor is None or isinstance(anchor, UnsetType):
        return anchor, False
    is_held, stand_in = await held_anchor(library, account, anchor)
    if not is_held:
        return id_text(anchor), False
    return (id_text(stand_in) if isinstance(stand_in, bytes) else stand_in), True


async def _position(library: Reader, playlist_id: int, anchor: After, *, moving: bytes | None = None) -> str:
    """The same key that `overlay.ShownPlaylist.position_after` gives, from two look-ups."""
    if isinstance(anchor, UnsetType):
        place = await last_place(library, playlist_id)
    elif anchor is None:
        place = START
    else:
        entry = await find_shown_entry(library, playlist_id, anchor)
        assert entry is not None, anchor
        place = entry.place
    return between(place[0] or None, await following_position(library, playlist_id, place, moving=moving))


async def _remote_id(library: Reader, source_id: SourceId, track_id: LocalTrackId) -> bytes | None:
    row = await library.one(REMOTE_ID, source_id=source_id, track_id=track_id)
    return None if row is None else bytes(row[0])


async def _check_room(library: Reader, playlist_id: int, adding: int) -> None:
    row = await library.one(COUNT_ENTRIES, playlist_id=playlist_id)
    assert row is not None
    if row[0] + adding > ENTRIES_PER_PLAYLIST_MAX:
        raise EditInvalid(
            f"a playlist holds at most {ENTRIES_PER_PLAYLIST_MAX} entries", hint="begin another one with the rest"
        )
