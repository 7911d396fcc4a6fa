"""When a server refuses the position (410): everything is read anew, and nothing of the user's is lost."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from soul_player.client import AvailabilityStatus, Client, SyncStatus
from tests.client.clients import add, assert_consistent, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.edges.fake_server import FakeServer, fake_server, make_id, make_track

CODES = ["cursor_invalid", "cursor_expired", "cursor_diverged"]


@asynccontextmanager
async def synced(home: Path, clock: FakeClock) -> AsyncGenerator[tuple[FakeServer, Client], None]:
    """A server with a hundred tracks, and a client that knows them all."""
    async with fake_server() as server, opened_client(home, clock=clock, page_rows=30) as client:
        server.expires_in = 10**7
        server.put(*(make_track(number) for number in range(100)))
        await add(client, server)
        assert (await sync_one(client)).status is SyncStatus.SYNCED
        yield server, client


def refuse_old_positions(server: FakeServer, code: str) -> None:
    """A new era begins: what was given out before it is refused."""
    server.era = f"01890000-0000-7000-8000-{len(server.seen):012x}"
    server.refuses = code


@pytest.mark.parametrize("code", CODES)
def test_a_refused_position_is_healed_by_reading_everything_anew(tmp_path: Path, code: str) -> None:
    """A restored server is older than the client: rows have lower positions than those known, some are gone."""

    async def story() -> None:
        async with synced(tmp_path, FakeClock()) as (server, client):
            before = {track.title: track.id for track in (await client.library.tracks(limit=1000)).tracks}
            server.head = 0
            for track_id in list(server.live)[:10]:
                del server.live[track_id]
            server.live = {track.id: track for track in server.live.values()}
            for track in list(server.live.values()):
                server.put(track)
            server.put(make_track(50, title="As it was before"), make_track(200))
            refuse_old_positions(server, code)
            result = await sync_one(client)
            assert (result.status, result.error) == (SyncStatus.SYNCED, None)
            assert (result.tracks_deleted, result.tracks_synced) == (10, 1)
            await assert_consistent(client, server)
            after = {track.title: track.id for track in (await client.library.tracks(limit=1000)).tracks}
            assert {title: after[title] for title in after if title in before} == {
                title: local for title, local in before.items() if title in after
            }, "tracks keep their ids: playlists and plays hang on them"
            gone = await client.library.track(before["Title 0"])
            assert gone.status is AvailabilityStatus.UNAVAILABLE

    run(story())


@pytest.mark.parametrize("code", CODES)
def test_a_second_refusal_within_an_hour_is_reported(tmp_path: Path, code: str) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with synced(tmp_path, clock) as (server, client):
            server.put(make_track(100))
            refuse_old_positions(server, code)
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            clock.advance(3_599)
            server.put(make_track(101))
            server.refuses_every = True
            refused = await sync_one(client)
            assert refused.error is not None
            assert (refused.status, refused.error.code) == (SyncStatus.FAILED, "reset_too_often")
            assert await client.library.count() == 101, "what is known stays"
            clock.advance(2)
            server.refuses_every = False
            refuse_old_positions(server, code)
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            await assert_consistent(client, server)

    run(story())


def test_a_refusal_in_the_middle_of_a_first_sync_loses_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=10) as client:
            server.put(*(make_track(number) for number in range(100)))
            await add(client, server)
            pages = 0

            async def misbehave(request: web.Request) -> web.StreamResponse | None:
                nonlocal pages
                pages += request.path == "/api/sync/tracks"
                if pages == 5:
                    refuse_old_positions(server, "cursor_diverged")
                return None

            server.misbehave = misbehave
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            await assert_consistent(client, server)

    run(story())


def test_a_reset_that_is_cut_off_still_sweeps_when_it_is_done(tmp_path: Path) -> None:
    """The sweep belongs to the end of the run, whichever process reaches it."""

    async def story() -> None:
        clock = FakeClock()
        async with synced(tmp_path, clock) as (server, client):
            for number in range(5):
                del server.live[make_id(number)]
            server.put(make_track(300))
            refuse_old_positions(server, "cursor_expired")
            pages = 0

            async def misbehave(request: web.Request) -> web.StreamResponse | None:
                nonlocal pages
                pages += request.path == "/api/sync/tracks"
                return web.Response(status=403, text="no") if pages >= 4 else None

            server.misbehave = misbehave
            assert (await sync_one(client)).status is SyncStatus.OFFLINE
            assert await client.library.count() == 100, "stale tracks stay until the run is whole"
        async with opened_client(tmp_path, clock=clock, page_rows=30) as client, fake_server_at(server) as moved:
            result = await sync_one(client)
            assert (result.status, result.tracks_deleted) == (SyncStatus.SYNCED, 5)
            await assert_consistent(client, moved)

    run(story())


@asynccontextmanager
async def fake_server_at(server: FakeServer) -> AsyncGenerator[FakeServer, None]:
    """The same library, at the same address, after a restart."""
    port = int(server.url.rpartition(":")[2])
    async with fake_server(port=port) as again:
        again.head, again.live, again.deleted, again.era = server.head, server.live, server.deleted, server.era
        again.access_tokens, again.refuses = server.access_tokens, server.refuses
        yield again


def test_a_full_sync_reads_everything_anew_as_often_as_it_is_asked_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with synced(tmp_path, FakeClock()) as (server, client):
            for number in range(3):
                # Vanished without a tombstone: only reading everything can notice.
                del server.live[make_id(number)]
                result = await sync_one(client, full=True)
                assert (result.status, result.tracks_deleted) == (SyncStatus.SYNCED, 1)
                await assert_consistent(client, server)
            assert (await sync_one(client)).requests == 1

    run(story())
