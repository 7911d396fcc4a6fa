"""What it costs to tell a thousand sockets of one edit, and how long an edit takes from one device to another."""

import asyncio
import base64
import json
import resource
import socket
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from urllib.parse import urlsplit

from benchmarks.cpu import median, process_cpu_seconds, spent
from benchmarks.server_process import Connection, Served, connected, serving
from benchmarks.table import Bar, Of, Row, Settings
from soul_player.client import Client, ClientConfig, Edges, SourceId, open_client
from soul_player.client.sources.tokens import FileTokens
from soul_player.client.sync.schedule import GATHER_EDITS_SECONDS
from soul_player.edges import SystemClock, SystemRandomness
from soul_player.protocol.ids import mint_id

SOCKETS = 1_000
SOCKETS_OF_A_SMALL_RUN = 50
EDITS = 15
CPU_MS_MAX = 25.0
CROSSINGS = 30
P50_MS_MAX = 50.0
P99_MS_MAX = 250.0
WAIT_SECONDS = 30.0
# So that each hint is the first after a quiet time, and the pulse of the second before is over.
APART_SECONDS = 0.3
_FRAME_HEAD_BYTES = 2


def measure(settings: Settings) -> Sequence[Row]:
    """The same edits with nobody listening and with everybody: the difference is the telling."""
    count = settings.sized(SOCKETS, small=SOCKETS_OF_A_SMALL_RUN)
    rounds = range(settings.sized(EDITS, small=2))
    _allow_files(4 * count + 200)
    home = settings.folder / "live-home"
    home.mkdir()
    (home / "server.toml").write_text(f"connections_max = {count + 100}\n", "utf-8")
    with serving(home) as served, connected(served) as connection:
        edits = _edits(connection)
        next(edits)
        alone = [_cost(served, edits, ()) for _ in rounds]
        with _listeners(served, count) as listeners:
            told = [_cost(served, edits, listeners) for _ in rounds]
        crossed_ms = asyncio.run(_cross(served, settings))
    ours_ms = (median([cpu for cpu, _ in told]) - median([cpu for cpu, _ in alone])) * 1000
    bare_ms = _bare_ms(count)
    last_ms = median([wall for _, wall in told]) * 1000
    bar = Bar(Of.OURS, at_most=CPU_MS_MAX)
    return [
        Row(f"tell {count:,} sockets of an edit", "server CPU ms", ours_ms, bare_ms, "as many bare sends", bar),
        Row(f"push to the last of {count:,} sockets", "ms", last_ms),
        Row("an edit to the other device, p50", "ms", median(crossed_ms), bar=Bar(Of.OURS, at_most=P50_MS_MAX)),
        Row("an edit to the other device, p99", "ms", _p99(crossed_ms), bar=Bar(Of.OURS, at_most=P99_MS_MAX)),
    ]


async def _cross(served: Served, settings: Settings) -> list[float]:
    """From the act on one device until the other one's database shows it; both keep themselves in sync."""
    times: list[float] = []
    async with (
        _home(served, settings, "phone") as (phone, source_id),
        _home(served, settings, "desk") as (desk, _),
        asyncio.TaskGroup() as tasks,
    ):
        keeping = [tasks.create_task(client.triggers.run()) for client in (phone, desk)]
        await asyncio.sleep(APART_SECONDS * 3)
        for number in range(settings.sized(CROSSINGS, small=3)):
            # So that the edit is the first after a quiet time, as a person's is.
            await asyncio.sleep(GATHER_EDITS_SECONDS)
            name = f"Crossing {number}"
            began = time.perf_counter()
            await phone.edits.create_playlist(name, source_id=source_id)
            async with asyncio.timeout(WAIT_SECONDS):
                # The database is what is asked, not an event of the same process.
                while name not in {one.name for one in await desk.playlists.list()}:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            times.append((time.perf_counter() - began) * 1000)
        for task in keeping:
            task.cancel()
    return times


@asynccontextmanager
async def _home(served: Served, settings: Settings, name: str) -> AsyncIterator[tuple[Client, SourceId]]:
    home = settings.folder / f"live-{name}"
    home.mkdir()
    edges = Edges(SystemClock(), SystemRandomness(), tokens=FileTokens(home))
    async with open_client(ClientConfig(home, device_name=name), edges=edges) as client:
        source = await client.sources.add(served.url, username=served.username, password=served.password)
        yield client, source.id


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * 99 // 100)]


def _cost(served: Served, edits: Iterator[None], listeners: Sequence[socket.socket]) -> tuple[float, float]:
    """CPU of the server for one edit, and the time until everybody heard of it."""
    time.sleep(APART_SECONDS)
    before, began = process_cpu_seconds(served.pid), time.perf_counter()
    next(edits)
    for listener in listeners:
        assert json.loads(_message(listener))["type"] == "changed"
    wall = time.perf_counter() - began
    # What nobody waits for belongs to the edit too.
    time.sleep(APART_SECONDS)
    return process_cpu_seconds(served.pid) - before, wall


def _edits(connection: Connection) -> Iterator[None]:
    """Each creates a playlist."""
    number = 0
    while True:
        number += 1
        ids = [
            mint_id(time.time_ns() // 1_000_000, bytes([kind, *divmod(number, 256)]) + b"1234567") for kind in (1, 2)
        ]
        operation = {
            "op_id": ids[0], "n": number, "type": "playlist.create", "at": "2026-01-31T10:00:00.000Z",
            "playlist_id": ids[1], "name": f"List {number}",
        }  # fmt: skip
        answer = connection.post("/api/sync/push", {"device_id": "benchmark", "operations": [operation]})
        assert json.loads(answer)["results"][0]["status"] == "applied", answer
        yield


@contextmanager
def _listeners(served: Served, count: int) -> Iterator[list[socket.socket]]:
    """Sockets that were greeted."""
    address = urlsplit(served.url)
    assert address.hostname is not None
    assert address.port is not None
    request = (
        f"GET /api/live HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n"
        f"Authorization: Bearer {served.access_token}\r\n\r\n"
    ).encode()
    with ExitStack() as stack:
        opened = []
        for _ in range(count):
            one = stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=WAIT_SECONDS))
            one.sendall(request)
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += one.recv(1)
            assert head.startswith(b"HTTP/1.1 101 "), head
            assert json.loads(_message(one))["type"] == "hello"
            opened.append(one)
        yield opened


def _message(one: socket.socket) -> bytes:
    """The next text, pings aside."""
    while True:
        head = _exactly(one, _FRAME_HEAD_BYTES)
        size = head[1]
        if size == 126:
            size = int.from_bytes(_exactly(one, 2), "big")
        text = _exactly(one, size)
        if text != b'{"type":"ping"}':
            return text


def _exactly(one: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        piece = one.recv(size - len(got))
        assert piece, "the server hung up"
        got += piece
    return got


def _bare_ms(count: int) -> float:
    """As many system calls with as many bytes, over loopback."""
    frame = bytes(90)
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=count))
        ends = []
        for _ in range(count):
            stack.enter_context(socket.create_connection(listening.getsockname()))
            ends.append(stack.enter_context(listening.accept()[0]))
        rounds = []
        for _ in range(EDITS):
            with spent() as measured:
                for end in ends:
                    end.send(frame)
            rounds.append(measured.cpu_seconds * 1000)
    return median(rounds)


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard) if hard > 0 else count, hard))
