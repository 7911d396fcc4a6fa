"""Working offline: while the switch is on, nothing goes over the network; what waits goes when it is off."""

import asyncio
from pathlib import Path

import pytest

from soul_player.client import OfflineError, SyncStatus
from soul_player.client.sources.offline_switch import NOTICED_SECONDS
from tests.client.clients import add, opened_client, sync_one
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
