"""Bodies in pieces, at the pace of who takes them, and everything that can become of one on its way."""

import asyncio
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from enum import StrEnum
from typing import Any

from multidict import CIMultiDict

from soul_player.client.errors import ConnectionLost, NetworkTimeout, OfflineError
from soul_player.client.sources.addresses import Address
from soul_player.client.sources.transport import Request, Streamed, Timeouts
from tests.simulation.live_line import LiveNetwork, LiveTransport
from tests.simulation.machine import Machine
from tests.simulation.network import Fate, Site, Wire, http_scope

DOWNLOAD = re.compile(r"/api/tracks/([0-9a-f-]{36})/download")
PIECE_BYTES = (200, 6_000)


class BodyFate(StrEnum):
    """What becomes of a body."""

    WELL = "well"
    CUT = "cut off"
    STALLED = "stalled"
    CORRUPT = "corrupt"
    LONGER = "longer than it should be"
    WHOLE = "whole, where a part was asked for"
    OTHER_PART = "another part than was asked for"
    UNTAGGED = "without its tag"


_BODY_FAULTS = {
    BodyFate.CUT: 8,
    BodyFate.STALLED: 2,
    BodyFate.CORRUPT: 2,
    BodyFate.LONGER: 1,
    BodyFate.WHOLE: 2,
    BodyFate.OTHER_PART: 1,
    BodyFate.UNTAGGED: 1,
}


class PieceNetwork(LiveNetwork):
    """`body_fault_chance`: that of a body to meet something bad. `on_download`: told of each request for a file."""

    def __init__(self, *args: Any, seed: int, **parts: Any) -> None:
        super().__init__(*args, seed=seed, **parts)
        self.body_fault_chance = 0.0
        self.bodies = random.Random(f"bodies of {seed}")
        self.downloads = 0
        self.on_download: Any = None

    def opener(self, machine: Machine) -> Any:
        """Transports whose bodies come in pieces."""

        def open_transport(
            address: Address, *, fingerprint: str | None, is_insecure: bool, timeouts: Timeouts
        ) -> PieceTransport:
            return PieceTransport(self, machine, address, timeouts)

        return open_transport

    def body_fate(self) -> BodyFate:
        """Of the next one."""
        if self.bodies.random() >= self.body_fault_chance:
            return BodyFate.WELL
        return self.bodies.choices(list(_BODY_FAULTS), weights=list(_BODY_FAULTS.values()))[0]

    async def reach(self, machine: Machine, *, seconds: float) -> None:
        """As far as the server's door. Raises the errors of a transport."""
        if machine.is_cut:
            await asyncio.Event().wait()
        wire = self.wires.get(machine.name, Wire.UP)
        await asyncio.sleep(self._latency())
        if wire is Wire.REFUSED:
            raise OfflineError("no route")
        if wire is Wire.BLACK_HOLE:
            await asyncio.sleep(seconds)
            raise NetworkTimeout("no answer in time")
        match self._fate():
            case Fate.WELL | Fate.DOUBLED | Fate.PROXY_SAYS_BUSY | Fate.PORTAL:
                return
            case Fate.SLOW:
                await asyncio.sleep(self._random.uniform(0.5, seconds / 3))
            case Fate.RESET_BEFORE | Fate.ANSWER_CUT:
                raise ConnectionLost("reset")
            case Fate.REQUEST_LOST | Fate.ANSWER_LOST | Fate.LATE:
                await asyncio.sleep(seconds)
                raise NetworkTimeout("no answer in time")

    def pause(self) -> float:
        """Between two pieces."""
        return self.bodies.uniform(0.005, 0.4)


class PieceTransport(LiveTransport):
    """Files come in pieces; everything else comes as before."""

    _network: PieceNetwork

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncGenerator[Streamed, None]:
        """A file, or something else in one piece."""
        match = DOWNLOAD.fullmatch(request.path)
        if match is None:
            async with super().stream(request) as streamed:
                yield Streamed(streamed.status, CIMultiDict(streamed.headers), streamed.pieces)
            return
        network, machine = self._network, self._machine
        self.traffic.requests += 1
        await network.reach(machine, seconds=self._timeouts.read)
        site = network.site_at(self.address.url)
        if not site.is_up or site.app is None:
            raise OfflineError("connection refused")
        fate = network.body_fate()
        network.downloads += 1
        name = f"file {network.downloads} {match.group(1)} {(request.headers or {}).get('Range', '')}"
        if network.on_download is not None and not machine.is_cut:
            quality = (request.query or {}).get("quality", "original")
            network.on_download(machine, self.address.url, match.group(1), quality)
        if fate is BodyFate.WHOLE:
            # A proxy that does not know of ranges.
            request = replace(request, headers={})
        answer = _Answer(site, request, network, stall_seconds=self._timeouts.read)
        try:
            status, headers = await answer.begin()
            machine.trace(machine.name, f"{name} from {site.name}: {status} {fate}")
            yield Streamed(status, _spoiled(fate, headers), answer.pieces(fate))
        finally:
            await answer.leave()


def _spoiled(fate: BodyFate, headers: CIMultiDict[str]) -> CIMultiDict[str]:
    if fate is BodyFate.UNTAGGED:
        headers.popall("etag", None)
    if fate is BodyFate.OTHER_PART and "content-range" in headers:
        headers["content-range"] = re.sub(
            r"bytes (\d+)", lambda one: f"bytes {int(one[1]) + 1}", headers["content-range"]
        )
    return headers


class _Answer:
    """One request under way at the server, whose application waits until each piece was taken."""

    def __init__(self, site: Site, request: Request, network: PieceNetwork, *, stall_seconds: float) -> None:
        self._site = site
        self._network = network
        self._stall_seconds = stall_seconds
        self._events: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._taken = asyncio.Event()
        self._serving = site.spawn(site.app(http_scope(request, "identity"), self._receive, self._send))
        self._serving.add_done_callback(lambda _: self._events.put_nowait(None))
        self._asked = False

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, event: dict[str, Any]) -> None:
        self._taken.clear()
        self._events.put_nowait(event)
        await self._taken.wait()

    async def begin(self) -> tuple[int, CIMultiDict[str]]:
        """The status and the headers."""
        event = await self._next()
        if event is None:
            raise ConnectionLost("the server went away")
        headers = [(name.decode(), value.decode("latin-1")) for name, value in event["headers"]]
        return event["status"], CIMultiDict(headers)

    async def _next(self) -> dict[str, Any] | None:
        """None: the server is done, or gone."""
        try:
            async with asyncio.timeout(self._stall_seconds):
                event = await self._events.get()
        except TimeoutError:
            raise NetworkTimeout("nothing came in time") from None
        self._taken.set()
        return event

    async def pieces(self, fate: BodyFate) -> AsyncIterator[bytes]:
        """Until the end, or until its fate is met."""
        bodies = self._network.bodies
        # After so many pieces.
        left = bodies.randint(0, 4)
        while True:
            event = await self._next()
            if event is None or self._site.is_cut:
                raise ConnectionLost("the connection was reset")
            body = bytes(event.get("body", b""))
            while body:
                size = bodies.randint(*PIECE_BYTES)
                piece, body = body[:size], body[size:]
                await asyncio.sleep(self._network.pause())
                yield await self._spoil(fate, left, piece)
                left -= 1
            if not event.get("more_body"):
                break
        if fate is BodyFate.LONGER:
            yield b"and more"

    async def _spoil(self, fate: BodyFate, left: int, piece: bytes) -> bytes:
        if left > 0:
            return piece
        match fate:
            case BodyFate.CUT:
                raise ConnectionLost("the connection was reset")
            case BodyFate.STALLED:
                await asyncio.sleep(self._stall_seconds)
                raise NetworkTimeout("nothing came in time")
            case BodyFate.CORRUPT if left == 0:
                return bytes((piece[0] ^ 0xFF,)) + piece[1:]
            case _:
                return piece

    async def leave(self) -> None:
        """The client has what it wants, or gives up."""
        self._serving.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await asyncio.wait({self._serving})
