"""What a connection may cost, over real sockets."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from uvicorn import Config

from soul_player.web.connection import HEAD_BYTES_MAX, connection_class
from soul_player.web.listener import Listener, bind
from tests.conftest import run
from tests.server.running import running_server

LOGIN = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


class Line:
    """One connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes) -> None:
        """As fast as the server takes them."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next one. Raises `ConnectionError` or `IncompleteReadError` when there is none."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *lines = head.strip().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return int(status_line.split(" ")[1]), headers, body

    async def problem(self) -> tuple[int, str]:
        """Status and code of the next answer, which must be a problem document."""
        status, headers, body = await self.answer()
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(body)["status"] == status
        return status, json.loads(body)["code"]

    async def is_closed(self) -> bool:
        """Whether the server hangs up (within the test's time)."""
        try:
            return await self.reader.read(1) == b""
        except ConnectionError:
            return True


async def call(url: str) -> Line:
    """A new connection."""
    host, port = url.removeprefix("http://").split(":")
    return Line(*await asyncio.open_connection(host, int(port)))


async def megabytes_taken(line: Line, *, at_most: int) -> int:
    """How much is sent until the server has had enough."""
    for number in range(at_most):
        try:
            await line.send(b"x" * 1_000_000)
        except ConnectionError:
            return number
    return at_most


def test_every_answer_carries_the_time_at_which_it_was_asked_for(tmp_path: Path) -> None:
    """Though nothing in the server ticks; also that of a connection that was kept for a while."""

    async def story() -> None:
        async with running_server(tmp_path) as running:
            line = await call(running.url)
            for _ in range(2):
                before = int(time.time())
                await line.send(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n")
                _, headers, _ = await line.answer()
                assert before <= parsedate_to_datetime(headers["date"]).timestamp() <= time.time()
                await asyncio.sleep(1.1)

    run(story())


def on_line(home: Path, story: Callable[[str], Awaitable[None]], connections_max: int = 100) -> None:
    """Run the story against a real server."""

    async def told() -> None:
        async with running_server(home, connections_max=connections_max) as running, asyncio.timeout(30):
            await story(running.url)

    run(told())


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
def test_a_body_too_large_gets_an_answer_that_can_be_read(tmp_path: Path, connection: str) -> None:
    """The client sends all of it before it reads, as most do: a reset would hide the reason."""

    async def story(url: str) -> None:
        line = await call(url)
        head = LOGIN + b"Connection: %b\r\nContent-Length: 20000000\r\n\r\n" % connection.encode()
        await line.send(head, *[b"x" * 1_000_000] * 20)
        assert await line.problem() == (413, "too_large")
        if connection == "close":
            assert await line.is_closed()
        else:
            await line.send(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await line.answer())[0] == 200

    on_line(tmp_path, story)


def test_a_body_without_a_length_is_counted(tmp_path: Path) -> None:
    """Chunked: nobody said beforehand how long it would be."""

    async def story(url: str) -> None:
        line = await call(url)
        await line.send(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n%b\r\n" % (500_000, b" " * 500_000)
        await line.send(*[chunk] * 6, b"0\r\n\r\n")
        assert await line.problem() == (413, "too_large")

    on_line(tmp_path, story)


def test_a_body_that_never_ends_is_cut_off(tmp_path: Path) -> None:
    """After the answer so much is read and thrown away, and no more."""

    async def story(url: str) -> None:
        line = await call(url)
        await line.send(LOGIN + b"Content-Length: 9999999999\r\n\r\n")
        assert await line.problem() == (413, "too_large")
        assert await megabytes_taken(line, at_most=1_000) < 200

    on_line(tmp_path, story)


def test_a_client_that_waits_for_continue_is_refused_before_it_sends(tmp_path: Path) -> None:
    """curl asks first with bodies of this size."""

    async def story(url: str) -> None:
        line = await call(url)
        await line.send(LOGIN + b"Expect: 100-continue\r\nContent-Length: 20000000\r\n\r\n")
        assert await line.problem() == (413, "too_large")

    on_line(tmp_path, story)


def test_what_is_no_http_gets_a_problem_document(tmp_path: Path) -> None:
    """Also what the parser refuses before there is a route."""

    async def story(url: str) -> None:
        for garbage in (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
        ):
            line = await call(url)
            await line.send(garbage)
            assert await line.problem() == (400, "bad_request"), garbage
            assert await line.is_closed()

    on_line(tmp_path, story)


def test_a_head_that_does_not_end_is_cut_off(tmp_path: Path) -> None:
    """The parser itself would collect headers for ever."""

    async def story(url: str) -> None:
        line = await call(url)
        await line.send(b"GET /api/health HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * (HEAD_BYTES_MAX + 1))
        status, code = await line.problem()
        assert (status, code) == (431, "too_large")
        assert await line.is_closed()

    on_line(tmp_path, story)


def test_more_connections_than_are_allowed_are_told_so(tmp_path: Path) -> None:
    """And when one hangs up there is room again."""

    async def story(url: str) -> None:
        lines = [await call(url) for _ in range(3)]
        for line in lines:
            await line.send(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await line.answer())[0] == 200
        refused = await call(url)
        assert await refused.problem() == (503, "not_ready")
        assert await refused.is_closed()
        lines[0].writer.close()
        await lines[0].writer.wait_closed()
        for _ in range(100):
            again = await call(url)
            await again.send(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n")
            if (await again.answer())[0] == 200:
                return
            await asyncio.sleep(0.02)
        pytest.fail("no room came back")

    on_line(tmp_path, story, connections_max=3)


def test_a_slow_head_is_not_waited_for(tmp_path: Path) -> None:
    """Slow loris: a byte now and then keeps a connection for ever, unless the whole head has a time."""
    head_seconds = 0.5

    async def answer(scope: object, receive: object, send: Callable[[object], Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def story() -> None:
        bound = bind("127.0.0.1", 0)
        config = Config(
            answer, http=connection_class(10, head_seconds=head_seconds), ws="none", lifespan="off", log_config=None
        )
        config.load()
        is_listening = asyncio.Event()
        listener = Listener(config, bound, is_listening.set)
        async with asyncio.TaskGroup() as tasks, asyncio.timeout(30):
            tasks.create_task(listener.run_until_stopped())
            await is_listening.wait()
            url = f"http://127.0.0.1:{bound.getsockname()[1]}"
            await _drip(url)
            await _say_nothing(url)
            await _drip_on_a_used_connection(url)
            listener.stop()

    run(story())


async def _drip(url: str) -> None:
    line = await call(url)
    began = asyncio.get_running_loop().time()
    waiting = asyncio.ensure_future(line.problem())  # noqa: TID251  # the test holds it, and waits for it below
    for byte in b"GET /api/health HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200:
        if waiting.done():
            break
        line.writer.write(bytes([byte]))
        await asyncio.sleep(0.05)
    assert await waiting == (408, "bad_request")
    assert asyncio.get_running_loop().time() - began < 5
    assert await line.is_closed()


async def _say_nothing(url: str) -> None:
    """A connection opened in advance asks nothing, and is answered nothing."""
    line = await call(url)
    assert await line.is_closed()


async def _drip_on_a_used_connection(url: str) -> None:
    line = await call(url)
    for _ in range(3):
        await line.send(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await line.answer())[2] == b"ok"
    await line.send(b"GET /a HTTP/1.1\r\n")
    assert await line.problem() == (408, "bad_request")
