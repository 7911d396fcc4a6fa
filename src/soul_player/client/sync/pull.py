"""Reading a source's feed of tracks: an initial sync is an incremental one from no cursor, in one loop."""

import asyncio
import dataclasses
from collections.abc import Callable

from soul_player.client.errors import AnswerTooLarge, ResetRequired, ResetTooOften, SyncError
from soul_player.client.events import ProgressKind
from soul_player.client.library.model import SourceId, SyncState
from soul_player.client.library.pages import TracksToStore, begin_reset, commit_page
from soul_player.client.library.sync_state import RunOver, begin_sync_state
from soul_player.client.sources.received import ReceivedPage
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sync.bulk_load import BulkLoads
from soul_player.client.sync.guard import GuardLimits, LoopGuard
from soul_player.client.sync.library_errors import as_sync_error
from soul_player.client.sync.tally import Tally
from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.edges import Clock
from soul_player.protocol.cursor import Feed
from soul_player.protocol.page import Heads

LIBRARY_SCOPE = "library"
FULL = "full"
RESET_INTERVAL_MS = 3_600_000
# When a page is larger than what is taken at once, it is asked for again in smaller pieces.
PAGE_ROWS_SMALL = 50

Progress = Callable[[ProgressKind, int, int | None], None]


class Pull:
    """One source's feed of tracks. `progress` is told (kind, done, total) after each commit."""

    def __init__(  # noqa: PLR0913  # the parts it is wired from
        self,
        source_id: SourceId,
        *,
        account_id: str | None,
        server: ServerClient,
        library: Database,
        loads: BulkLoads,
        clock: Clock,
        tally: Tally,
        progress: Progress,
        page_rows: int,
        limits: GuardLimits,
    ) -> None:
        self._source_id = source_id
        self._account_id = account_id
        self._server = server
        self._library = library
        self._loads = loads
        self._clock = clock
        self._tally = tally
        self._progress = progress
        self._page_rows = page_rows
        self._limits = limits

    async def sync(self, heads: Heads) -> None:
        """Bring the library in step with the source, as these heads tell; no request when nothing changed there."""
        state = await self._state()
        if _is_idle(state, heads):
            return
        if state.account_id != self._account_id:
            state = await self._reset(code="account_changed", counts=False)
        try:
            await self._run(state, heads)
        except ResetRequired as refused:
            self._check_reset(await self._state(), refused)
            state = await self._reset(code=refused.problem_code, counts=True)
            await self._run(state, await self._server.heads())

    async def forget(self) -> None:
        """Drop the cursor: the next `sync` begins from nothing, and sweeps at its end what it was not told of."""
        await self._state()
        await self._reset(code=FULL, counts=False)

    async def _run(self, state: SyncState, heads: Heads) -> None:
        """Pages until there are no more. The next one is fetched while this one is written: one ahead, no more."""
        guard = LoopGuard(self._limits, done=state.progress_done)
        async with self._loads.of(self._source_id) as load:
            outcome = await self._attempt(state.cursor)
            while True:
                page = _page_of(outcome)
                guard.check(page, cursor=state.cursor)
                following = _after(state, page, heads)
                await load.prepare(done=state.progress_done, total=page.total)
                async with asyncio.TaskGroup() as tasks:
                    writing = tasks.create_task(self._write(state, following, page))
                    fetching = tasks.create_task(self._attempt(page.next_cursor)) if page.has_more else None
                unwritten = writing.result()
                if unwritten is not None:
                    raise unwritten
                state = following
                if fetching is None:
                    return
                outcome = fetching.result()

    async def _attempt(self, cursor: str | None) -> ReceivedPage | SyncError:
        """A page, or why there is none: as a value, so that the page before it is written in any case."""
        try:
            try:
                return await self._server.tracks_page(cursor, limit=self._page_rows)
            except AnswerTooLarge:
                if self._page_rows <= PAGE_ROWS_SMALL:
                    raise
                self._page_rows = PAGE_ROWS_SMALL
                return await self._server.tracks_page(cursor, limit=self._page_rows)
        except SyncError as error:
            return error

    async def _write(self, before: SyncState, after: SyncState, page: ReceivedPage) -> SyncError | None:
        """Page and cursor in one transaction; then the news of it. Why it could not be written, as a value too."""
        try:
            committed = await self._library.write(
                commit_page,
                after,
                TracksToStore(page.tracks, page.ids, page.deleted_ids),
                sweeps=bool(before.sweep_owed) and not page.has_more,
                now_ms=self._clock.now_ms(),
            )
        except DatabaseError as error:
            return as_sync_error(error)
        except RunOver as error:
            return error
        self._tally.tracks_synced += committed.stored.added
        self._tally.tracks_updated += committed.stored.updated
        self._tally.tracks_deleted += committed.deleted
        done = before.progress_done + page.rows
        self._progress(ProgressKind.TRACKS, done, page.total if page.has_more else done)
        return None

    async def _state(self) -> SyncState:
        return await self._library.write(begin_sync_state, self._source_id, Feed.TRACKS, account_id=self._account_id)

    async def _reset(self, *, code: str, counts: bool) -> SyncState:
        return await self._library.write(
            begin_reset,
            self._source_id,
            account_id=self._account_id,
            code=code,
            reset_at_ms=self._clock.now_ms() if counts else None,
        )

    def _check_reset(self, state: SyncState, refused: ResetRequired) -> None:
        last = state.last_reset_at_ms
        # A clock that was set back must not forbid it for longer than an hour.
        if last is not None and 0 <= self._clock.now_ms() - last < RESET_INTERVAL_MS:
            raise ResetTooOften(
                f"the server refused the position again within an hour: {refused.message} ({refused.problem_code})",
                hint="the server may be restarting from an old copy; it is tried again later",
            ) from refused


def _is_idle(state: SyncState, heads: Heads) -> bool:
    return (
        state.cursor is not None
        and state.head is not None
        and state.era == heads.era
        and state.head == heads.heads.get(LIBRARY_SCOPE, 0)
    )


def _page_of(outcome: ReceivedPage | SyncError) -> ReceivedPage:
    if isinstance(outcome, SyncError):
        raise outcome
    return outcome


def _after(state: SyncState, page: ReceivedPage, heads: Heads) -> SyncState:
    """The state that commits with the page. The head is that of before the run: what moved meanwhile costs a look."""
    done = state.progress_done + page.rows
    return dataclasses.replace(
        state,
        cursor=page.next_cursor,
        era=None if page.has_more else heads.era,
        head=None if page.has_more else heads.heads.get(LIBRARY_SCOPE, 0),
        progress_done=done if page.has_more else 0,
        progress_total=page.total if page.has_more else None,
        sweep_owed=state.sweep_owed if page.has_more else 0,
    )
