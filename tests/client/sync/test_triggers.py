"""A home that keeps itself in sync: over real servers, that come and go."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from soul_player.client import Client, HomeLocked, SyncFinished, SyncStarted, SyncStatus
from soul_player.database.access import Writer
from soul_player.edges import SystemClock
from tests.client.clients import add, database_of, opened_client
from tests.client.sync.music import Music
from tests.conftest import run
from tests.edges.fake_server import FakeServer, fake_server, make_track
from tests.server.running import RunningServer, running_server


@asynccontextmanager
async def kept(client: Client) -> AsyncGenerator[None, None]:
    """In sync, while the block runs."""
    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(client.triggers.run())
        try:
            yield
        finally:
            keeping.cancel()


async def until(holds: Callable[[], Awaitable[bool]], *, seconds: float = 10.0) -> float:
    """Wait for it; how long it took."""
    began = time.monotonic()
    async with asyncio.timeout(seconds):
        # Nobody tells of what is only in a database.
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    return time.monotonic() - began


async def has_tracks(client: Client, count: int) -> bool:
    """Shown ones."""
    return await client.library.count() == count


async def join(client: Client, running: RunningServer) -> int:
    """As a source; its id."""
    return (await client.sources.add(running.url, username=running.username, password=running.password)).id


def runs_of(server: FakeServer) -> int:
    """Each asks for the heads once."""
    return server.paths().count("/api/sync/heads")


def test_an_edit_on_one_device_is_on_the_other_at_once(tmp_path: Path) -> None:
    """Nobody says sync: the edit is noticed, sent, hinted at, and pulled."""

    async def story() -> None:
        async with (
            running_server(tmp_path / "server") as running,
            opened_client(tmp_path / "phone") as phone,
            opened_client(tmp_path / "desk") as desk,
        ):
            source_id = await join(phone, running)
            await join(desk, running)
            await Music(running, seed=1).add(30)
            async with kept(phone), kept(desk):
                for client in (phone, desk):
                    await until(lambda client=client: has_tracks(client, 30))  # type: ignore[misc]  # bound now
                await asyncio.sleep(0.5)
                await phone.edits.create_playlist("Night Drive", source_id=source_id)  # type: ignore[arg-type]  # an int

                async def arrived() -> bool:
                    return [one.name for one in await desk.playlists.list()] == ["Night Drive"]

                assert await until(arrived) < 2.0
                # A scan of the server is heard of as well.
                await Music(running, seed=2).add(5)
                running.server.announcing.news.announce("library")
                assert await until(lambda: has_tracks(desk, 35)) < 3.0

    run(story())


def test_a_server_that_was_away_is_synced_as_soon_as_it_is_back(tmp_path: Path) -> None:
    """Not after the half-minutes of backing off: the live connection is the first to know."""

    async def story() -> None:
        async with opened_client(tmp_path / "phone") as phone:
            async with running_server(tmp_path / "server") as running:
                port = int(running.url.rpartition(":")[2])
                await join(phone, running)
            async with kept(phone):

                async def is_offline() -> bool:
                    return (await phone.sources.list())[0].is_offline

                async def is_online() -> bool:
                    return not await is_offline()

                await until(is_offline)
                async with running_server(tmp_path / "server", port=port) as back:
                    await Music(back, seed=1).add(3)
                    await until(lambda: has_tracks(phone, 3))
                    await until(is_online)

    run(story())


def test_a_dead_server_never_delays_another(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            fake_server() as slow,
            fake_server(server_id="01890000-0000-7000-8000-00000000000b") as quick,
            opened_client(tmp_path) as client,
        ):
            await add(client, slow, name="Slow")
            await add(client, quick, name="Quick")

            async def hang(_: object) -> None:
                await asyncio.sleep(60)

            slow.misbehave = hang
            quick.put(*map(make_track, range(1, 6)))
            async with kept(client):
                await until(lambda: has_tracks(client, 5))
                quick.put(make_track(9))
                client.triggers.sync_now()
                await until(lambda: has_tracks(client, 6))

    run(story())


def test_by_hand_means_now_and_a_hundred_times_means_twice(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            await add(client, server)
            async with kept(client):

                async def began() -> bool:
                    return runs_of(server) >= 1

                await until(began)
                await asyncio.sleep(0.3)
                before = runs_of(server)
                for _ in range(100):
                    client.triggers.sync_now()
                    await asyncio.sleep(0)
                await asyncio.sleep(0.5)
                assert 1 <= runs_of(server) - before <= 3

    run(story())


def test_a_source_added_or_removed_meanwhile_is_noticed(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client, kept(client):
            await asyncio.sleep(0.1)
            server.put(make_track(1))
            source = await add(client, server)
            await until(lambda: has_tracks(client, 1))
            await client.sources.remove(source.id)
            await asyncio.sleep(0.6)
            seen = len(server.seen)
            client.triggers.sync_now()
            await asyncio.sleep(0.3)
            assert len(server.seen) == seen

    run(story())


def test_one_process_of_a_home_keeps_it_in_sync(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as one, opened_client(tmp_path) as other, kept(one):
            await asyncio.sleep(0.1)
            with pytest.raises(HomeLocked):
                await other.triggers.run()

    run(story())


class SlowClock(SystemClock):
    """The world's clock goes as a test says; the machine's own clock stands still while it sleeps."""

    def __init__(self) -> None:
        self.slept_ms = 0

    def now_ms(self) -> int:
        """With all that was slept."""
        return super().now_ms() + self.slept_ms


def test_after_a_sleep_everything_is_looked_at_at_once(tmp_path: Path) -> None:
    """Not half an hour after the lid was opened, and without waiting for a dead connection to be found out."""

    async def story() -> None:
        clock = SlowClock()
        async with fake_server() as server, opened_client(tmp_path, clock=clock) as client:
            await add(client, server)
            async with kept(client):

                async def began() -> bool:
                    return runs_of(server) >= 1

                await until(began)
                await asyncio.sleep(0.5)
                before = runs_of(server)
                clock.slept_ms += 8 * 3_600_000

                async def again() -> bool:
                    return runs_of(server) > before

                assert await until(again) < 1.5

    run(story())


def test_working_offline_ends_what_is_under_way_and_coming_back_goes_on_at_once(tmp_path: Path) -> None:
    """Said by another process of the home: the socket is closed, nothing is asked, and then the news comes."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as running, opened_client(tmp_path / "phone") as phone:
            await join(phone, running)
            announcing = running.server.announcing
            async with kept(phone), opened_client(tmp_path / "phone") as person:

                async def listens() -> bool:
                    return len(announcing.hub) == 1

                async def is_gone() -> bool:
                    return len(announcing.hub) == 0

                await until(listens)
                await person.offline.turn(on=True)
                assert await until(is_gone) < 5.0
                await Music(running, seed=1).add(3)
                running.server.announcing.news.announce("library")
                phone.triggers.sync_now()
                await asyncio.sleep(0.7)
                assert await phone.library.count() == 0
                await person.offline.turn(on=False)
                assert await until(lambda: has_tracks(phone, 3)) < 5.0
                assert await until(listens) < 5.0

    run(story())


def test_a_library_that_cannot_be_written_at_all_is_no_reason_to_ask_again_and_again(tmp_path: Path) -> None:
    """Not even when to try again finds room on a full disk: the server would be asked as fast as it answers."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            await add(client, server)
            async with kept(client):
                await until(lambda: has_synced(client))
                writer = await database_of(client).write(_connection)
                writer.execute("PRAGMA query_only = 1")
                with client.events.subscribe() as events:
                    client.triggers.sync_now()
                    async for event in events:
                        if isinstance(event, SyncFinished) and event.result.status is SyncStatus.FAILED:
                            break
                    await asyncio.sleep(1.0)
                    assert not any(isinstance(event, SyncStarted) for event in iter(events.take, None))
                writer.execute("PRAGMA query_only = 0")
                server.put(make_track(1))
                client.triggers.sync_now()
                await until(lambda: has_tracks(client, 1))

    run(story())


async def _connection(library: Writer) -> sqlite3.Connection:
    connection = library._connection  # type: ignore[attr-defined]  # SQLite's
    assert isinstance(connection, sqlite3.Connection)
    return connection


async def has_synced(client: Client) -> bool:
    """Once, since ever."""
    return (await client.sources.list())[0].last_sync_at_ms is not None
