"""Reading the feeds of a source's user, after what waits here was pushed: the same loop for both of them."""

import dataclasses
from collections.abc import Callable, Mapping

from soul_player.client.errors import ProtocolError, ResetRequired, ResetTooOften, SignInNeeded
from soul_player.client.events import ProgressKind
from soul_player.client.library.accounts import Account, find_account, open_account
from soul_player.client.library.marks import refresh_new_marks
from soul_player.client.library.model import SourceId, SyncState
from soul_player.client.library.offers import offer_everything
from soul_player.client.library.rebuilds import find_rebuild
from soul_player.client.library.resets import (
    DIVERGED,
    change_account,
    reset_feed,
    reset_feeds,
    sweep_playlists,
    sweep_user_data,
)
from soul_player.client.library.sync_state import begin_sync_state, save_sync_state
from soul_player.client.library.user_pages import (
    PlaylistRows,
    begin_page,
    read_to_head,
    store_playlists,
    store_user_data,
)
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sources.user_scope import UserPage, user_page
from soul_player.client.sync.guard import GuardLimits
from soul_player.client.sync.tally import Tally
from soul_player.database.access import Database, Writer
from soul_player.edges import Clock, Randomness
from soul_player.protocol.cursor import Feed
from soul_player.protocol.page import Heads

RESET_INTERVAL_MS = 3_600_000


class UserPull:
    """The playlists, favourites, ratings and play counts of one source's user."""

    def __init__(  # noqa: PLR0913  # the parts it is wired from
        self,
        source_id: SourceId,
        *,
        server: ServerClient,
        library: Database,
        clock: Clock,
        randomness: Randomness,
        tally: Tally,
        progress: Callable[[ProgressKind, int, int | None], None],
        page_rows: int,
        limits: GuardLimits,
    ) -> None:
        self._source_id = source_id
        self._server = server
        self._library = library
        self._clock = clock
        self._randomness = randomness
        self._tally = tally
        self._progress = progress
        self._page_rows = page_rows
        self._limits = limits

    async def ack(self) -> str | None:
        """What goes with every request about the user's scope."""
        account = await self._library.read(find_account, self._source_id)
        return None if account is None else account.ack

    async def sync(self, heads: Heads, *, moved: Mapping[int, Feed] | None = None) -> bool:
        """Bring both feeds in step with these heads. True: the server has lost something, which is to be pushed before
        this is called again.

        `moved`: positions that this device's own operations have just taken. A feed in which nothing else moved is not
        read. Raises `SyncError`.
        """
        account = await self._library.write(self._begin)
        if account is None:
            return False
        for feed in (Feed.PLAYLISTS, Feed.USER_DATA):
            if await self._feed(account, feed, heads, moved or {}):
                # Nothing more is read before that is pushed: a row may hold an edit that waits to be sent again.
                return True
        return False

    async def is_rebuilt(self) -> bool:
        """Whether the server began from nothing, and is still to be told what is the user's."""
        return await self._library.read(find_rebuild, self._source_id) is not None

    async def offer_everything(self) -> None:
        """Write down for it what is the user's, once its tracks are known."""
        account = await self._library.write(self._begin)
        if account is not None:
            await self._library.write(
                offer_everything, account, now_ms=self._clock.now_ms(), randomness=self._randomness
            )

    async def offer_again(self, refused: ResetRequired) -> None:
        """The acknowledgement is off the server's history: the user's feeds begin anew."""
        account = await self._library.write(self._begin)
        if account is not None:
            now_ms = self._clock.now_ms()
            await self._library.write(reset_feeds, account, code=refused.problem_code, reset_at_ms=None, now_ms=now_ms)

    async def forget(self) -> None:
        """Drop the cursors: the next `sync` begins from nothing."""
        account = await self._library.write(self._begin)
        if account is not None:
            for feed in (Feed.PLAYLISTS, Feed.USER_DATA):
                await self._library.write(reset_feed, account, feed, code="full", reset_at_ms=None)

    async def _begin(self, library: Writer) -> Account | None:
        account = await open_account(library, self._source_id)
        if account is None:
            return None
        self._server.require_account(account.account_id)
        states = [await self._state(library, account, feed) for feed in (Feed.PLAYLISTS, Feed.USER_DATA)]
        if any(state.account_id != account.account_id for state in states):
            await change_account(library, account)
        return account

    async def _state(self, library: Writer, account: Account, feed: Feed) -> SyncState:
        return await begin_sync_state(library, account.source_id, feed, account_id=account.account_id)

    async def _feed(self, account: Account, feed: Feed, heads: Heads, moved: Mapping[int, Feed]) -> bool:
        """True: it was lost at the server and has to be offered again, which is for a push to do first."""
        state = await self._library.write(self._state, account, feed)
        head = heads.heads.get(f"user:{account.account_id}", 0)
        if state.cursor is not None and state.era == heads.era and is_unmoved(feed, state.head, head, moved):
            await self._library.write(_stand_at, account, dataclasses.replace(state, head=head))
            return False
        try:
            return await self._run(account, feed, state, heads)
        except ResetRequired as refused:
            state = await self._library.write(self._state, account, feed)
            self._check_reset(state, refused)
            now_ms = self._clock.now_ms()
            if refused.problem_code in DIVERGED:
                # What the server has lost is pushed before anything is read from it.
                await self._library.write(
                    reset_feeds, account, code=refused.problem_code, reset_at_ms=now_ms, now_ms=now_ms
                )
                return True
            state = await self._library.write(reset_feed, account, feed, code=refused.problem_code, reset_at_ms=now_ms)
            return await self._run(account, feed, state, heads)

    async def _run(self, account: Account, feed: Feed, state: SyncState, heads: Heads) -> bool:
        """Pages until there are no more. True: the sweep at the end left something to push."""
        pages, empty, newest_seq = 0, 0, -1
        sweeps = False
        while True:
            page = await user_page(self._server, feed, cursor=state.cursor, ack=await self.ack(), limit=self._page_rows)
            pages, empty = pages + 1, 0 if page.rows else empty + 1
            if page.newest_seq is not None and page.newest_seq <= newest_seq:
                raise ProtocolError(f"a page came that ends at position {page.newest_seq}, after one at {newest_seq}")
            newest_seq = page.newest_seq if page.newest_seq is not None else newest_seq
            if page.has_more and page.next_cursor == state.cursor:
                raise ProtocolError("the server says that there is more, behind a cursor that does not advance")
            if page.has_more and (pages >= self._limits.pages or empty >= self._limits.empty_pages):
                raise ProtocolError(f"the server says that there is more, without an end ({pages} pages)")
            following = _after(state, page, heads, account)
            sweeps = bool(state.sweep_owed) and not page.has_more
            await self._library.write(self._commit, account, state, following, page=page)
            if feed is Feed.PLAYLISTS:
                self._tally.playlists_synced += page.counted
            self._tell(feed, page, done=state.progress_done + page.counted)
            if not page.has_more:
                return sweeps and state.last_reset_code in DIVERGED
            state = following

    def _tell(self, feed: Feed, page: UserPage, *, done: int) -> None:
        """Of a run that brought nothing, nothing."""
        if done or page.total:
            kind = ProgressKind.PLAYLISTS if feed is Feed.PLAYLISTS else ProgressKind.MARKS
            self._progress(kind, done, page.total if page.has_more else done)

    async def _commit(
        self, library: Writer, account: Account, before: SyncState, after: SyncState, *, page: UserPage
    ) -> None:
        """Page, cursor and what is shown then, in one transaction."""
        current = await find_account(library, account.source_id)
        if current is None or current.account_id != account.account_id:
            raise SignInNeeded("somebody else has signed in while it was synced")
        now_ms = self._clock.now_ms()
        await begin_page(library, account, after)
        if isinstance(page.content, PlaylistRows):
            await store_playlists(library, account, after.run, page.content, now_ms=now_ms)
        else:
            await store_user_data(library, account, after.run, page.content)
        if after.head is None:
            return
        feed = Feed(after.feed)
        if before.sweep_owed and feed is Feed.PLAYLISTS:
            await sweep_playlists(library, account, before, now_ms=now_ms)
        elif before.sweep_owed:
            await sweep_user_data(library, account, before, now_ms=now_ms, randomness=self._randomness)
        await read_to_head(library, account, feed, after.head)
        if feed is Feed.USER_DATA:
            await refresh_new_marks(library, account.source_id)

    def _check_reset(self, state: SyncState, refused: ResetRequired) -> None:
        last = state.last_reset_at_ms
        if last is not None and 0 <= self._clock.now_ms() - last < RESET_INTERVAL_MS:
            raise ResetTooOften(
                f"the server refused the position again within an hour: {refused.message} ({refused.problem_code})",
                hint="the server may be restarting from an old copy; it is tried again later",
            ) from refused


def is_unmoved(feed: Feed, known: int | None, head: int, moved: Mapping[int, Feed]) -> bool:
    """Whether nothing of the feed stands between the head that it was read to and this one."""
    if known is None or not 0 <= head - known <= len(moved):
        return False
    return all(moved.get(seq, feed) is not feed for seq in range(known + 1, head + 1))


async def _stand_at(library: Writer, account: Account, state: SyncState) -> None:
    """The feed is as it was read, at a later head."""
    assert state.head is not None
    if await save_sync_state(library, state):
        await read_to_head(library, account, Feed(state.feed), state.head)


def _after(state: SyncState, page: UserPage, heads: Heads, account: Account) -> SyncState:
    """The state that commits with the page; the head is that of before the run."""
    done = state.progress_done + page.counted
    return dataclasses.replace(
        state,
        cursor=page.next_cursor,
        era=None if page.has_more else heads.era,
        head=None if page.has_more else heads.heads.get(f"user:{account.account_id}", 0),
        progress_done=done if page.has_more else 0,
        progress_total=page.total if page.has_more else None,
        sweep_owed=state.sweep_owed if page.has_more else 0,
    )
