"""Real devices at three servers of one PostgreSQL: what one does shows on the others, also when a notice got lost."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from soul_player.client import Client, ClientConfig, Edges, open_client
from soul_player.client.sources.tokens import FileTokens
from soul_player.edges import SystemClock, SystemRandomness
from soul_player.server.announce.postgres import CHANNEL
from tests.conftest import make_postgres_database, run
from tests.server.running import RunningServer, running_server


@pytest.fixture(name="url")
def fresh_database(postgres_url: str) -> str:
    """An empty one."""
    return make_postgres_database(postgres_url)


@asynccontextmanager
async def device_at(running: RunningServer, home: Path) -> AsyncGenerator[Client, None]:
    """A whole client that keeps itself in sync, live. Its ids are its own, so nothing about it is seeded."""
    config = ClientConfig(home, keyring=False)
    edges = Edges(SystemClock(), SystemRandomness(), tokens=FileTokens(home))
    async with open_client(config, edges=edges) as client:
        await client.sources.add(running.url, username=running.username, password=running.password)
        async with asyncio.TaskGroup() as tasks:
            keeping = tasks.create_task(client.triggers.run())
            try:
                yield client
            finally:
                keeping.cancel()


async def make_list(client: Client, name: str) -> None:
    """At its server."""
    (source,) = await client.sources.list()
    await client.edits.create_playlist(name, source_id=source.id)


async def shows(client: Client, name: str, *, seconds: float) -> None:
    """A playlist of this name."""
    async with asyncio.timeout(seconds):
        while name not in {one.name for one in await client.playlists.list()}:  # noqa: ASYNC110  # looked at as a person would
            await asyncio.sleep(0.02)


async def until_live(running: RunningServer) -> None:
    """Its device listens."""
    async with asyncio.timeout(10):
        while len(running.server.announcing.hub) == 0:  # noqa: ASYNC110  # the hub tells nobody
            await asyncio.sleep(0.02)


def test_an_edit_through_one_server_shows_on_devices_at_the_others(tmp_path: Path, url: str) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            devices = []
            for number in range(3):
                home = tmp_path / str(number)
                running = await stack.enter_async_context(running_server(home / "server", database=url))
                devices.append(await stack.enter_async_context(device_at(running, home / "client")))
                await until_live(running)
            for number, device in enumerate(devices):
                began = time.monotonic()
                await make_list(device, f"List {number}")
                for other in devices:
                    await shows(other, f"List {number}", seconds=5)
                assert time.monotonic() - began < 3.0
            # Nobody hears notices any more: the slow look finds what they would have told.
            admin = await asyncpg.connect(url)
            ended = await admin.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE $1 OR query LIKE $2",
                f"%LISTEN%{CHANNEL}%", "%pg_notify%",
            )  # fmt: skip
            await admin.close()
            assert len(ended) == 3
            await make_list(devices[0], "Lost")
            for other in devices:
                await shows(other, "Lost", seconds=5)

    run(story())
