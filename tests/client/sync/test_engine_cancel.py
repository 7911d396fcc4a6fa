"""Cancel answers at once, whatever is under way, and what was committed is gone on from."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from soul_player.client import Client, ProgressKind, SyncProgress, SyncResult, SyncStatus
from tests.client.clients import add, assert_consistent, opened_client
from tests.conftest import run
from tests.edges.fake_server import fake_server, make_track
from tests.edges.slow_line import slow_line

TRACKS = 12_000
PAGE = 1_000
# Nobody may wait longer for an answer to a click.
CANCEL_SECONDS_MAX = 0.1


async def cancelled_once(client: Client, is_time: Callable[[int], bool]) -> tuple[SyncResult, float]:
    """A sync that is cancelled as soon as so many tracks are there; how long that took."""
    with client.events.subscribe() as events:
        async with asyncio.TaskGroup() as tasks:
            syncing = tasks.create_task(client.sync.run())
            async for event in events:
                if isinstance(event, SyncProgress) and event.kind is ProgressKind.TRACKS and is_time(event.done):
                    break
            # Into the middle of what follows: the next page is under way, or being stored.
            await asyncio.sleep(0.03)
            began = time.monotonic()
            client.sync.cancel()
            (result,) = await syncing
            return result, time.monotonic() - began


@pytest.mark.parametrize("done", [PAGE, 5 * PAGE, 9 * PAGE])
def test_cancel_answers_within_100_ms_in_the_middle_of_a_large_first_sync(tmp_path: Path, done: int) -> None:
    """Pages of a thousand, stored as they come; the next run does not ask again for what is there."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=PAGE) as client:
            server.put(*map(make_track, range(1, TRACKS + 1)))
            await add(client, server)
            result, seconds = await cancelled_once(client, lambda so_far: so_far >= done)
            assert result.status is SyncStatus.CANCELLED
            assert seconds < CANCEL_SECONDS_MAX
            before = server.paths().count("/api/sync/tracks")
            (again,) = await client.sync.run()
            assert again.status is SyncStatus.SYNCED
            assert server.paths().count("/api/sync/tracks") - before <= (TRACKS - done) // PAGE + 2
            await assert_consistent(client, server)

    run(story())


def test_cancel_answers_within_100_ms_while_a_page_trickles_in(tmp_path: Path) -> None:
    """A slow line: half of a page has come, and the rest would take minutes."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=PAGE) as client:
            server.put(*map(make_track, range(1, 3 * PAGE)))
            with slow_line(server.url, bytes_per_second=20_000) as line:
                await client.sources.add(line.url, username="ann", password="correct horse battery staple")
                async with asyncio.TaskGroup() as tasks:
                    syncing = tasks.create_task(client.sync.run())
                    while line.carried_bytes < 15_000:  # noqa: ASYNC110  # a thread counts them
                        await asyncio.sleep(0.01)
                    began = time.monotonic()
                    client.sync.cancel()
                    (result,) = await syncing
                    seconds = time.monotonic() - began
            assert (result.status, seconds < CANCEL_SECONDS_MAX) == (SyncStatus.CANCELLED, True)

    run(story())


def test_cancel_answers_within_100_ms_between_two_tries(tmp_path: Path) -> None:
    """Seconds of backing off are no reason to wait either."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            await add(client, server)
            server.misbehave = busy
            async with asyncio.TaskGroup() as tasks:
                syncing = tasks.create_task(client.sync.run())
                await asyncio.sleep(0.3)
                began = time.monotonic()
                client.sync.cancel()
                (result,) = await syncing
                assert (result.status, time.monotonic() - began < CANCEL_SECONDS_MAX) == (SyncStatus.CANCELLED, True)

    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": "20"})

    run(story())


def test_what_only_begins_to_begin_is_cancelled_too(tmp_path: Path) -> None:
    """Its sources are still being looked up: no server is asked for it afterwards."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            await add(client, server)
            before = len(server.paths())
            async with asyncio.TaskGroup() as tasks:
                syncing = tasks.create_task(client.sync.run())
                # One turn: the look into the library is under way, in its thread.
                await asyncio.sleep(0)
                assert not client.sync.running
                client.sync.cancel()
                (result,) = await syncing
            assert (result.status, len(server.paths())) == (SyncStatus.CANCELLED, before)
            (again,) = await client.sync.run()
            assert again.status is SyncStatus.SYNCED

    run(story())
