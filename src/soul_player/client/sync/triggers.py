"""Keeping every source in sync by itself: each on its own, so that a dead server never delays another."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from soul_player.client.errors import ClientError, HomeLocked
from soul_player.client.library.lock import HomeLock
from soul_player.client.library.model import Source, SourceId, SourceType
from soul_player.client.library.outcome import SyncStatus
from soul_player.client.library.reasons_to_sync import known_heads, newest_edits
from soul_player.client.library.sources import all_sources, find_source
from soul_player.client.lookout import Lookout, Sleeps
from soul_player.client.sources.connections import Connections
from soul_player.client.sources.live_client import Live, LiveConnected, LiveHint, LiveLost
from soul_player.client.sync.engine import Sync
from soul_player.client.sync.folder_watch import watch_folder
from soul_player.client.sync.retry import seconds_left
from soul_player.client.sync.schedule import NEVER, Schedule
from soul_player.database.access import Database
from soul_player.edges import Clock

LIBRARY_SCOPE = "library"
# However little seems to have happened.
LOOK_ANYWAY_SECONDS = 30.0
# A sync of this source that a person began is under way.
BUSY_SECONDS = 1.0


@dataclass(eq=False)
class _Kept:
    """One source that is kept in sync."""

    schedule: Schedule
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    # A person may have made it possible to listen again.
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    # The live connection is to be closed: it is worth nothing any more, or nobody is to be connected to.
    cut: asyncio.Event = field(default_factory=asyncio.Event)
    source: Source | None = None
    task: asyncio.Task[None] | None = None


class Triggers:
    """`run` keeps the sources in sync until it is cancelled; `sync_now` and `look` tell it what cannot wait."""

    def __init__(  # noqa: PLR0913  # the parts it is wired from
        self,
        sync: Sync,
        live: Live,
        library: Database,
        connections: Connections,
        *,
        lock: HomeLock,
        clock: Clock,
        commits: Callable[[], int],
        edited: Callable[[], None],
        commits_of_others: Callable[[], Awaitable[int]],
        rest: Callable[[], Awaitable[None]],
        lookout: Lookout,
    ) -> None:
        """`commits` tells another number when anything was committed to the library, by any process,
        `commits_of_others` when it was another one.

        `edited` is called when another process has changed something, `rest` when all is quiet for a while after work.
        """
        self._sync = sync
        self._live = live
        self._library = library
        self._connections = connections
        self._lock = lock
        self._clock = clock
        self._commits = commits
        self._edited = edited
        self._commits_of_others = commits_of_others
        self._others: int | None = None
        self._rest = rest
        self._lookout = lookout
        self._is_rested = False
        self._kept: dict[SourceId, _Kept] = {}
        self._chosen: frozenset[SourceId] | None = None
        self._is_fresh = False
        self._works_offline = False
        self._edits: Mapping[SourceId, int] = {}
        self._looked = asyncio.Event()

    async def run(self, source_ids: Sequence[SourceId] | None = None, *, is_fresh: bool = False) -> None:
        """Until it is cancelled; these sources, or all. `is_fresh`: they were synced this moment.

        Raises `HomeLocked` when another process of this home does it.
        """
        if not self._lock.acquire():
            raise HomeLocked("another process keeps this home in sync", hint="soul status shows it")
        self._chosen = None if source_ids is None else frozenset(source_ids)
        self._is_fresh = is_fresh
        commits = self._lookout.following(self._commits, self.look)
        sleeps = self._lookout.following(Sleeps(self._clock).count, self._wake_up)
        try:
            with commits, sleeps:
                async with asyncio.TaskGroup() as tasks:
                    while True:
                        # Before the look: what is committed meanwhile is seen by the next one.
                        self._looked.clear()
                        await self._look(tasks)
                        # Sources that are added later were not synced.
                        self._is_fresh = False
                        await self._until_something_happens()
        finally:
            self._kept.clear()
            self._lock.release()

    def sync_now(self, source_ids: Sequence[SourceId] | None = None) -> None:
        """By hand: these sources, or all, whatever they wait for; once more if they are being synced."""
        for source_id, kept in self._kept.items():
            if source_ids is None or source_id in source_ids:
                kept.schedule.ask(self._now())
                kept.woken.set()

    def look(self) -> None:
        """After an edit, or of a setting: those of another process of this home are found by themselves."""
        self._looked.set()

    async def _until_something_happens(self) -> None:
        if await _set_within(self._looked, LOOK_ANYWAY_SECONDS):
            return
        if not self._is_rested and all(not kept.schedule.is_running for kept in self._kept.values()):
            self._is_rested = True
            await self._rest()

    def _wake_up(self) -> None:
        """This device was asleep: what was connected is not any more, and much may have happened."""
        for kept in self._kept.values():
            kept.schedule.return_(self._now())
            kept.cut.set()
            kept.woken.set()
        self._looked.set()

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        """New sources and those that went, what a person changed, and edits that wait."""
        sources = {
            source.id: source
            for source in await self._library.read(all_sources)
            if self._chosen is None or source.id in self._chosen
        }
        for source_id in self._kept.keys() - sources.keys():
            task = self._kept.pop(source_id).task
            assert task is not None
            task.cancel()
        edits = await self._library.read(newest_edits)
        worked_offline, self._works_offline = self._works_offline, await self._connections.switch.is_on_now()
        if self._works_offline and not worked_offline:
            await self._hang_up()
        is_back = worked_offline and not self._works_offline
        if self._works_offline is not worked_offline:
            # Another process of this home may have turned it.
            self._edited()
        for source_id, source in sources.items():
            kept = self._kept.get(source_id)
            if kept is None:
                kept = self._kept[source_id] = _Kept(Schedule(self._now(), is_fresh=self._is_fresh), source=source)
                kept.task = tasks.create_task(self._keep(source_id, kept), name=f"keep {source_id} in sync")
            elif is_back or (kept.source is not None and _may_answer_again(kept.source, source)):
                kept.schedule.return_(self._now())
                kept.changed.set()
                kept.woken.set()
            kept.source = source
            kept.schedule.is_silent = source.needs_sign_in or (self._works_offline and source.type is SourceType.SERVER)
            if edits.get(source_id, 0) > self._edits.get(source_id, 0):
                kept.schedule.edit(self._now())
                kept.woken.set()
            # What another process of this home has met there is news here too.
            self._connections.tell(source)
        self._edits = edits
        # Whatever it was: a playlist of this device alone, a mark, a rule, a source that came or went.
        others, self._others = self._others, await self._commits_of_others()
        if others not in {None, self._others}:
            self._edited()

    async def _hang_up(self) -> None:
        """A person works offline from here on: what is under way ends too."""
        for kept in self._kept.values():
            kept.cut.set()
        await self._connections.hang_up()

    async def _keep(self, source_id: SourceId, kept: _Kept) -> None:
        async with asyncio.TaskGroup() as tasks:
            if kept.source is not None and kept.source.type is SourceType.SERVER:
                tasks.create_task(self._stay_connected(source_id, kept), name=f"listen to {source_id}")
            elif kept.source is not None:
                tasks.create_task(watch_folder(kept.source, partial(self._changed, kept)), name=f"watch {source_id}")
            while True:
                due_at = kept.schedule.due_at
                if due_at > self._now():
                    await _set_within(kept.woken, None if due_at == NEVER else due_at - self._now())
                    continue
                await self._sync_one(source_id, kept)

    async def _sync_one(self, source_id: SourceId, kept: _Kept) -> None:
        kept.schedule.begin(self._now())
        self._is_rested = False
        retry_seconds: float | None = BUSY_SECONDS
        try:
            results = await self._sync.run([source_id])
            retry_seconds = None
            if any(result.status is SyncStatus.SYNCED for result in results):
                # If it could not be listened to, that may be over.
                kept.changed.set()
            if any(result.status in {SyncStatus.FAILED, SyncStatus.OFFLINE} for result in results):
                source = await self._library.read(find_source, source_id)
                retry_seconds = seconds_left(source, now_ms=self._clock.now_ms())
        except HomeLocked:
            # A person's own run of this source: what it takes along is not known here.
            pass
        finally:
            kept.schedule.end(self._now(), retry_seconds=retry_seconds)

    async def _stay_connected(self, source_id: SourceId, kept: _Kept) -> None:
        while True:
            kept.cut.clear()
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(self._listen(source_id, kept), name=f"hear {source_id}")
                await kept.cut.wait()
                listening.cancel()
            if self._works_offline:
                kept.changed.clear()
                await kept.changed.wait()

    async def _listen(self, source_id: SourceId, kept: _Kept) -> None:
        """Without end. What only a person can cure ends the listening until something was changed."""
        while True:
            kept.changed.clear()
            try:
                async with aclosing(self._live.listen(source_id)) as events:
                    was_connected = False
                    async for event in events:
                        match event:
                            case LiveConnected(heads):
                                was_connected = True
                                is_well = kept.source is not None and kept.source.last_error_code is None
                                if is_well and not await self._is_news(source_id, heads):
                                    continue
                                kept.schedule.return_(self._now())
                            case LiveHint(scope, head):
                                if not await self._is_news(source_id, {scope: head}):
                                    continue
                                kept.schedule.hint(self._now())
                            case LiveLost():
                                if not was_connected:
                                    continue
                                was_connected = False
                                kept.schedule.lose(self._now())
                        kept.woken.set()
            except ClientError:
                # The sync meets the same, and is the one to tell it.
                await kept.changed.wait()

    def _changed(self, kept: _Kept) -> None:
        """Files of a folder."""
        kept.schedule.hint(self._now())
        kept.woken.set()

    async def _is_news(self, source_id: SourceId, heads: Mapping[str, int]) -> bool:
        """An edit of this device comes back as a hint of what it knows already."""
        for scope, head in heads.items():
            known = await self._library.read(known_heads, source_id, is_library=scope == LIBRARY_SCOPE)
            if not known or any(one != head for one in known):
                return True
        return False

    def _now(self) -> float:
        return self._clock.monotonic()


def _may_answer_again(before: Source, after: Source) -> bool:
    """Signed in again, another certificate or address: things that only a person changes."""
    if before.needs_sign_in and not after.needs_sign_in:
        return True
    return _asked_with(before) != _asked_with(after)


def _asked_with(source: Source) -> tuple[object, ...]:
    """Not the order of its addresses: that follows from what answers."""
    return frozenset(address.settings for address in source.addresses), source.account_id, source.server_id


async def _set_within(event: asyncio.Event, seconds: float | None) -> bool:
    """Wait for it, or so long (False); it is cleared."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
    finally:
        event.clear()
