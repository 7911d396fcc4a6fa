"""Edits of playlists: the shown rows and the operation, in the transaction of the caller."""

from msgspec import UNSET, UnsetType

from soul_player.client.edits.act import Act, checked_name
from soul_player.client.edits.target import open_target
from soul_player.client.library.accounts import open_account
from soul_player.client.library.model import SourceId
from soul_player.client.library.outbox import NewOperation
from soul_player.client.library.overlay import Header
from soul_player.client.library.server_rows import newest_seq
from soul_player.client.library.shown_playlists import (
    put_header,
)
from soul_player.client.library.sync_queue import playlist_group
from soul_player.client.library.sync_state import get_sync_state
from soul_player.database.access import Reader, Writer
from soul_player.protocol.cursor import Feed
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.operation import (
    PlaylistCreate,
    PlaylistDelete,
    PlaylistRename,
)

RENAME = """
    UPDATE playlists
       SET name = :name, updated_at = :at
     WHERE id = :id
"""

HIDE = """
    UPDATE playlists
       SET is_deleted = 1
     WHERE id = :id
"""

DROP = """
    DELETE FROM playlists
     WHERE id = :id
"""

# What was never sent and never can be, because what it belongs to goes.
FORGET_HELD = """
    DELETE FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND group_key = :group_key
       AND held_track_id IS NOT NULL
"""


async def create_playlist(
    library: Writer, act: Act, *, name: str, source_id: SourceId | None, description: str | None = None
) -> int:
    """A new, empty playlist of this source, or of this device; this device's id of it."""
    header = Header(checked_name(name), description, act.at, act.at)
    uid = act.new_id()
    account = None if source_id is None else await open_account(library, source_id)
    playlist_id = await put_header(library, None if account is None else account.source_id, id_bytes(uid), header)
    if account is not None:
        outbox = act.outbox(library, account)
        op_id, n = outbox.number()
        operation = PlaylistCreate(op_id, n, act.at, uid, name, description)
        await outbox.add(NewOperation(operation, playlist_group(id_bytes(uid))))
        await outbox.save()
    return playlist_id


async def rename_playlist(library: Writer, act: Act, playlist_id: int, *, name: str) -> None:
    """Another name."""
    target = await open_target(library, act, playlist_id)
    await library.run(RENAME, id=playlist_id, name=checked_name(name), at=act.at)
    if target.outbox is not None:
        op_id, n = target.outbox.number()
        operation = PlaylistRename(op_id, n, act.at, id_text(target.playlist.uid), name)
        await target.outbox.add(NewOperation(operation, target.group))
        await target.outbox.save()


async def delete_playlist(library: Writer, act: Act, playlist_id: int, *, asks: bool = True) -> None:
    """Gone here at once. `asks`: its server asks back when another device has changed it meanwhile."""
    target = await open_target(library, act, playlist_id)
    account, outbox = target.account, target.outbox
    if account is None or outbox is None:
        await library.run(DROP, id=playlist_id)
        return
    seen_seq, seen_era = await _seen(library, account.source_id, target.playlist.uid) if asks else (None, UNSET)
    await library.run(HIDE, id=playlist_id)
    op_id, n = outbox.number()
    operation = PlaylistDelete(op_id, n, act.at, id_text(target.playlist.uid), seen_seq, seen_era)
    await outbox.add(NewOperation(operation, target.group))
    await outbox.save()
    await library.run(FORGET_HELD, source_id=account.source_id, account_id=account.account_id, group_key=target.group)


async def _seen(library: Reader, source_id: SourceId, uid: bytes) -> tuple[int, str | UnsetType]:
    """The newest position of it that was seen here, and in which era: all of the feed when it was read to its end."""
    state = await get_sync_state(library, source_id, Feed.PLAYLISTS)
    newest = await newest_seq(library, source_id, uid)
    if state is None or state.head is None:
        return newest, UNSET
    return max(state.head, newest), UNSET if state.era is None else state.era
