"""The client against the real server: crashed at every page, and after its restore from a backup."""

import asyncio
from pathlib import Path

import pytest

from soul_player.client import Client, SyncStatus
from soul_player.server.backup import back_up, restore
from soul_player.server.config import ServerConfig
from tests.client.clients import assert_words_agree, opened_client, sync_one
from tests.client.sync.music import Music, assert_equals_a_fresh_sync
from tests.conftest import run
from tests.forked import start_module
from tests.server.running import RunningServer, running_server

PROCESS_SECONDS_MAX = 60.0
PAGE_ROWS = 20


async def add_source(client: Client, running: RunningServer) -> None:
    """The real server as the only source."""
    await client.sources.add(running.url, username=running.username, password=running.password)


async def killed_sync(home: Path, *, after_seconds: float) -> int:
    """One sync in a process of its own, killed with signal 9 so long after its first page was committed."""
    process = start_module("tests.client.sync.paging_process", home, is_heard=True)
    assert process.stdout is not None
    with process.stdout:
        await asyncio.to_thread(process.stdout.readline)
        await asyncio.sleep(after_seconds)
        process.kill()
        return await asyncio.to_thread(process.wait, PROCESS_SECONDS_MAX)


@pytest.mark.parametrize("seed", [1])
def test_a_first_sync_killed_at_every_page_while_the_library_changes_equals_a_fresh_one(
    tmp_path: Path, seed: int
) -> None:
    async def story() -> None:
        async with running_server(tmp_path / "server") as running:
            music = Music(running, seed=seed)
            await music.add(160)
            async with opened_client(tmp_path / "client") as client:
                await add_source(client, running)
            kills = 0
            for number in range(60):
                if await killed_sync(tmp_path / "client", after_seconds=0.001 * (number % 4)) == 0:
                    break
                kills += 1
                await music.add(2)
                await music.touch(changed=3, deleted=2)
            assert kills >= 4
            async with opened_client(tmp_path / "client", page_rows=PAGE_ROWS) as client:
                assert (await sync_one(client)).status is SyncStatus.SYNCED
                await assert_words_agree(client)
                await assert_equals_a_fresh_sync(client, running)

    # A process of its own for each kill: on a busy machine that is most of the time.
    run(story(), timeout_seconds=280)


@pytest.mark.parametrize("outgrown", [False, True])
def test_a_server_restored_from_a_backup_is_noticed_and_nothing_of_the_users_is_lost(
    tmp_path: Path, outgrown: bool
) -> None:
    """Before it has grown past the client's position, and after: then its positions look good, and are not."""
    home = tmp_path / "server"
    backup = tmp_path / "backup.db"

    async def before() -> tuple[int, dict[bytes, int]]:
        async with running_server(home) as running, opened_client(tmp_path / "client", page_rows=PAGE_ROWS) as client:
            music = Music(running, seed=1)
            await music.add(200)
            await add_source(client, running)
            await sync_one(client)
            await asyncio.to_thread(back_up, ServerConfig(home=home), backup)
            # The client sees what the backup does not know.
            await music.add(30)
            await music.touch(changed=20, deleted=5)
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            return int(running.url.rpartition(":")[2]), await local_ids(client)

    async def after(port: int, ids: dict[bytes, int]) -> None:
        async with running_server(home, port=port) as running, opened_client(tmp_path / "client") as client:
            music = Music(running, seed=2)
            await music.add(150 if outgrown else 3)
            result = await sync_one(client)
            assert result.error is None, result
            await assert_words_agree(client)
            await assert_equals_a_fresh_sync(client, running)
            now = await local_ids(client)
            assert all(now[one] == ids[one] for one in ids.keys() & now.keys())
            assert (await sync_one(client)).requests == 1

    port, ids = run(before())
    restore(ServerConfig(home=home), backup)
    run(after(port, ids))


async def local_ids(client: Client) -> dict[bytes, int]:
    """Remote id -> the id on this device, on which playlists and plays hang."""
    tracks = await client.library.tracks(limit=1000)
    sources = await client.library.track_sources([track.id for track in tracks.tracks])
    return {one.remote_id.encode(): track_id for track_id, found in sources.items() for one in found}


def test_a_first_sync_goes_on_over_a_restart_of_the_server(tmp_path: Path) -> None:
    """A new era begins; a position that is within the history of the old one stays good."""
    home = tmp_path / "server"

    async def first() -> int:
        async with running_server(home) as running, opened_client(tmp_path / "client", page_rows=PAGE_ROWS) as client:
            await Music(running, seed=1).add(200)
            await add_source(client, running)
            with client.events.subscribe() as events:
                async with asyncio.TaskGroup() as tasks:
                    syncing = tasks.create_task(sync_one(client))
                    async for event in events:
                        if type(event).__name__ == "LibraryChanged":
                            client.sync.cancel()
                            break
                assert syncing.result().status is SyncStatus.CANCELLED
            assert 0 < await client.library.count() < 200
            return int(running.url.rpartition(":")[2])

    async def second(port: int) -> None:
        async with running_server(home, port=port) as running, opened_client(tmp_path / "client") as client:
            known = await client.library.count()
            result = await sync_one(client)
            assert result.error is None, result
            assert (result.tracks_synced, result.tracks_updated) == (200 - known, 0)
            await assert_equals_a_fresh_sync(client, running)

    run(second(run(first())))
