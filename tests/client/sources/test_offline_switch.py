"""Working offline: while the switch is on, nothing goes over the network; what waits goes when it is off."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from soul_player.client import OfflineError, SyncStatus
from soul_player.client.sources.offline_switch import NOTICED_SECONDS, OfflineSwitch
from soul_player.database.sqlite import SqliteDatabase
from tests.client.clients import add, database_of, opened_client, sync_one
from tests.client.sync.test_triggers import has_tracks, kept, until
from tests.conftest import run
from tests.edges.fake_server import fake_server, make_track


def test_no_server_is_asked_anything_and_the_switch_outlives_the_process(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server:
            server.put(make_track(1))
            async with opened_client(tmp_path) as client:
                source = await add(client, server)
                await sync_one(client)
                await client.offline.turn(on=True)
            seen = len(server.seen)
            async with opened_client(tmp_path) as client:
                result = await sync_one(client)
                assert result.status is SyncStatus.OFFLINE
                assert result.error is not None
                assert (result.error.code, result.error.hint) == ("working_offline", "soul offline off")
                assert not await client.sources.is_online(source.id)
                (track,) = (await client.library.tracks()).tracks
                with pytest.raises(OfflineError, match="working offline"):
                    async with client.playback.open(track.id):
                        pass
                assert len(server.seen) == seen
                await client.offline.turn(on=False)
                assert (await sync_one(client)).status is SyncStatus.SYNCED

    run(story())


def test_a_process_that_keeps_in_sync_follows_the_switch(tmp_path: Path) -> None:
    """Turned by another process: nothing is asked while it is on, and everything at once when it is off."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client, opened_client(tmp_path) as other:
            await add(client, server)
            await client.offline.turn(on=True)
            server.put(make_track(1))
            seen = len(server.seen)
            async with kept(client):
                client.triggers.sync_now()
                with pytest.raises(TimeoutError):
                    await until(lambda: has_tracks(client, 1), seconds=1.0)
                assert len(server.seen) == seen
                await other.offline.turn(on=False)
                await until(lambda: has_tracks(client, 1), seconds=3.0)

    run(story())


def test_the_switch_is_read_now_and_then_and_another_process_notices_soon(tmp_path: Path) -> None:
    """A thousand requests do not ask the library a thousand times; who turned it sees it at once."""

    async def story() -> None:
        async with opened_client(tmp_path) as client, opened_client(tmp_path) as other:
            assert not await client.offline.is_on()
            assert not await other.offline.is_on()
            await client.offline.turn(on=True)
            assert await client.offline.is_on()
            await asyncio.sleep(NOTICED_SECONDS + 0.01)
            assert await other.offline.is_on()
            await other.offline.turn(on=False)
            assert not await other.offline.is_on()
            await asyncio.sleep(NOTICED_SECONDS + 0.01)
            assert not await client.offline.is_on()

    run(story())


class SlowReads(SqliteDatabase):
    """The library of another, whose answers come when the test says so, in the order of the questions."""

    def __init__(self, library: SqliteDatabase) -> None:
        self._library = library
        self.read_count = 0
        self.answer_count = 0
        self.told = [asyncio.Event(), asyncio.Event()]

    async def read(self, function: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        """What was there when it was asked."""
        told = self.told[self.read_count]
        self.read_count += 1
        answer = await self._library.read(function, *args, **kwargs)
        self.answer_count += 1
        await told.wait()
        return answer


def test_an_answer_from_before_the_switch_was_turned_does_not_go_over_one_from_after(tmp_path: Path) -> None:
    """A request asks, another process turns it off, who was told of that asks anew: it is off."""

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            library = database_of(client)
            assert isinstance(library, SqliteDatabase)
            await client.offline.turn(on=True)
            slow = SlowReads(library)
            switch = OfflineSwitch(slow)
            async with asyncio.TaskGroup() as tasks:
                before = tasks.create_task(switch.is_on())
                await until(lambda: _holds(slow.answer_count == 1))
                await client.offline.turn(on=False)
                after = tasks.create_task(switch.is_on_now())
                await until(lambda: _holds(slow.answer_count == 2))
                slow.told[0].set()
                await before
                slow.told[1].set()
            assert not after.result()
            assert not await switch.is_on()

    run(story())


async def _holds(holds: bool) -> bool:
    return holds
