"""Three servers on one PostgreSQL: an edit through one is heard at another, also when notifications get lost."""

import time
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from soul_player.server.announce.postgres import CHANNEL
from soul_player.server.store.changes import claim
from tests.conftest import make_postgres_database, run
from tests.server.api.sockets import Device, Ear, listening, signed_in
from tests.server.running import RunningServer, running_server

SERVERS = 3


class Three:
    """The servers, a device at each, and a socket of each."""

    def __init__(self) -> None:
        self.servers: list[RunningServer] = []
        self.devices: list[Device] = []
        self.ears: list[Ear] = []


async def three(stack: AsyncExitStack, home: Path, url: str) -> Three:
    """All of one database; everybody greeted."""
    found = Three()
    for number in range(SERVERS):
        running = await stack.enter_async_context(running_server(home / str(number), database=url))
        device = await stack.enter_async_context(signed_in(running, device_id=f"device {number}"))
        ear = await stack.enter_async_context(listening(device))
        assert (await ear.next())["type"] == "hello"
        found.servers.append(running)
        found.devices.append(device)
        found.ears.append(ear)
    return found


@pytest.fixture(name="url")
def fresh_database(postgres_url: str) -> str:
    """An empty one."""
    return make_postgres_database(postgres_url)


def test_an_edit_through_one_server_is_heard_at_the_others_at_once(tmp_path: Path, url: str) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            all_three = await three(stack, tmp_path, url)
            for number, device in enumerate(all_three.devices, start=1):
                began = time.monotonic()
                head = await device.rename(number)
                for ear in all_three.ears:
                    assert (await ear.next())["head"] == head
                assert time.monotonic() - began < 1.0

    run(story())


def test_a_notification_that_is_lost_is_made_up_for_within_five_seconds(tmp_path: Path, url: str) -> None:
    """Somebody commits and dies before it could tell."""

    async def story() -> None:
        async with AsyncExitStack() as stack:
            all_three = await three(stack, tmp_path, url)
            began = time.monotonic()
            await all_three.servers[0].server.store.database.write(claim, "library", 4)
            for ear in all_three.ears:
                assert await ear.next() == {"type": "changed", "scope": "library", "head": 4}
            assert time.monotonic() - began < 5.0

    run(story())


def test_connections_that_postgres_ends_are_made_anew(tmp_path: Path, url: str) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            all_three = await three(stack, tmp_path, url)
            admin = await asyncpg.connect(url)
            ended = await admin.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE $1 OR query LIKE $2",
                f"%LISTEN%{CHANNEL}%", "%pg_notify%",
            )  # fmt: skip
            assert len(ended) == SERVERS
            head = await all_three.devices[0].rename(1)
            for ear in all_three.ears:
                assert (await ear.next(seconds=5))["head"] == head
            # Nonsense on the channel, of another program perhaps, breaks nothing.
            for nonsense in ("{", "[]", '{"origin": 1}', '{"origin": "x", "heads": {"library": "y"}, "sessions": 0}'):
                await admin.execute("SELECT pg_notify($1, $2)", CHANNEL, nonsense)
            await admin.close()
            head = await all_three.devices[2].rename(2)
            for ear in all_three.ears:
                assert (await ear.next(seconds=5))["head"] == head

    run(story())


def test_a_session_ended_through_one_server_closes_its_socket_at_another(tmp_path: Path, url: str) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            all_three = await three(stack, tmp_path, url)
            asking = all_three.devices[0]
            began = time.monotonic()
            headers = {"Authorization": f"Bearer {asking.token}"}
            async with asking.http.delete(asking.url + "/api/auth/devices/device%202", headers=headers) as answer:
                assert answer.status == 204
            assert (await all_three.ears[2].next())["type"] == "bye"
            assert await all_three.ears[2].next() == {"type": "closed", "code": 4401}
            assert time.monotonic() - began < 1.0

    run(story())
