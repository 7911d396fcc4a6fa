"""How far each feed of a source was read: the cursor, and the run that it belongs to."""

from soul_player.client.errors import SyncError
from soul_player.client.library.model import SourceId, SyncState
from soul_player.database.access import Reader, Writer
from soul_player.protocol.cursor import Feed

FIND = """
    SELECT source_id, feed, account_id, cursor, era, head, run, progress_done, progress_total, sweep_owed,
           last_reset_at, last_reset_code
      FROM sync_state
     WHERE source_id = :source_id
       AND feed = :feed
"""

BEGIN = """
    INSERT INTO sync_state (source_id, feed, account_id, run, progress_done, sweep_owed)
    VALUES (:source_id, :feed, :account_id, 1, 0, 0)
        ON CONFLICT (source_id, feed) DO NOTHING
"""

SAVE_CURSOR = """
    UPDATE sync_state
       SET cursor = :cursor, era = :era, head = :head, progress_done = :progress_done,
           progress_total = :progress_total, sweep_owed = :sweep_owed
     WHERE source_id = :source_id
       AND feed = :feed
       AND run = :run
"""

# Rows of earlier runs are stale from here on; none of them has to be touched for that.
RESET = """
    UPDATE sync_state
       SET run = run + 1, account_id = :account_id, cursor = NULL, era = NULL, head = NULL, progress_done = 0,
           progress_total = NULL, sweep_owed = 1,
           last_reset_at = COALESCE(:reset_at, last_reset_at), last_reset_code = :code
     WHERE source_id = :source_id
       AND feed = :feed
"""


class RunOver(SyncError):
    """The source was removed, or its feed was reset, while it was read: what came is not kept."""

    code = "run_over"


async def require_source(library: Reader, source_id: SourceId) -> None:
    """Before anything of it is written. Raises `RunOver` when it is not there any more."""
    if await library.one("SELECT 1 FROM sources WHERE id = :source_id", source_id=source_id) is None:
        raise RunOver("the source was removed while it was synced")


async def get_sync_state(library: Reader, source_id: SourceId, feed: Feed) -> SyncState | None:
    """None: it was never asked for."""
    row = await library.one(FIND, source_id=source_id, feed=feed.value)
    return None if row is None else SyncState(SourceId(row[0]), *row[1:])


async def begin_sync_state(library: Writer, source_id: SourceId, feed: Feed, *, account_id: str | None) -> SyncState:
    """The state, made if there is none. Raises `RunOver`."""
    await require_source(library, source_id)
    await library.run(BEGIN, source_id=source_id, feed=feed.value, account_id=account_id)
    state = await get_sync_state(library, source_id, feed)
    assert state is not None
    return state


async def save_sync_state(library: Writer, state: SyncState) -> bool:
    """In the transaction of the page. False: the feed was reset meanwhile, and the page must not be kept."""
    touched = await library.run(
        SAVE_CURSOR,
        source_id=state.source_id,
        feed=state.feed,
        run=state.run,
        cursor=state.cursor,
        era=state.era,
        head=state.head,
        progress_done=state.progress_done,
        progress_total=state.progress_total,
        sweep_owed=state.sweep_owed,
    )
    return touched == 1


async def reset_sync_state(
    library: Writer, source_id: SourceId, feed: Feed, *, account_id: str | None, code: str, reset_at_ms: int | None
) -> None:
    """Start from nothing. `reset_at_ms` is None for a reset that does not count against the one an hour."""
    await library.run(
        RESET, source_id=source_id, feed=feed.value, account_id=account_id, code=code, reset_at=reset_at_ms
    )
