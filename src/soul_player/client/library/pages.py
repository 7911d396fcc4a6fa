"""One page of a feed and the cursor behind it: one transaction."""

from dataclasses import dataclass

from soul_player.client.library.copy_links import link_page
from soul_player.client.library.deletions import (
    forget_deletions,
    note_deletions,
    note_stale,
    override_deletions,
    settle_deletions,
)
from soul_player.client.library.model import SourceId, Stored, SyncState
from soul_player.client.library.renamed_tracks import bind_renamed, note_newest
from soul_player.client.library.sync_state import RunOver, begin_sync_state, reset_sync_state, save_sync_state
from soul_player.client.library.track_sources import ID_BYTES, store_tracks
from soul_player.database.access import Writer
from soul_player.protocol.cursor import Feed
from soul_player.protocol.track import Track


@dataclass(frozen=True)
class TracksToStore:
    """Tracks and deletions of one page, with their ids as 16 bytes each."""

    tracks: tuple[Track, ...]
    ids: bytes
    deleted_ids: bytes


@dataclass(frozen=True)
class Committed:
    """What a page changed. `deleted`: tracks that became unavailable, counted when the run ends."""

    stored: Stored
    deleted: int


async def commit_page(
    library: Writer, state: SyncState, page: TracksToStore, *, sweeps: bool, now_ms: int
) -> Committed:
    """`state` is what holds once the page is stored; a `head` in it says that the run ends here (`sweeps`: and how)."""
    if not await save_sync_state(library, state):
        raise RunOver("the source was removed or its feed was reset while it was read")
    stored = await store_tracks(library, state.source_id, run=state.run, tracks=page.tracks, ids=page.ids)
    await link_page(library, state.source_id, page.ids)
    await override_deletions(library, state.source_id, split_ids(page.ids))
    await note_deletions(library, state.source_id, split_ids(page.deleted_ids))
    if state.head is None:
        return Committed(stored, 0)
    if sweeps:
        await bind_renamed(library, state.source_id, run=state.run)
        await note_stale(library, state.source_id, run=state.run)
    return Committed(stored, await settle_deletions(library, state.source_id, now_ms=now_ms))


async def begin_reset(
    library: Writer, source_id: SourceId, *, account_id: str | None, code: str, reset_at_ms: int | None
) -> SyncState:
    """Start from nothing: every row of the feed is stale until the new run tells of it. Nothing is taken away yet."""
    await forget_deletions(library, source_id)
    await note_newest(library, source_id)
    await reset_sync_state(library, source_id, Feed.TRACKS, account_id=account_id, code=code, reset_at_ms=reset_at_ms)
    return await begin_sync_state(library, source_id, Feed.TRACKS, account_id=account_id)


def split_ids(ids: bytes) -> list[bytes]:
    """16 bytes each."""
    return [ids[at : at + ID_BYTES] for at in range(0, len(ids), ID_BYTES)]
