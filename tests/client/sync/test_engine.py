"""Who syncs, when, and what is told of it."""

from pathlib import Path

import pytest
from aiohttp import web

from soul_player.client import HomeLocked, SyncStatus
from soul_player.client.events import (
    Event,
    LibraryChanged,
    Listener,
    SourceOffline,
    SourceOnline,
    SyncFinished,
    SyncProgress,
    SyncRetrying,
    SyncStarted,
)
from soul_player.client.library.lock import HomeLock
from tests.client.clients import add, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.edges.fake_server import FakeServer, Misbehaviour, fake_server, make_track, problem


def told(listener: Listener) -> list[Event]:
    """Everything so far."""
    events: list[Event] = []
    while (event := listener.take()) is not None:
        events.append(event)
    return events


def test_syncing_belongs_to_the_holder_of_the_lock(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            await add(client, server)
            lock = HomeLock(tmp_path)
            assert lock.acquire()
            with pytest.raises(HomeLocked):
                await client.sync.run()
            # Reading and editing need no lock.
            assert await client.library.count() == 0
            lock.release()
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            assert lock.acquire(), "it is free again"
            lock.release()

    run(story())


def test_a_sync_tells_its_start_its_progress_and_its_end(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=100) as client:
            server.put(*(make_track(number) for number in range(250)))
            source = await add(client, server)
            with client.events.subscribe() as listener:
                result = await sync_one(client)
                events = told(listener)
            progress = [(one.done, one.total) for one in events if isinstance(one, SyncProgress)]
            assert progress == [(100, 250), (200, 250), (250, 250)]
            assert events[0] == SyncStarted(source.id, "Fake")
            assert events[-1] == SyncFinished(source.id, result)
            assert events.count(LibraryChanged(source.id)) == 3

    run(story())


def test_going_and_coming_back_are_told_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            async with fake_server() as server:
                source = await add(client, server)
            with client.events.subscribe() as listener:
                for _ in range(3):
                    assert (await sync_one(client)).status is SyncStatus.OFFLINE
                assert sum(isinstance(one, SourceOffline) for one in told(listener)) == 1
                (away,) = await client.sources.list()
                assert (away.is_offline, away.failed_attempts, away.last_error_code) == (True, 3, "offline")
                async with fake_server(port=int(server.url.rpartition(":")[2])) as again:
                    again.access_tokens = server.access_tokens
                    for _ in range(2):
                        assert (await sync_one(client)).status is SyncStatus.SYNCED
                assert [one for one in told(listener) if isinstance(one, SourceOnline)] == [SourceOnline(source.id)]
                (back,) = await client.sources.list()
                assert (back.is_offline, back.failed_attempts, back.last_error) == (False, 0, None)

    run(story())


def test_a_timer_leaves_alone_what_backs_off_and_a_person_does_not(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with fake_server() as server, opened_client(tmp_path, clock=clock) as client:
            source = await add(client, server)
            server.misbehave = busy
            assert (await sync_one(client)).status is SyncStatus.FAILED
            (failed,) = await client.sources.list()
            assert failed.retry_at_ms == clock.now_ms() + 600_000, "the server said when"
            server.misbehave = None
            assert await client.sync.run(due_only=True) == []
            clock.advance(600)
            assert [one.status for one in await client.sync.run([source.id], due_only=True)] == [SyncStatus.SYNCED]
            server.misbehave = busy
            await sync_one(client)
            server.misbehave = None
            assert (await sync_one(client)).status is SyncStatus.SYNCED

    run(story())


def test_a_clock_that_was_set_back_keeps_no_timer_away(tmp_path: Path) -> None:
    """It was years ahead when the server failed."""

    async def story() -> None:
        clock = FakeClock()
        async with fake_server() as server, opened_client(tmp_path, clock=clock) as client:
            await add(client, server)
            server.misbehave = busy
            await sync_one(client)
            assert await client.sync.run(due_only=True) == []
            server.misbehave = None
            clock.wall_ms -= 5 * 365 * 86_400_000
            (result,) = await client.sync.run(due_only=True)
            assert result.status is SyncStatus.SYNCED

    run(story())


async def busy(request: web.Request) -> web.StreamResponse | None:
    """Come back in ten minutes."""
    return problem(503, "not_ready", {"Retry-After": "600"})


def test_a_timer_asks_a_source_that_was_offline_for_its_health_first(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            async with fake_server() as server:
                await add(client, server)
            await sync_one(client)
            async with fake_server(port=int(server.url.rpartition(":")[2])) as again:
                again.access_tokens = server.access_tokens
                assert [one.status for one in await client.sync.run(due_only=True)] == [SyncStatus.SYNCED]
                assert again.paths()[0] == "/api/health"

    run(story())


def test_a_hiccup_is_retried_within_the_attempt(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=10) as client:
            server.put(*(make_track(number) for number in range(50)))
            await add(client, server)
            server.misbehave = every_second_fails(server)
            with client.events.subscribe() as listener:
                result = await sync_one(client)
                retries = [one for one in told(listener) if isinstance(one, SyncRetrying)]
            assert (result.status, result.tracks_synced) == (SyncStatus.SYNCED, 50)
            assert 1 <= len(retries) <= 3

    run(story())


def every_second_fails(server: FakeServer) -> Misbehaviour:
    """Two of the pages come with a 502 first."""
    failed: set[int] = set()

    async def misbehave(request: web.Request) -> web.StreamResponse | None:
        pages = server.paths().count("/api/sync/tracks")
        if pages in {2, 5} and pages not in failed:
            failed.add(pages)
            return problem(502, "internal")
        return None

    return misbehave


@pytest.mark.parametrize("path", ["/api/sync/heads", "/api/sync/tracks"])
def test_a_source_that_is_removed_while_it_is_synced_ends_its_sync_and_nothing_else(tmp_path: Path, path: str) -> None:
    """By a command beside the process that keeps the home in sync, which must go on for the other sources."""

    async def story() -> None:
        async with (
            fake_server() as server,
            fake_server(server_id="01890000-0000-7000-8000-00000000000b") as other,
            opened_client(tmp_path) as client,
        ):
            server.put(make_track(1))
            other.put(make_track(2))
            source = await add(client, server)
            await add(client, other, name="Other")

            async def remove_it(request: web.Request) -> None:
                if request.path == path:
                    server.misbehave = None
                    async with opened_client(tmp_path) as command:
                        await command.sources.remove(source.id)

            server.misbehave = remove_it
            gone, kept = await client.sync.run()
            assert gone.error is not None
            assert gone.error.code in {"run_over", "sign_in_needed"}
            assert kept.status is SyncStatus.SYNCED
            assert [one.name for one in await client.sources.list()] == ["Other"]

    run(story())
