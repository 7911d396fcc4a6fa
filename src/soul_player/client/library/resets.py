"""Starting a user's feeds from nothing: what is offered to the server again, and what is swept at the end."""

from soul_player.client.library.accounts import Account, find_account, note_device, save_ack
from soul_player.client.library.marks import refresh_all_marks, refresh_remote_marks
from soul_player.client.library.model import SourceId, SyncState
from soul_player.client.library.outbox import NewOperation, open_outbox
from soul_player.client.library.playlist_questions import ask_of_account
from soul_player.client.library.server_rows import (
    FORGET_ALL,
    FORGET_USER_DATA,
    STALE_ENTRIES,
    STALE_PLAYLISTS,
    STALE_USER_DATA,
)
from soul_player.client.library.shown_playlists import refresh_playlist
from soul_player.client.library.sync_queue import (
    PLAYLISTS_PREFIX,
    TRACKS_PREFIX,
    groups_in_overlay,
    track_group,
)
from soul_player.client.library.sync_state import begin_sync_state, get_sync_state, reset_sync_state
from soul_player.client.library.user_pages import delete_row, remove_row
from soul_player.database.access import Writer
from soul_player.edges import Randomness
from soul_player.protocol.cursor import Feed
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.operation import FavouriteSet, RatingSet

OFFER_DAYS = 30
_DAY_MS = 86_400_000
DIVERGED = frozenset({"cursor_diverged", "ack_diverged"})
USER_FEEDS = (Feed.PLAYLISTS, Feed.USER_DATA)
ACCOUNT_CHANGED = "account_changed"
# The server began from nothing, and is told everything before its feeds are read (client/library/offers.py).
REBUILT = "rebuilt"
_LOST = DIVERGED | {REBUILT}

# Rows that are known now hold what had left the overlay; what is told anew may not.
OFFER_AGAIN = """
    UPDATE sync_queue
       SET state = 'waiting',
           covered_run = CASE WHEN in_overlay = 1 THEN covered_run
                              WHEN substr(group_key, 1, 2) = 'p:' THEN :playlists_run ELSE :user_data_run END,
           in_overlay = 1, seq = NULL, head = NULL, settled_at = NULL, attempts = 0
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'settled'
       AND set_aside_by IS NULL
       AND (settled_at >= :since_ms OR in_overlay = 1)
"""

FORGET_SETTLED = """
    DELETE FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'settled'
       AND in_overlay = 0
       AND settled_at < :before_ms
"""

SHOWN_OF_SOURCE = """
    SELECT uid
      FROM playlists
     WHERE source_id = :source_id
"""

# The row of an entry that the server has lost: operations that are offered again lie on top of it, and any row that
# comes of them is newer than it.
LOSE_ENTRY = """
    UPDATE server_entries
       SET run = :run, seq = 0
     WHERE source_id = :source_id
       AND id = :id
       AND is_removed = 1
"""

FORGET_ENTRY = """
    DELETE FROM server_entries
     WHERE source_id = :source_id
       AND id = :id
       AND run < :run
"""

OTHER_ACCOUNT = """
    SELECT 1
      FROM accounts
     WHERE source_id = :source_id
       AND account_id <> :account_id
     LIMIT 1
"""

NAMES_OF_SOURCE = """
    SELECT track_id
      FROM server_user_data
     WHERE source_id = :source_id
"""


async def reset_feeds(library: Writer, account: Account, *, code: str, reset_at_ms: int | None, now_ms: int) -> None:
    """Both feeds of the user begin anew. When the server has lost something, it is offered that again."""
    if code in DIVERGED:
        runs = {feed: (await _state(library, account, feed)).run for feed in USER_FEEDS}
        await library.run(
            OFFER_AGAIN,
            source_id=account.source_id,
            account_id=account.account_id,
            playlists_run=runs[Feed.PLAYLISTS],
            user_data_run=runs[Feed.USER_DATA],
            since_ms=now_ms - OFFER_DAYS * _DAY_MS,
        )
        await save_ack(library, account, None)
    for feed in USER_FEEDS:
        await reset_feed(library, account, feed, code=code, reset_at_ms=reset_at_ms)


async def reset_feed(library: Writer, account: Account, feed: Feed, *, code: str, reset_at_ms: int | None) -> SyncState:
    """Every row is stale until the new run tells of it. That the server has lost something is not forgotten until the
    sweep, whatever happens before."""
    state = await _state(library, account, feed)
    owes = state.sweep_owed and state.last_reset_code in _LOST
    await reset_sync_state(
        library,
        account.source_id,
        feed,
        account_id=account.account_id,
        code=str(state.last_reset_code) if owes and code not in {ACCOUNT_CHANGED, REBUILT} else code,
        reset_at_ms=reset_at_ms,
    )
    return await _state(library, account, feed)


async def note_sign_in(library: Writer, source_id: SourceId, *, account_id: str, device_id: str) -> None:
    """Edits are sent as this account from here on. What an earlier one had there is not shown to it."""
    await note_device(library, source_id, account_id=account_id, device_id=device_id)
    states = [await get_sync_state(library, source_id, feed) for feed in USER_FEEDS]
    # An earlier account may have edited without ever having read a feed.
    other = await library.one(OTHER_ACCOUNT, source_id=source_id, account_id=account_id)
    if any(other is not None if state is None else state.account_id != account_id for state in states):
        account = await find_account(library, source_id)
        assert account is not None
        await change_account(library, account)


async def change_account(library: Writer, account: Account) -> None:
    """Another account is signed in than the one that the feeds are of: nothing of the former may be seen."""
    shown = await library.all(SHOWN_OF_SOURCE, source_id=account.source_id)
    names = await library.all(NAMES_OF_SOURCE, source_id=account.source_id)
    for statement in FORGET_ALL:
        await library.run(statement, source_id=account.source_id)
    await ask_of_account(library, account.source_id, account.account_id)
    groups = await groups_in_overlay(library, account)
    uids = {row[0] for row in shown} | {id_bytes(group[2:]) for group in groups if group.startswith(PLAYLISTS_PREFIX)}
    for uid in sorted(uids):
        await refresh_playlist(library, account, uid)
    tracks = {row[0] for row in names} | {id_bytes(group[2:]) for group in groups if group.startswith(TRACKS_PREFIX)}
    await refresh_remote_marks(library, account.source_id, sorted(tracks))
    # Marks that only operations of the former account made.
    await refresh_all_marks(library)
    for feed in USER_FEEDS:
        await reset_feed(library, account, feed, code=ACCOUNT_CHANGED, reset_at_ms=None)


async def sweep_playlists(library: Writer, account: Account, state: SyncState, *, now_ms: int) -> None:
    """What the run from nothing did not tell of is gone at the server: lost by it, or deleted."""
    is_lost = state.last_reset_code in DIVERGED
    touched: dict[bytes, set[bytes]] = {}
    for entry_id, _ in await library.all(STALE_ENTRIES, source_id=account.source_id, run=state.run):
        await remove_row(library, account, entry_id, touched)
        if state.last_reset_code == REBUILT:
            # What is told of it again is put after its neighbours: the keys of the former server mean nothing here.
            await library.run(FORGET_ENTRY, source_id=account.source_id, id=entry_id, run=state.run)
        if is_lost:
            await library.run(LOSE_ENTRY, source_id=account.source_id, id=entry_id, run=state.run)
    for uid, entries in touched.items():
        await refresh_playlist(library, account, uid, touched=entries)
    evidence: dict[str, object] = {"restored": True} if is_lost else {}
    for (uid,) in await library.all(STALE_PLAYLISTS, source_id=account.source_id, run=state.run):
        await delete_row(library, account, uid, evidence=evidence, now_ms=now_ms, keeps=is_lost)


async def sweep_user_data(
    library: Writer, account: Account, state: SyncState, *, now_ms: int, randomness: Randomness
) -> None:
    """Favourites and ratings that the server has lost are told to it again, with the time they have."""
    rows = await library.all(STALE_USER_DATA, source_id=account.source_id, run=state.run)
    outbox = await open_outbox(library, account, now_ms=now_ms, randomness=randomness)
    for track_id, favourite, favourited_at, rating, rated_at in rows:
        await library.run(FORGET_USER_DATA, source_id=account.source_id, track_id=track_id)
        if state.last_reset_code not in DIVERGED:
            continue
        if favourited_at is not None:
            op_id, n = outbox.number()
            told = FavouriteSet(op_id, n, favourited_at, id_text(track_id), bool(favourite))
            await outbox.add(NewOperation(told, track_group(track_id)))
        if rated_at is not None:
            op_id, n = outbox.number()
            await outbox.add(
                NewOperation(RatingSet(op_id, n, rated_at, id_text(track_id), rating), track_group(track_id))
            )
    await outbox.save()
    await refresh_remote_marks(library, account.source_id, [row[0] for row in rows])


async def forget_settled(library: Writer, account: Account, *, now_ms: int) -> int:
    """What was settled longer ago than it would ever be offered again."""
    return await library.run(
        FORGET_SETTLED,
        source_id=account.source_id,
        account_id=account.account_id,
        before_ms=now_ms - OFFER_DAYS * _DAY_MS,
    )


async def _state(library: Writer, account: Account, feed: Feed) -> SyncState:
    return await begin_sync_state(library, account.source_id, feed, account_id=account.account_id)
