"""A first sync that is cut off at every page: the next run goes on from there, and nothing is missed."""

import asyncio
import random
import signal
from pathlib import Path

from aiohttp import web

from soul_player.client import Client, SyncStatus
from soul_player.database.access import Writer
from tests.client.clients import add, assert_consistent, database_of, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import FakeServer, fake_server, make_track
from tests.forked import Program, start_module

PAGE_ROWS = 20
TRACKS = 200
PROCESS_SECONDS_MAX = 60.0


class Killer:
    """Kills the syncing process with signal 9 when it asks for its second page, or a little after."""

    def __init__(self, delay_seconds: float) -> None:
        self.process: Program | None = None
        self.pages = 0
        self._delay_seconds = delay_seconds

    async def misbehave(self, request: web.Request) -> web.StreamResponse | None:
        """The first page of each process is served, so that there is something under way."""
        if request.path != "/api/sync/tracks":
            return None
        self.pages += 1
        if self.pages < 2:
            return None
        await asyncio.sleep(self._delay_seconds)
        assert self.process is not None
        self.process.kill()
        return web.Response(status=503)


def test_a_process_killed_at_every_page_goes_on_from_there(tmp_path: Path) -> None:
    """Some are killed while the page before is being written, some after it was committed."""

    async def story() -> None:
        async with fake_server() as server:
            server.put(*(make_track(number) for number in range(TRACKS)))
            async with opened_client(tmp_path, page_rows=PAGE_ROWS) as client:
                await add(client, server)
            kills = 0
            delays = random.Random(1)
            while True:
                killer = Killer(delays.choice((0.0, 0.002, 0.01, 0.05)))
                server.misbehave = killer.misbehave
                killer.process = start_module("tests.client.sync.syncing_process", tmp_path)
                if await asyncio.to_thread(killer.process.wait, PROCESS_SECONDS_MAX) == 0:
                    break
                assert killer.process.returncode == -signal.SIGKILL
                kills += 1
                assert kills <= 3 * TRACKS // PAGE_ROWS, "the runs do not advance"
            assert kills >= 5
            # Had a run begun anew, it would have asked without a cursor.
            asked = [one.query.get("cursor") for one in server.seen if one.path == "/api/sync/tracks"]
            assert sum(1 for cursor in asked if cursor is None) <= 3
            server.misbehave = None
            async with opened_client(tmp_path, page_rows=PAGE_ROWS) as client:
                await assert_consistent(client, server)
                assert (await sync_one(client)).requests == 1

    run(story())


def _change(server: FakeServer, randomness: random.Random, fresh: int) -> None:
    """One thing of each kind, while the sync is cut off."""
    server.put(make_track(fresh))
    changed = randomness.choice(list(server.live))
    server.put(make_track(fresh, id=changed, title=f"Changed {fresh}"))
    server.delete(randomness.choice(list(server.live)))


async def _cut_off_at(client_home: Path, server: FakeServer, page: int) -> SyncStatus:
    """One run, whose connection ends for good at this page."""
    asked = 0

    async def misbehave(request: web.Request) -> web.StreamResponse | None:
        nonlocal asked
        if request.path != "/api/sync/tracks":
            return None
        asked += 1
        return web.Response(status=403, text="no") if asked > page else None

    server.misbehave = misbehave
    async with opened_client(client_home, page_rows=PAGE_ROWS) as client:
        return (await sync_one(client)).status


def test_a_first_sync_crashed_at_every_page_while_the_library_changes_equals_a_fresh_one(tmp_path: Path) -> None:
    async def story(seed: int) -> None:
        randomness = random.Random(seed)
        home = tmp_path / str(seed)
        async with fake_server() as server:
            server.put(*(make_track(number) for number in range(TRACKS)))
            async with opened_client(home) as client:
                await add(client, server)
            fresh = TRACKS
            for _ in range(60):
                status = await _cut_off_at(home, server, page=1)
                if status is SyncStatus.SYNCED:
                    break
                _change(server, randomness, fresh)
                fresh += 1
            assert fresh > TRACKS + 8, "it was not cut off at every page"
            server.misbehave = None
            async with opened_client(home, page_rows=PAGE_ROWS) as client:
                assert (await sync_one(client)).status is SyncStatus.SYNCED
                await assert_consistent(client, server)

    for seed in range(5):
        run(story(seed))


def test_cancelling_stops_at_once_and_keeps_what_is_committed(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=PAGE_ROWS) as client:
            server.put(*(make_track(number) for number in range(TRACKS)))
            await add(client, server)
            asked = 0

            async def misbehave(request: web.Request) -> web.StreamResponse | None:
                nonlocal asked
                asked += request.path == "/api/sync/tracks"
                if asked == 4:
                    client.sync.cancel()
                    await asyncio.sleep(60)
                return None

            server.misbehave = misbehave
            began = asyncio.get_running_loop().time()
            result = await sync_one(client)
            assert (result.status, result.error) == (SyncStatus.CANCELLED, None)
            assert result.tracks_synced >= 2 * PAGE_ROWS
            assert asyncio.get_running_loop().time() - began < 15
            server.misbehave = None
            server.seen.clear()
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            assert all(one.query.get("cursor") for one in server.seen if one.path == "/api/sync/tracks")
            await assert_consistent(client, server)

    run(story())


def test_a_page_and_its_cursor_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    """The disk is full in the middle of a page: SQLite itself says so, at a size that it is told to keep to."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=500) as client:
            server.put(*(make_track(number, title=f"Title {number} " + "long " * 50) for number in range(3000)))
            await add(client, server)
            await limit_size(client, pages=450)
            result = await sync_one(client)
            assert result.error is not None
            assert (result.status, result.error.code) == (SyncStatus.FAILED, "disk_full")
            assert 0 < result.tracks_synced < 3000
            assert await client.library.count() == result.tracks_synced
            await limit_size(client, pages=1_000_000)
            again = await sync_one(client)
            assert again.tracks_synced == 3000 - result.tracks_synced
            await assert_consistent(client, server)

    run(story())


async def limit_size(client: Client, *, pages: int) -> None:
    """How large the library's file may grow."""

    async def limit(library: Writer) -> None:
        await library.one(f"PRAGMA max_page_count = {pages}")

    await database_of(client).write(limit)
