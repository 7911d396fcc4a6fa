"""The indexes that a bulk load drops: owed meanwhile, built at its end or at the next start."""

from pathlib import Path

import pytest
from aiohttp import web

from soul_player.client import Client, SyncStatus
from soul_player.client.library.indexes import drop_indexes, indexes_are_owed
from soul_player.client.library.lock import HomeLock
from soul_player.client.sync import bulk_load
from soul_player.database.access import Reader
from tests.client.clients import add, assert_consistent, database_of, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import fake_server, make_track

INDEXES = {"tracks_by_artist", "tracks_by_title", "tracks_by_added"}


async def indexes_of(client: Client) -> set[str]:
    """Those of the three that are there."""
    return await client.library.read(_indexes)


async def _indexes(library: Reader) -> set[str]:
    rows = await library.all("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'tracks'")
    return {row[0] for row in rows}


def test_a_new_library_has_its_indexes(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            assert await indexes_of(client) == INDEXES
            assert not await client.library.read(indexes_are_owed)

    run(story())


def test_a_start_builds_what_a_killed_bulk_load_left_owed(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server:
            async with opened_client(tmp_path) as client:
                server.put(*(make_track(number) for number in range(50)))
                await add(client, server)
                await sync_one(client)
                await database_of(client).write(drop_indexes)
                assert await indexes_of(client) == set()
                # Lists are right without them.
                await assert_consistent(client, server)
            async with opened_client(tmp_path) as client:
                assert await indexes_of(client) == INDEXES
                assert not await client.library.read(indexes_are_owed)

    run(story())


def test_a_start_beside_a_bulk_load_leaves_them_to_it(tmp_path: Path) -> None:
    """Building them under a load of another process would hold up both."""

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            await database_of(client).write(drop_indexes)
        lock = HomeLock(tmp_path)
        assert lock.acquire()
        async with opened_client(tmp_path) as client:
            assert await indexes_of(client) == set()
        lock.release()
        async with opened_client(tmp_path) as client:
            assert await indexes_of(client) == INDEXES

    run(story())


@pytest.mark.parametrize("breaks", [False, True])
def test_a_bulk_load_drops_them_and_builds_them_at_its_end(
    tmp_path: Path, breaks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the server goes away in the middle."""
    monkeypatch.setattr(bulk_load, "ROWS_MIN", 100)

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=50) as client:
            server.put(*(make_track(number) for number in range(200)))
            await add(client, server)
            pages = 0
            during: list[set[str]] = []

            async def watch(request: web.Request) -> web.StreamResponse | None:
                nonlocal pages
                pages += request.path == "/api/sync/tracks"
                if pages >= 3:
                    during.append(await indexes_of(client))
                    return web.Response(status=403, text="no") if breaks else None
                return None

            server.misbehave = watch
            result = await sync_one(client)
            assert result.status is (SyncStatus.OFFLINE if breaks else SyncStatus.SYNCED)
            assert during[0] == set()
            assert await indexes_of(client) == INDEXES
            assert not await client.library.read(indexes_are_owed)

    run(story())


def test_what_a_cancelled_bulk_load_left_owed_is_built_by_the_next_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was left to come is no bulk any more: a program that goes on for weeks would list slowly all that time."""
    monkeypatch.setattr(bulk_load, "ROWS_MIN", 100)

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=50) as client:
            server.put(*(make_track(number) for number in range(200)))
            await add(client, server)
            pages = 0

            async def cancel(request: web.Request) -> web.StreamResponse | None:
                nonlocal pages
                pages += request.path == "/api/sync/tracks"
                if pages == 4:
                    server.misbehave = None
                    client.sync.cancel()
                return None

            server.misbehave = cancel
            assert (await sync_one(client)).status is SyncStatus.CANCELLED
            assert await indexes_of(client) == set()
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            assert await indexes_of(client) == INDEXES

    run(story())
