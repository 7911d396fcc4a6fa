"""What a peer may take of a listener with TLS before it has said a word of it, over real sockets and both loops."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from soul_player.web.doorway import ANSWERED_BEYOND
from soul_player.web.listener import Limits, bind, make_listener
from tests.edges.certificates import FOLDER

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b"
BODY = b"amber" * 40_000
PEM = FOLDER / "first.pem"

LOOPS = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
NewLoop = Callable[[], asyncio.AbstractEventLoop]


def run_on(new_loop: NewLoop, story: Coroutine[Any, Any, None]) -> None:
    """Within a bound."""

    async def bounded() -> None:
        async with asyncio.timeout(60):
            await story

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(bounded())


async def echo(_: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """An application that says what it was told."""
    body, has_more = b"", True
    while has_more:
        message = await receive()
        body, has_more = body + message.get("body", b""), message.get("more_body", False)
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def listening(*, connections_max: int = 8, handshake_seconds: float = 50.0) -> AsyncGenerator[int, None]:
    """The port."""
    bound = bind("127.0.0.1", 0)
    is_listening = asyncio.Event()
    limits = Limits(connections_max, 1_000, 1.0, handshake_seconds=handshake_seconds)
    listener = make_listener(echo, bound, limits=limits, tls=(PEM, PEM), on_listening=is_listening.set)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listener.run_until_stopped())
        await is_listening.wait()
        try:
            yield bound.getsockname()[1]
        finally:
            listener.stop()


def trusting() -> ssl.SSLContext:
    """A client of this certificate."""
    context = ssl.create_default_context(cafile=str(PEM))
    context.check_hostname = False
    return context


async def asked(port: int, *bodies: bytes) -> list[tuple[int, bytes]]:
    """One connection, a request a body, one after the other: what was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting())
    answers = []
    for body in bodies:
        writer.write(REQUEST % (len(body), body))
        answers.append(await answer(reader))
    writer.close()
    return answers


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Its status and body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    return int(head.split(" ")[1]), await reader.readexactly(length)


async def hung_up(reader: asyncio.StreamReader) -> None:
    """Until the other side is gone."""
    with contextlib.suppress(ConnectionError):
        while await reader.read(1_000):
            pass


@LOOPS
def test_what_is_asked_over_tls_is_answered(new_loop: NewLoop) -> None:
    """Small and large, once and again on one line."""

    async def story() -> None:
        async with listening() as port:
            assert await asked(port, b"amber", BODY, b"") == [(200, b"amber"), (200, BODY), (200, b"")]

    run_on(new_loop, story())


@LOOPS
def test_a_request_in_one_piece_with_the_end_of_the_handshake_is_heard(new_loop: NewLoop) -> None:
    """It is there before the protocol that reads it is."""

    async def story() -> None:
        async with listening() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
            line = trusting().wrap_bio(coming, going)
            while True:
                try:
                    line.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    writer.write(going.read())
                    coming.write(await reader.read(65_536))
            line.write(REQUEST % (5, b"amber"))
            writer.write(going.read())
            heard = b""
            while not heard.endswith(b"\r\n\r\namber"):
                coming.write(await reader.read(65_536))
                with contextlib.suppress(ssl.SSLWantReadError):
                    while True:
                        heard += line.read(65_536)
            assert heard.startswith(b"HTTP/1.1 200")
            writer.close()

    run_on(new_loop, story())


@LOOPS
def test_peers_that_never_end_their_handshake_take_no_more_than_their_share(new_loop: NewLoop) -> None:
    """A thousand of them would take every descriptor that the process may have, and nothing else could be opened."""
    allowed = 4 + ANSWERED_BEYOND

    async def story() -> None:
        async with listening(connections_max=4) as port, asyncio.TaskGroup() as tasks:
            lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
            ends = [tasks.create_task(hung_up(reader)) for reader, _ in lines]
            while sum(end.done() for end in ends) < 100 - allowed:
                await asyncio.wait([end for end in ends if not end.done()], return_when=asyncio.FIRST_COMPLETED)
            # Whoever asks once more finds that those who came first are still waited for.
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await hung_up(reader)
            writer.close()
            assert sum(end.done() for end in ends) == 100 - allowed
            for _, writer in lines:
                writer.close()
            while True:
                with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                    assert await asked(port, b"amber") == [(200, b"amber")]
                    break

    run_on(new_loop, story())


@LOOPS
def test_a_handshake_has_a_time(new_loop: NewLoop) -> None:
    """Also one that was begun and is no TLS at all."""

    async def story() -> None:
        async with listening(handshake_seconds=0.3) as port:
            for said in (b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(said)
                await hung_up(reader)
                writer.close()
        async with listening() as port:
            assert await asked(port, b"amber") == [(200, b"amber")]

    run_on(new_loop, story())


@LOOPS
def test_one_too_many_is_told_so(new_loop: NewLoop) -> None:
    """By an answer, once it can be read."""

    async def story() -> None:
        async with listening(connections_max=2) as port:
            lines = [await asyncio.open_connection("127.0.0.1", port, ssl=trusting()) for _ in range(3)]
            assert (await answer(lines[2][0]))[0] == 503
            lines[0][1].write(REQUEST % (5, b"amber"))
            assert await answer(lines[0][0]) == (200, b"amber")
            for _, writer in lines:
                writer.close()

    run_on(new_loop, story())


@LOOPS
def test_a_handshake_that_goes_on_holds_up_no_end(new_loop: NewLoop) -> None:
    """A server that is told to end does not wait for a peer that says nothing."""

    async def story() -> None:
        async with listening() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"\x16\x03\x01")
            await asked(port, b"amber")
        await hung_up(reader)
        writer.close()

    run_on(new_loop, story())
