"""Hearing what moves at a source: over a real server that comes and goes, and one that falls silent."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from soul_player.client import Client, LiveConnected, LiveEvent, LiveHint, LiveLost, ServerChanged, SignInNeeded, Source
from soul_player.client.errors import GoneError, NetworkTimeout, OfflineError, ProtocolError, SyncError
from soul_player.client.sources.live_client import MESSAGES_MAX, Live, _events
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sources.transport import Closed
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.live import DEAD_SECONDS
from tests.client.clients import add, database_of, opened_client
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.edges.fake_server import fake_server
from tests.edges.seeded_randomness import SeededRandomness
from tests.server.running import RunningServer, running_server
from tests.simulation.clock import VirtualLoop


class NoWait(SeededRandomness):
    """Notes how long could have been waited, and waits for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.bounds: list[tuple[float, float]] = []

    def uniform(self, low: float, high: float) -> float:
        """The least."""
        self.bounds.append((low, high))
        return low


async def next_of(events: AsyncGenerator[LiveEvent, None], kind: type[Any]) -> Any:
    """The next event of a kind; the others go by."""
    async with asyncio.timeout(20):
        async for event in events:
            if isinstance(event, kind):
                return event
    raise AssertionError("events have no end")


@asynccontextmanager
async def listening(home: Path, running: RunningServer) -> AsyncGenerator[tuple[Client, Source, Any], None]:
    """A client that listens to the server, and was greeted."""
    async with opened_client(home) as client:
        source = await client.sources.add(running.url, username=running.username, password=running.password)
        async with aclosing(client.live.listen(source.id)) as events:
            assert "library" in (await next_of(events, LiveConnected)).heads
            yield client, source, events


def test_an_edit_made_elsewhere_is_heard_of(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running_server(tmp_path / "server") as running,
            listening(tmp_path / "phone", running) as (_, source, events),
            opened_client(tmp_path / "desk") as desk,
        ):
            own = await desk.sources.add(running.url, username=running.username, password=running.password)
            await desk.edits.create_playlist("Night Drive", source_id=own.id)
            await desk.sync.run()
            assert await next_of(events, LiveHint) == LiveHint(f"user:{source.account_id}", 1)

    run(story())


def test_a_server_that_went_away_is_heard_again_once_it_is_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path / "phone") as client, AsyncExitStack() as first:
            running = await first.enter_async_context(running_server(tmp_path / "server"))
            port = int(running.url.rpartition(":")[2])
            source = await client.sources.add(running.url, username=running.username, password=running.password)
            async with aclosing(client.live.listen(source.id)) as events:
                await next_of(events, LiveConnected)
                async with asyncio.TaskGroup() as tasks:
                    losing = tasks.create_task(next_of(events, LiveLost))
                    await first.aclose()
                assert losing.result().seconds == 5.0
                async with running_server(tmp_path / "server", port=port):
                    assert "library" in (await next_of(events, LiveConnected)).heads

    run(story())


def test_a_session_that_was_ended_asks_for_a_sign_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running_server(tmp_path / "server") as running,
            listening(tmp_path / "phone", running) as (client, source, events),
        ):
            await running.server.store.database.write(_end_all)
            with pytest.raises(SignInNeeded):
                await next_of(events, LiveHint)
            (known,) = await client.sources.list()
            assert (known.id, known.needs_sign_in) == (source.id, True)

    run(story())


async def _end_all(store: Any) -> None:
    await store.run("DELETE FROM devices")


def test_another_server_at_the_address_is_not_listened_to(tmp_path: Path) -> None:
    """A device that is out comes home again: then its own server is found there within a minute, not within a
    sync's half hour."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as running, listening(tmp_path / "a", running) as (client, *_):
            (source,) = await client.sources.list()
            assert source.server_id is not None
            await database_of(client).write(_of_server, bytes(16))
            await client.sources._connections.drop(source.id)
            live = Live(database_of(client), client.sources._connections, NoWait())
            async with aclosing(live.listen(source.id)) as events:
                for _ in range(2):
                    assert isinstance((await next_of(events, LiveLost)).error, ServerChanged)
                await database_of(client).write(_of_server, id_bytes(source.server_id))
                await client.sources._connections.drop(source.id)
                await next_of(events, LiveConnected)

    run(story())


async def _of_server(library: Any, server_id: bytes) -> None:
    await library.run("UPDATE sources SET server_id = :server_id", server_id=server_id)


def test_a_server_that_greets_and_hangs_up_is_not_asked_again_and_again(tmp_path: Path) -> None:
    """The waits grow as if it had not greeted; only a connection that lasted makes them begin anew."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as running, listening(tmp_path / "a", running) as (client, *_):
            (source,) = await client.sources.list()
            randomness = NoWait()
            live = Live(database_of(client), client.sources._connections, randomness)
            async with aclosing(live.listen(source.id)) as events:
                for _ in range(5):
                    await next_of(events, LiveConnected)
                    await client.sources._connections.hang_up()
                    await next_of(events, LiveLost)
            assert randomness.bounds == [(0.0, 2.0**number) for number in range(5)]

    run(story())


def test_a_server_that_is_too_old_is_left_in_peace_for_an_hour(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)
            async with aclosing(client.live.listen(source.id)) as events:
                lost = await next_of(events, LiveLost)
                assert isinstance(lost.error, GoneError)
                assert lost.seconds == 3_600

    run(story())


def test_attempts_come_at_random_within_a_bound_that_doubles_up_to_a_minute(tmp_path: Path) -> None:
    """A thousand clients of a server that starts anew must not all come at once."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)
            randomness = NoWait()
            live = Live(database_of(client), client.sources._connections, randomness)
            await database_of(client).write(_at_a_dead_port)
            await client.sources._connections.drop(source.id)
            async with aclosing(live.listen(source.id)) as events:
                for _ in range(9):
                    assert isinstance((await next_of(events, LiveLost)).error, OfflineError)
            assert randomness.bounds == [(0.0, min(60.0, 2.0**number)) for number in range(9)]

    run(story())


async def _at_a_dead_port(library: Any) -> None:
    await library.run("UPDATE addresses SET url = CAST('http://127.0.0.1:9' AS BLOB)")


def test_a_redirect_of_the_socket_gives_nobody_else_the_token(tmp_path: Path) -> None:
    """Nor is what answers there taken for the server."""

    async def story() -> None:
        async with fake_server() as server, fake_server() as other, opened_client(tmp_path) as client:
            source = await add(client, server)

            async def lead_away(request: web.Request) -> web.StreamResponse | None:
                if request.path != "/api/live":
                    return None
                return web.Response(status=307, headers={"Location": other.url + request.path})

            async def greet(request: web.Request) -> web.StreamResponse:
                socket = web.WebSocketResponse()
                await socket.prepare(request)
                await socket.send_str(HELLO)
                return socket

            server.misbehave, other.misbehave = lead_away, greet
            async with aclosing(client.live.listen(source.id)) as events:
                async with asyncio.timeout(20):
                    first = await anext(events)
            assert [one.authorization for one in other.seen if one.authorization] == []
            assert isinstance(first, LiveLost), first

    run(story())


class Scripted:
    """A line that says what is written, then nothing any more."""

    def __init__(self, *said: str | Closed) -> None:
        self._said = list(said)
        self.sent: list[bytes] = []

    async def receive(self) -> bytes | Closed:
        """The next of the script."""
        if not self._said:
            await asyncio.sleep(10**6)
        said = self._said.pop(0)
        return said if isinstance(said, Closed) else said.encode()

    async def send(self, text: bytes) -> None:
        """Noted."""
        self.sent.append(text)


HELLO = '{"type":"hello","server_id":"01890000-0000-7000-8000-00000000000a","era":"e","heads":{"library":3},"new":[1]}'


def heard(line: Scripted) -> tuple[list[LiveEvent], SyncError, float]:
    """The events, the error that ended them, and how long it took, in virtual time."""
    loop = VirtualLoop(seed=1)

    async def story() -> tuple[list[LiveEvent], SyncError, float]:
        events: list[LiveEvent] = []
        transport: Any = None
        try:
            # One by one: what came before the error counts.
            async for event in _events(line, ServerClient(transport, FakeClock())):
                events.append(event)  # noqa: PERF401  # an error would throw a comprehension away
        except SyncError as error:
            return events, error, loop.time()
        raise AssertionError("events have no end")

    try:
        return loop.run_until_complete(story())
    finally:
        loop.close()


def test_a_server_that_falls_silent_is_given_up_after_75_seconds() -> None:
    line = Scripted(HELLO, '{"type":"ping"}')
    events, error, seconds = heard(line)
    assert events == [LiveConnected({"library": 3})]
    assert isinstance(error, NetworkTimeout)
    assert seconds == pytest.approx(DEAD_SECONDS, abs=0.1)
    assert line.sent == [b'{"type":"pong"}']


def test_what_a_later_version_says_is_passed_over() -> None:
    events, _, _ = heard(
        Scripted('{"type":"changed","scope":"library","head":9}', HELLO, '{"type":"wave"}',
                 '{"type":"changed","scope":"library","head":4,"why":"x"}')
    )  # fmt: skip
    assert events == [LiveConnected({"library": 3}), LiveHint("library", 4)]


@pytest.mark.parametrize(
    "said",
    ["{", "[]", '{"type":1}', '{"type":"changed","scope":"","head":1}', '{"type":"changed","scope":"a","head":-1}',
     '{"type":"changed","scope":"a","head":1.5}', f'{{"type":"changed","scope":"{"x" * 300}","head":1}}'],
)  # fmt: skip
def test_what_is_no_hint_ends_the_connection(said: str) -> None:
    _, error, _ = heard(Scripted(HELLO, said))
    assert isinstance(error, ProtocolError)


def test_a_goodbye_says_when_to_come_back() -> None:
    _, error, _ = heard(Scripted(HELLO, '{"type":"bye","code":1001,"retry_after":7}', Closed(1001)))
    assert getattr(error, "retry_after_seconds", None) == 7


@pytest.mark.parametrize("retry_after", ["-1e9", "1e300", "0"])
def test_a_goodbye_cannot_make_a_device_come_back_at_once_or_never(tmp_path: Path, retry_after: str) -> None:
    """A wait below nothing would be none at all: the server would be asked again without a pause."""

    _, error, _ = heard(Scripted(HELLO, f'{{"type":"bye","retry_after":{retry_after}}}', Closed(1001)))

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            live = Live(database_of(client), client.sources._connections, SeededRandomness())
            assert 0.0 <= live._wait_seconds(error, 5) <= 3_600 + 60

    run(story())


def test_a_greeting_counts_once_and_a_flood_ends_the_connection() -> None:
    """A greeting makes a device look at once, whatever it waits for; and each hint costs it a look at its library."""
    hint = '{"type":"changed","scope":"library","head":%d}'
    events, error, _ = heard(Scripted(HELLO, HELLO.replace('"library":3', '"library":4'), hint % 5))
    assert events == [LiveConnected({"library": 3}), LiveHint("library", 5)]
    assert isinstance(error, NetworkTimeout)
    for flood in (hint % 5, '{"type":"ping"}', '{"type":"wave"}', HELLO):
        line = Scripted(HELLO, *[flood] * 100_000)
        events, error, _ = heard(line)
        assert isinstance(error, ProtocolError)
        assert len(events) + len(line.sent) <= MESSAGES_MAX


def test_as_many_hints_as_an_honest_server_sends_are_all_heard() -> None:
    """Ten a second for each of two scopes, for as long as it likes."""

    class Paced(Scripted):
        """Twenty messages a second."""

        async def receive(self) -> bytes | Closed:
            """The next, in its time."""
            await asyncio.sleep(0.05)
            return await super().receive()

    events, error, _ = heard(Paced(HELLO, *['{"type":"changed","scope":"library","head":7}'] * 5_000, Closed(1001)))
    assert len(events) == 5_001
    assert not isinstance(error, ProtocolError)
