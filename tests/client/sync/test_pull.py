"""Reading a source's feed into the library."""

from pathlib import Path

from soul_player.client import SyncStatus
from tests.client.clients import add, opened_client, sync_one, titles
from tests.conftest import run
from tests.edges.fake_server import fake_server, make_id, make_track


def test_a_first_sync_brings_every_track_and_a_second_one_is_a_single_request(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=100) as client:
            server.put(*(make_track(number) for number in range(250)))
            await add(client, server)
            first = await sync_one(client)
            assert (first.status, first.error, first.tracks_synced) == (SyncStatus.SYNCED, None, 250)
            assert await titles(client) == {track.id: track.title for track in server.live.values()}
            # Heads and three pages.
            assert first.requests == 4
            server.seen.clear()
            idle = await sync_one(client)
            assert (idle.status, idle.requests, server.paths()) == (SyncStatus.SYNCED, 1, ["/api/sync/heads"])

    run(story())


def test_changes_and_deletions_arrive(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(*(make_track(number) for number in range(40)))
            await add(client, server)
            await sync_one(client)
            server.put(make_track(3, title="Renamed"), make_track(50))
            server.delete(make_id(7))
            result = await sync_one(client)
            assert (result.tracks_synced, result.tracks_updated, result.tracks_deleted) == (1, 1, 1)
            assert await titles(client) == {track.id: track.title for track in server.live.values()}
            assert [track.title for track in await client.library.search("renamed")] == ["Renamed"]
            assert [track.title for track in await client.library.search("title 50")] == ["Title 50"]

    run(story())
