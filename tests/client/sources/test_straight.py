"""A long body straight from a real socket: every byte once, an end when it ends, and no connection left behind."""

import asyncio
import random
import ssl
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from soul_player.client.errors import ConnectionLost, NetworkTimeout
from soul_player.client.sources.addresses import parse_address
from soul_player.client.sources.filling import Fill
from soul_player.client.sources.http_transport import HttpTransport
from soul_player.client.sources.straight import STRAIGHT_BYTES_MIN
from soul_player.client.sources.transport import Request, Timeouts
from tests.edges.certificates import fingerprint, server_context

# Of which the library may have read a megabyte before anybody asks.
LONG = random.Random(1).randbytes(STRAIGHT_BYTES_MIN + (2 << 20) + 77)
# As the client's commands use it, and as its local API does.
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]


def run_in(loop: Callable[[], asyncio.AbstractEventLoop], story: Coroutine[Any, Any, None]) -> None:
    """Within a bound."""

    async def bounded() -> None:
        async with asyncio.timeout(60.0):
            await story

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(bounded())


class Server:
    """Sends every request the same bytes, and waits for the next one. `left`: connections that the client has left."""

    def __init__(self, answer: bytes, *, hangs_up: bool) -> None:
        self._answer = answer
        self._hangs_up = hangs_up
        self.connections = 0
        self.left = asyncio.Semaphore(0)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer)
                await writer.drain()
                if self._hangs_up:
                    writer.write_eof()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.left.release()
        finally:
            writer.transport.abort()


@asynccontextmanager
async def answering(
    answer: bytes, *, hangs_up: bool = False, tls: ssl.SSLContext | None = None, read_seconds: float = 30.0
) -> AsyncGenerator[tuple[Server, HttpTransport], None]:
    """A server, and a transport to it."""
    server = Server(answer, hangs_up=hangs_up)
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0, ssl=tls)
    scheme = "http" if tls is None else "https"
    transport = HttpTransport(
        parse_address(f"{scheme}://127.0.0.1:{listening.sockets[0].getsockname()[1]}"),
        fingerprint=None if tls is None else fingerprint("first"),
        is_insecure=False,
        timeouts=Timeouts(5.0, read_seconds, 5.0),
    )
    try:
        yield server, transport
    finally:
        await transport.close()
        listening.close()


def of_length(body: bytes, *, length: int | None = None) -> bytes:
    """An answer with this body, which is said to be so long."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body) if length is None else length, body)


def in_chunks(body: bytes) -> bytes:
    """An answer that does not say how long it is."""
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


async def received(fill: Fill, into: bytearray, *, memory_bytes: int = 300_007) -> None:
    """All that comes, in memory of this size."""
    memory = memoryview(bytearray(memory_bytes))
    while count := await fill(memory):
        into += memory[:count]


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("memory_bytes", [70_001, 3 << 20])
def test_every_byte_comes_once_and_the_next_request_connects_anew(loop: Any, memory_bytes: int) -> None:
    async def story() -> None:
        async with answering(of_length(LONG)) as (server, transport):
            for connections in (1, 2):
                content = bytearray()
                async with transport.stream(Request("/")) as streamed:
                    await received(streamed.filling(), content, memory_bytes=memory_bytes)
                assert content == LONG
                assert server.connections == connections
                await server.left.acquire()
            assert transport.traffic.bytes_received == 2 * len(LONG)

    run_in(loop, story())


@pytest.mark.parametrize(
    ("answer", "is_tls", "body"),
    [
        (of_length(LONG[:3_000_000]), False, LONG[:3_000_000]),
        (in_chunks(LONG), False, LONG),
        (of_length(LONG), True, LONG),
        (of_length(b""), False, b""),
    ],
    ids=["short", "in chunks", "over TLS", "empty"],
)
def test_what_gains_nothing_keeps_its_connection(answer: bytes, is_tls: bool, body: bytes) -> None:
    """By way of the library: a new connection would cost more than it copies, or it alone knows where a byte ends."""

    async def story() -> None:
        async with answering(answer, tls=server_context("first") if is_tls else None) as (server, transport):
            for _ in range(2):
                content = bytearray()
                async with transport.stream(Request("/")) as streamed:
                    await received(streamed.filling(), content)
                assert content == body
            assert server.connections == 1

    run_in(asyncio.new_event_loop, story())


@pytest.mark.parametrize("loop", LOOPS)
def test_what_comes_behind_the_end_is_nobodys(loop: Any) -> None:
    async def story() -> None:
        async with (
            answering(of_length(LONG + b"more than was said", length=len(LONG))) as (_, transport),
            transport.stream(Request("/")) as streamed,
        ):
            content = bytearray()
            await received(streamed.filling(), content)
            assert content == LONG
            assert await streamed.filling()(memoryview(bytearray(1))) == 0

    run_in(loop, story())


@pytest.mark.parametrize("loop", LOOPS)
def test_a_body_that_ends_early_is_a_lost_connection_behind_its_last_byte(loop: Any) -> None:
    """Whatever came can be gone on from."""

    async def story() -> None:
        sent = LONG[:-9]
        async with answering(of_length(sent, length=len(LONG)), hangs_up=True) as (_, transport):
            content = bytearray()
            with pytest.raises(ConnectionLost):
                async with transport.stream(Request("/")) as streamed:
                    await received(streamed.filling(), content)
            assert content == sent

    run_in(loop, story())


@pytest.mark.parametrize("loop", LOOPS)
def test_a_line_that_falls_silent_is_told_in_time(loop: Any) -> None:
    async def story() -> None:
        async with answering(of_length(LONG[:-9], length=len(LONG)), read_seconds=0.3) as (server, transport):
            with pytest.raises(NetworkTimeout):
                async with transport.stream(Request("/")) as streamed:
                    await received(streamed.filling(), bytearray())
            await server.left.acquire()

    run_in(loop, story())


async def told_of_the_loss(fill: Fill, into: bytearray) -> None:
    """Of the bytes that never come."""
    with pytest.raises(ConnectionLost):
        await received(fill, into)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("is_cancelled", [True, False], ids=["who reads is cancelled", "a person turns the switch"])
def test_whoever_ends_it_the_connection_is_left_and_nobody_waits(loop: Any, is_cancelled: bool) -> None:
    """Also for who asks once more of a body that is over."""

    async def story() -> None:
        async with answering(of_length(LONG[:-9], length=len(LONG))) as (server, transport):
            content = bytearray()
            async with transport.stream(Request("/")) as streamed, asyncio.TaskGroup() as group:
                fill = streamed.filling()
                reading = group.create_task(told_of_the_loss(fill, content))
                while len(content) < len(LONG) - 9:  # noqa: ASYNC110  # the last byte that comes is waited for
                    await asyncio.sleep(0.01)
                if is_cancelled:
                    reading.cancel()
                else:
                    await transport.close()
                await asyncio.wait([reading])
                assert reading.cancelled() == is_cancelled
                with pytest.raises(ConnectionLost):
                    await fill(memoryview(bytearray(1)))
                await server.left.acquire()

    run_in(loop, story())
