"""One page of a user's feed, the cursor behind it, and what is shown then: one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soul_player.client.library.accounts import Account
from soul_player.client.library.marks import refresh_remote_marks
from soul_player.client.library.model import QuestionKind, SyncState
from soul_player.client.library.playlist_questions import ask_about, stop_asking
from soul_player.client.library.server_rows import (
    FORGET_USER_DATA,
    MARK_DELETED,
    REMOVE_ENTRY,
    find_header,
    forget_playlist,
    playlist_of_entry,
    put_entries,
    put_playlists,
    put_user_data,
)
from soul_player.client.library.settling import refresh_group
from soul_player.client.library.shown_playlists import refresh_playlist
from soul_player.client.library.sync_queue import (
    PLAYLISTS_PREFIX,
    TRACKS_PREFIX,
    any_sent,
    has_edits,
    leave_by_row,
    leave_group,
    leave_up_to,
    playlist_group,
    track_group,
)
from soul_player.client.library.sync_state import RunOver, save_sync_state
from soul_player.database.access import Writer
from soul_player.protocol.cursor import Feed
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.playlist import Entry, Playlist, UserData

# What a playlist that was gone held before: told of anew, it holds what its server says.
FORMER_ENTRIES = """
    SELECT entry.id
      FROM server_playlists playlist
      JOIN server_entries entry ON entry.source_id = playlist.source_id AND entry.playlist_id = playlist.id
     WHERE playlist.source_id = :source_id
       AND playlist.id = :id
       AND (playlist.is_deleted = 1 OR playlist.hidden_by IS NOT NULL)
       AND entry.run < :run
"""

FORGET_ENTRY = """
    DELETE FROM server_entries
     WHERE source_id = :source_id
       AND id = :id
"""


class AnswerOwed(RunOver):
    """A sent batch has no answer yet: a page might hold its effect a second time, so it is not applied."""

    code = "answer_owed"


@dataclass(frozen=True)
class PlaylistRows:
    """What a page of playlists tells; ids as 16 bytes."""

    playlists: Sequence[Playlist]
    entries: Sequence[Entry]
    deleted: Sequence[bytes]
    removed: Sequence[bytes]


@dataclass(frozen=True)
class UserDataRows:
    """What a page of user data tells."""

    rows: Sequence[UserData]
    deleted: Sequence[bytes]


async def begin_page(library: Writer, account: Account, state: SyncState) -> None:
    """Keep the cursor. Raises `AnswerOwed`, or `RunOver` when the feed was reset meanwhile."""
    if await any_sent(library, account):
        raise AnswerOwed("edits were sent whose answer did not come: what the server says now cannot be told apart")
    if not await save_sync_state(library, state):
        raise RunOver("the source was removed or its feed was reset while it was read")


async def store_playlists(library: Writer, account: Account, run: int, page: PlaylistRows, *, now_ms: int) -> None:
    """Upsert by id, take what the rows hold out of the overlay, show the outcome."""
    touched: dict[bytes, set[bytes]] = {}
    for entry in page.entries:
        await _note_former_playlist(library, account, entry, touched)
    for playlist in page.playlists:
        await _forget_former_entries(library, account, id_bytes(playlist.id), run, touched)
    await put_playlists(library, account.source_id, run, page.playlists)
    await put_entries(library, account.source_id, run, page.entries)
    for playlist in page.playlists:
        uid = id_bytes(playlist.id)
        touched.setdefault(uid, set())
        await leave_by_row(library, account, playlist_group(uid), None, seq=playlist.seq)
        await stop_asking(library, QuestionKind.PLAYLIST_DELETED, account.source_id, uid)
    for entry in page.entries:
        uid, entry_id = id_bytes(entry.playlist_id), id_bytes(entry.id)
        touched.setdefault(uid, set()).add(entry_id)
        await leave_by_row(library, account, playlist_group(uid), entry_id, seq=entry.seq)
    for entry_id in page.removed:
        await remove_row(library, account, entry_id, touched)
    for uid in page.deleted:
        await delete_row(library, account, uid, evidence={}, now_ms=now_ms)
        touched.pop(uid, None)
    for uid, entries in touched.items():
        await refresh_playlist(library, account, uid, touched=entries)


async def remove_row(library: Writer, account: Account, entry_id: bytes, touched: dict[bytes, set[bytes]]) -> None:
    """An entry went. It keeps its place while operations may name it; `refresh_playlist` sees to the rest."""
    uid = await playlist_of_entry(library, account.source_id, entry_id)
    if uid is None:
        return
    await library.run(REMOVE_ENTRY, source_id=account.source_id, id=entry_id)
    await leave_by_row(library, account, playlist_group(uid), entry_id, seq=2**62)
    touched.setdefault(uid, set()).add(entry_id)


async def delete_row(
    library: Writer, account: Account, uid: bytes, *, evidence: dict[str, object], now_ms: int, keeps: bool = False
) -> None:
    """A playlist went at its server. With edits of this device on it (or `keeps`) it stays, and a person is asked."""
    await leave_group(library, account, playlist_group(uid))
    header = await find_header(library, account.source_id, uid)
    if header is not None and (keeps or await has_edits(library, account, playlist_group(uid))):
        await library.run(MARK_DELETED, source_id=account.source_id, id=uid)
        told = {"name": header.name, **evidence}
        await ask_about(library, QuestionKind.PLAYLIST_DELETED, account.source_id, uid, told, now_ms=now_ms)
    else:
        await forget_playlist(library, account.source_id, uid)
    await refresh_playlist(library, account, uid)


async def store_user_data(library: Writer, account: Account, run: int, page: UserDataRows) -> None:
    """The same for favourites, ratings and play counts."""
    await put_user_data(library, account.source_id, run, page.rows)
    touched = []
    for row in page.rows:
        key = id_bytes(row.track_id)
        await leave_by_row(library, account, track_group(key), None, seq=row.seq)
        touched.append(key)
    for key in page.deleted:
        await library.run(FORGET_USER_DATA, source_id=account.source_id, track_id=key)
        await leave_group(library, account, track_group(key))
        touched.append(key)
    await refresh_remote_marks(library, account.source_id, touched)


async def read_to_head(library: Writer, account: Account, feed: Feed, head: int) -> None:
    """The feed was read up to this head: what was settled by then is in its rows, or has no row to be in."""
    prefix = PLAYLISTS_PREFIX if feed is Feed.PLAYLISTS else TRACKS_PREFIX
    left = await leave_up_to(library, account, prefix=prefix, head=head)
    touched: dict[str, set[bytes]] = {}
    for group_key, entry_id in left:
        touched.setdefault(group_key, set()).update(_some(entry_id))
    for group_key, entries in touched.items():
        await refresh_group(library, account, group_key, entries)


def _some(entry_id: bytes | None) -> Iterable[bytes]:
    return () if entry_id is None else (entry_id,)


async def _forget_former_entries(
    library: Writer, account: Account, uid: bytes, run: int, touched: dict[bytes, set[bytes]]
) -> None:
    """A playlist that was gone (deleted, lost, or taken away by an answer) is there again: no row of before counts."""
    for (entry_id,) in await library.all(FORMER_ENTRIES, source_id=account.source_id, id=uid, run=run):
        await library.run(FORGET_ENTRY, source_id=account.source_id, id=entry_id)
        touched.setdefault(uid, set()).add(entry_id)


async def _note_former_playlist(
    library: Writer, account: Account, entry: Entry, touched: dict[bytes, set[bytes]]
) -> None:
    """An entry id that stood in another playlist before (another history) leaves that one."""
    former = await playlist_of_entry(library, account.source_id, id_bytes(entry.id))
    if former is not None and former != id_bytes(entry.playlist_id):
        touched.setdefault(former, set()).add(id_bytes(entry.id))
