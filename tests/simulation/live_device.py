"""A device that keeps itself in sync: the real triggers over the real live client; somebody edits, and seldom syncs."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from soul_player.client import BadgeAction, Client, Event, SourceId, SyncFinished, SyncResult, SyncStarted
from soul_player.client.errors import HomeLocked, SourceNotFound
from soul_player.database.errors import DatabaseError
from tests.simulation.device import Device
from tests.simulation.laws import require
from tests.simulation.live_line import LiveNetwork

BY_HAND_CHANCE = 0.1
BUSY_TRIES_MAX = 600
# What the badge says when nothing goes on before somebody has given a password.
_OF_A_PERSON = {BadgeAction.ADD_SOURCE, BadgeAction.SIGN_IN}


class LiveDevice(Device):
    """`started`: how many syncs began, since ever."""

    network: LiveNetwork
    started = 0

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self._under_way: set[SourceId] = set()

    async def _use(self, client: Client, stop: asyncio.Event) -> None:
        self._under_way.clear()
        self._watch(client)
        try:
            async with asyncio.TaskGroup() as tasks:
                kept = tasks.create_task(client.triggers.run())
                await super()._use(client, stop)
                kept.cancel()
        except* DatabaseError as group:
            # The process ends over it, as the program does.
            self.trace(self.name, f"ends: {type(group.exceptions[0]).__name__}")

    def _watch(self, client: Client) -> None:
        """Every event, in the moment in which it is told: nobody can miss one."""
        emit = client.events.emit

        def emit_watched(event: Event) -> None:
            emit(event)
            if not self.is_cut:
                self._hear(event)

        setattr(client.events, "emit", emit_watched)  # noqa: B010  # an attribute of this one object

    def _hear(self, event: Event) -> None:
        match event:
            case SyncStarted(source_id):
                require(source_id not in self._under_way, "one sync a source at a time", f"two of {source_id} run")
                self._under_way.add(source_id)
                self.started += 1
                self.began_at = self.clock.monotonic()
            case SyncFinished(source_id, result):
                self._under_way.discard(source_id)
                self._note(result)
            case _:
                return

    def _note(self, result: SyncResult) -> None:
        self.results.append(result)
        error = "" if result.error is None else f" ({result.error.code}: {result.error.message})"
        self.trace(
            self.name,
            f"sync {result.status}{error} +{result.tracks_synced} ~{result.tracks_updated} -{result.tracks_deleted}",
        )
        if self.after_sync is not None:
            self.after_sync(self, result)

    async def _moment(self, client: Client) -> None:
        """Somebody signs in where that is needed, edits, and now and then does not trust the program."""
        await self.excused(self.sign_in(client))
        await self.excused(self._follow_habits(client))
        if self.random.random() < BY_HAND_CHANCE:
            await self.excused(self.sync(client))

    async def sign_in(self, client: Client) -> None:
        """Where the badge asks for it, or when another person sits down here."""
        badge = (await client.status.read()).badge
        asked = {badge.action, *(one.action for one in badge.sources)}
        if self.successor is not None or asked & _OF_A_PERSON:
            async with self._turn:
                await self._source(client)

    async def sync(self, client: Client) -> SyncResult:
        """By hand: what the program does by itself meanwhile comes first."""
        async with self._turn:
            source = await self._source(client)
            for _ in range(BUSY_TRIES_MAX):
                try:
                    results = await client.sync.run([source.id])
                except HomeLocked:
                    await asyncio.sleep(1.0)
                else:
                    if not results:
                        raise SourceNotFound(f"{source.name} was removed meanwhile")
                    return results[0]
            raise HomeLocked("a sync that never ends")

    async def attend(self, client: Client, answer: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """What only a person can do: sign in, and answer. Nothing is synced."""
        await self.excused(self.sign_in(client))
        await self.excused(answer())

    @property
    def is_listening(self) -> bool:
        """A socket is open, and carries what is said."""
        sockets = [socket for socket in self.network.sockets if socket.machine is self]
        return any(not socket.is_closed and not socket.is_lost for socket in sockets)
