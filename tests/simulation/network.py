"""The network: in one process from the real client to the real ASGI application, and everything that a wire can do."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from soul_player.client.errors import AnswerTooLarge, ConnectionLost, NetworkTimeout, OfflineError
from soul_player.client.sources.addresses import Address
from soul_player.client.sources.bodies import ACCEPT_ENCODING, decompressed
from soul_player.client.sources.symptoms import Answer
from soul_player.client.sources.transport import Request, Streamed, Timeouts, Traffic
from tests.simulation.machine import Machine
from tests.simulation.trace import Trace

LATE_SECONDS_MAX = 900.0
PUSH_PATH = "/api/sync/push"


class Fate(StrEnum):
    """What becomes of one request and its answer."""

    WELL = "well"
    SLOW = "slow"
    REQUEST_LOST = "request lost"
    RESET_BEFORE = "reset before it arrived"
    ANSWER_LOST = "answer lost"
    ANSWER_CUT = "answer cut off"
    DOUBLED = "doubled"
    LATE = "late"
    PROXY_SAYS_BUSY = "a proxy says 503"
    PORTAL = "a captive portal answers"


class Wire(StrEnum):
    """The state of a device's way to the server."""

    UP = "up"
    REFUSED = "refused"
    BLACK_HOLE = "black hole"


_FAULTS = {
    Fate.SLOW: 4,
    Fate.REQUEST_LOST: 2,
    Fate.RESET_BEFORE: 2,
    Fate.ANSWER_LOST: 4,
    Fate.ANSWER_CUT: 2,
    Fate.DOUBLED: 2,
    Fate.LATE: 2,
    Fate.PROXY_SAYS_BUSY: 1,
    Fate.PORTAL: 1,
}

_LATE = frozenset((Fate.LATE, Fate.DOUBLED))


@dataclass(frozen=True)
class Response:
    """What an application sent."""

    status: int
    headers: dict[str, str]
    body: bytes


class Hung(Exception):
    """The server lost its power over this request."""


class Site(Machine):
    """A machine that answers requests. `app` is its ASGI application while it is up."""

    app: Any = None

    async def answer(self, request: Request, encodings: str) -> Response:
        """Raises `Hung` when the machine goes off meanwhile."""
        if not self.is_up or self.app is None:
            raise ConnectionRefusedError
        task = self.spawn(call_asgi(self.app, request, encodings))
        await asyncio.wait({task})
        if task.cancelled() or self.is_cut:
            raise Hung
        response: Response = task.result()
        return response


class Network:
    """Between the devices and one server. `fault_chance` is that of a request to meet something bad."""

    def __init__(self, site: Site, tasks: asyncio.TaskGroup, *, seed: int, trace: Trace) -> None:
        self.fault_chance = 0.0
        self.answer_lost_chance = 0.0
        self.has_late = True
        self.wires: dict[str, Wire] = {}
        self.statuses: dict[int, int] = {}
        # Which site answers at which address; any other address is the first one's.
        self.sites: dict[str, Site] = {}
        self._site = site
        self._tasks = tasks
        self._random = random.Random(f"network of {seed}")
        self._trace = trace
        self._number = 0
        # Whose last request was a push: at its next one, the answer was written down.
        self._pushed: dict[str, bool] = {}
        # Called then; set by the world.
        self.after_push: Callable[[Machine], None] | None = None

    def opener(self, machine: Machine) -> Callable[..., "SimulatedTransport"]:
        """How this machine's client opens its transports."""

        def open_transport(
            address: Address, *, fingerprint: str | None, is_insecure: bool, timeouts: Timeouts
        ) -> SimulatedTransport:
            return SimulatedTransport(self, machine, address, timeouts)

        return open_transport

    async def carry(
        self, machine: Machine, request: Request, *, seconds: float, encodings: str, url: str = ""
    ) -> Response:
        """There and back, or not. Raises the errors of a transport."""
        if machine.is_cut:
            # A ghost's words are heard by nobody.
            await asyncio.Event().wait()
        if self._pushed.pop(machine.name, False) and self.after_push is not None:
            self.after_push(machine)
        self._pushed[machine.name] = request.path == PUSH_PATH
        self._number += 1
        name = f"#{self._number} {request.method} {request.path}"
        wire = self.wires.get(machine.name, Wire.UP)
        if wire is Wire.REFUSED:
            await asyncio.sleep(self._random.uniform(0.001, 0.05))
            raise OfflineError("no route")
        if wire is Wire.BLACK_HOLE:
            await asyncio.sleep(seconds)
            raise NetworkTimeout("no answer in time")
        fate, site = self._fate(), self.sites.get(url, self._site)
        if fate is not Fate.WELL:
            self._trace(machine.name, f"{name}: {fate}")
        try:
            response = await self._meet(fate, name, request, seconds=seconds, encodings=encodings, site=site)
        except ConnectionRefusedError:
            raise OfflineError("connection refused") from None
        except Hung:
            raise ConnectionLost("the server went away") from None
        self._trace(machine.name, f"{name} -> {response.status} ({len(response.body)} bytes)")
        self.statuses[response.status] = self.statuses.get(response.status, 0) + 1
        return response

    async def _meet(  # noqa: C901  # one line a fate
        self, fate: Fate, name: str, request: Request, *, seconds: float, encodings: str, site: Site
    ) -> Response:
        await asyncio.sleep(self._latency())
        match fate:
            case Fate.REQUEST_LOST:
                await asyncio.sleep(seconds)
                raise NetworkTimeout("no answer in time")
            case Fate.LATE:
                self._deliver_later(name, request, encodings, site)
                await asyncio.sleep(seconds)
                raise NetworkTimeout("no answer in time")
            case Fate.RESET_BEFORE:
                raise ConnectionLost("reset")
            case Fate.PROXY_SAYS_BUSY:
                return Response(503, {"content-type": "text/html", "retry-after": "7"}, b"<html>busy</html>")
            case Fate.PORTAL:
                return Response(200, {"content-type": "text/html"}, b"<html>Welcome to the hotel</html>")
            case Fate.SLOW:
                await asyncio.sleep(self._random.uniform(0.5, seconds / 3))
            case Fate.DOUBLED:
                self._deliver_later(name, request, encodings, site)
            case Fate.WELL | Fate.ANSWER_LOST | Fate.ANSWER_CUT:
                pass
        response = await site.answer(request, encodings)
        await asyncio.sleep(self._latency())
        if fate is Fate.ANSWER_LOST:
            if self._random.random() < 0.5:
                await asyncio.sleep(seconds)
                raise NetworkTimeout("no answer in time")
            raise ConnectionLost("reset")
        if fate is Fate.ANSWER_CUT:
            raise ConnectionLost("the answer was cut off")
        return response

    def _deliver_later(self, name: str, request: Request, encodings: str, site: Site) -> None:
        seconds = self._random.uniform(0.01, LATE_SECONDS_MAX)
        self._tasks.create_task(self._deliver(name, request, encodings, site, seconds))

    async def _deliver(self, name: str, request: Request, encodings: str, site: Site, seconds: float) -> None:
        await asyncio.sleep(seconds)
        try:
            response = await site.answer(request, encodings)
        except (ConnectionRefusedError, Hung):
            return
        self._trace("network", f"{name} arrives late -> {response.status}")

    def _fate(self) -> Fate:
        if self._random.random() < self.answer_lost_chance:
            return Fate.ANSWER_LOST
        if self._random.random() >= self.fault_chance:
            return Fate.WELL
        fate = self._random.choices(list(_FAULTS), weights=list(_FAULTS.values()))[0]
        return Fate.REQUEST_LOST if fate in _LATE and not self.has_late else fate

    def _latency(self) -> float:
        return self._random.uniform(0.002, 0.15)


class SimulatedTransport:
    """A `Transport` of one machine."""

    def __init__(self, network: Network, machine: Machine, address: Address, timeouts: Timeouts) -> None:
        self.address = address
        self.traffic = Traffic()
        self._network = network
        self._machine = machine
        self._timeouts = timeouts

    async def ask(self, request: Request, *, bytes_max: int) -> Answer:
        """The whole answer, in plain bytes."""
        response = await self._carry(request, ACCEPT_ENCODING)
        if len(response.body) > bytes_max:
            raise AnswerTooLarge("an answer came that is too large")
        return Answer(
            response.status,
            response.headers.get("content-type", ""),
            decompressed(response.body, response.headers.get("content-encoding", ""), bytes_max=bytes_max),
            response.headers.get("retry-after"),
        )

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncGenerator[Streamed, None]:
        """The same in one piece."""
        response = await self._carry(request, "identity")
        yield Streamed(response.status, response.headers, _in_one_piece(response.body))

    async def close(self) -> None:
        """There is nothing to let go of."""

    async def _carry(self, request: Request, encodings: str) -> Response:
        self.traffic.requests += 1
        seconds = min(self._timeouts.read, self._timeouts.request)
        response = await self._network.carry(
            self._machine, request, seconds=seconds, encodings=encodings, url=self.address.url
        )
        self.traffic.bytes_received += len(response.body)
        return response


async def _in_one_piece(body: bytes) -> AsyncIterator[bytes]:
    yield body


def http_scope(request: Request, encodings: str) -> dict[str, Any]:
    """What an ASGI application is told of a request."""
    headers = [(b"host", b"music.test"), (b"accept-encoding", encodings.encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in (request.headers or {}).items()]
    if request.token is not None:
        headers.append((b"authorization", f"Bearer {request.token}".encode()))
    if request.body is not None:
        headers.append((b"content-type", b"application/json"))
        headers.append((b"content-length", str(len(request.body)).encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": urlencode(request.query or {}).encode(),
        "root_path": "",
        "headers": headers,
        "client": ("10.0.0.2", 40_000),
        "server": ("10.0.0.1", 8420),
        "state": {},
    }


async def call_asgi(app: Any, request: Request, encodings: str) -> Response:
    """One request through an ASGI application."""
    scope = http_scope(request, encodings)
    events = [{"type": "http.request", "body": request.body or b"", "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if events:
            return events.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    await app(scope, receive, send)
    start = next(event for event in sent if event["type"] == "http.response.start")
    body = b"".join(event.get("body", b"") for event in sent if event["type"] == "http.response.body")
    return Response(
        start["status"], {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}, body
    )
