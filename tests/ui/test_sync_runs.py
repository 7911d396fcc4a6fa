"""Syncs by hand, against a server that can be told to wait."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from soul_player.client import Client, SourceId, SourceNotFound, SyncStatus
from soul_player.ui.sync_runs import RUNS_KEPT_MAX, SyncRuns, TooManyRuns
from tests.client.clients import add, opened_client
from tests.conftest import run
from tests.edges.fake_server import FakeServer, fake_server, make_track

CANCELS = 4


@asynccontextmanager
async def at_work(home: Path) -> AsyncGenerator[tuple[Client, SyncRuns, FakeServer, asyncio.Event], None]:
    """A client with one source, whose server holds back each page of tracks until the event is set."""
    go_on = asyncio.Event()

    async def hold_back(request: web.Request) -> web.StreamResponse | None:
        if request.path.endswith("/sync/tracks"):
            await go_on.wait()
        return None

    async with fake_server() as server, opened_client(home) as client:
        server.put(*(make_track(number) for number in range(5)))
        await add(client, server)
        server.misbehave = hold_back
        runs = SyncRuns(client)
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(runs.run())
            try:
                yield client, runs, server, go_on
            finally:
                go_on.set()
                working.cancel()


async def until_it_syncs(client: Client) -> None:
    """The server has been asked."""
    with client.events.subscribe() as events:
        while not client.sync.running:
            async with asyncio.timeout(10):
                await anext(events)


def test_a_run_can_be_waited_for(tmp_path: Path) -> None:
    """As long as it takes, or as long as one likes."""

    async def story() -> None:
        async with at_work(tmp_path) as (_, runs, _server, go_on):
            begun = await runs.begin(None, full=False)
            waited = await runs.wait(begun.id, 0.05)
            assert waited is begun
            assert not begun.done.is_set()
            go_on.set()
            assert await runs.wait(begun.id, 10) is begun
            assert begun.done.is_set()
            (result,) = begun.results
            assert (result.status, result.tracks_synced) == (SyncStatus.SYNCED, 5)
            assert await runs.wait(999, 10) is None

    run(story())


def test_a_cancelled_run_ends_at_once_and_so_does_one_that_waits_for_its_turn(tmp_path: Path) -> None:
    """Within 100 ms, and a look of those that wait; the server still holds its answer back. The next one goes on."""

    async def story() -> None:
        async with at_work(tmp_path) as (client, runs, _server, go_on):
            took = []
            for _ in range(CANCELS):
                first = await runs.begin(None, full=False)
                second = await runs.begin(None, full=False)
                await until_it_syncs(client)
                began = asyncio.get_running_loop().time()
                runs.cancel()
                await runs.wait(first.id, 10)
                await runs.wait(second.id, 10)
                took.append(asyncio.get_running_loop().time() - began)
                assert [one.results[0].status for one in (first, second)] == [SyncStatus.CANCELLED] * 2
            # The machine may be busy with other things, not each time.
            assert min(took) < 0.5, took
            go_on.set()
            third = await runs.begin(None, full=True)
            await runs.wait(third.id, 10)
            assert third.results[0].status is SyncStatus.SYNCED

    run(story())


def test_a_run_follows_the_sync_that_is_under_way(tmp_path: Path) -> None:
    """What that one takes along is not known: what waits is sent by this one for sure."""

    async def story() -> None:
        async with at_work(tmp_path) as (client, runs, server, go_on), asyncio.TaskGroup() as tasks:
            tasks.create_task(client.sync.run())
            await until_it_syncs(client)
            begun = await runs.begin([SourceId(1)], full=False)
            await asyncio.sleep(0.2)
            server.put(make_track(77))
            go_on.set()
            await runs.wait(begun.id, 10)
            assert begun.results[0].status is SyncStatus.SYNCED
            assert await client.library.count() == 6

    run(story())


def test_what_is_no_source_is_told_and_nothing_begins(tmp_path: Path) -> None:
    async def story() -> None:
        async with at_work(tmp_path) as (client, runs, _server, _go_on):
            with pytest.raises(SourceNotFound):
                await runs.begin([SourceId(1), SourceId(9)], full=False)
            assert not client.sync.running

    run(story())


def test_runs_are_bounded(tmp_path: Path) -> None:
    """So many may wait; of those that are done the oldest are forgotten."""

    async def story() -> None:
        async with at_work(tmp_path) as (_client, runs, _server, go_on):
            begun = [await runs.begin(None, full=False) for _ in range(RUNS_KEPT_MAX)]
            with pytest.raises(TooManyRuns):
                await runs.begin(None, full=False)
            go_on.set()
            for one in begun:
                await runs.wait(one.id, 30)
            for _ in range(RUNS_KEPT_MAX):
                newest = await runs.begin(None, full=False)
                await runs.wait(newest.id, 30)
            assert await runs.wait(begun[0].id, 0) is None
            assert await runs.wait(newest.id, 0) is newest

    run(story(), timeout_seconds=120)
