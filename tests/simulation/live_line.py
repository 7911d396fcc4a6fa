"""Sockets in virtual time: from the real client to the server's real live application, over a line that loses hints."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from soul_player.client.errors import ConnectionLost, GoneError, NetworkTimeout, OfflineError
from soul_player.client.sources.addresses import Address
from soul_player.client.sources.transport import Closed, Request, Timeouts
from soul_player.protocol.codec import encode
from soul_player.protocol.live import Bye, CloseCode
from tests.simulation.machine import Machine
from tests.simulation.network import Network, SimulatedTransport, Site, Wire

CLOSED_ABNORMALLY = 1006
BYE = encode(Bye(CloseCode.GOING_AWAY, 5))
# What a line holds that the other side has not taken.
ON_THE_WAY_MAX = 64


@dataclass
class HintFaults:
    """Every so manieth hint is dropped, doubled, or held back until others have overtaken it; 0: none is."""

    drop_every: int = 0
    double_every: int = 0
    delay_every: int = 0
    delay_seconds: float = 40.0

    def clear(self) -> None:
        """From here on all arrive."""
        self.drop_every = self.double_every = self.delay_every = 0


class LiveSocket:
    """One connection. The server's application writes to it as to its own socket; the client receives and sends."""

    def __init__(self, network: "LiveNetwork", machine: Machine, site: Site) -> None:
        self.machine = machine
        self.site = site
        self.is_closed = False
        # It carries nothing any more, and neither side is told.
        self.is_lost = False
        # Why the server's end ended it.
        self.said_code: int | None = None
        self._network = network
        self._to_client: asyncio.Queue[bytes | Closed] = asyncio.Queue()
        self._to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._to_server.put_nowait({"type": "websocket.connect"})
        self.accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.serving: asyncio.Task[Any] | None = None

    # The server's end -------------------------------------------------------------------------------------------------

    def is_gone(self) -> bool:
        """Nothing can be written any more."""
        return self.is_closed

    def is_full(self) -> bool:
        """Too much is on its way."""
        return self._to_client.qsize() > ON_THE_WAY_MAX

    def write_text(self, text: bytes) -> None:
        """A whole message."""
        self._network.send_down(self, text, self._to_client.put_nowait)

    def say_close(self, code: int) -> None:
        """After what was written."""
        if not self.is_closed:
            self.is_closed = True
            self.said_code = code
            self._network.send_down(self, Closed(code), self._to_client.put_nowait)
            self._to_server.put_nowait({"type": "websocket.disconnect", "code": code})

    def say_goodbye(self) -> None:
        """The process ends in good order."""
        if not self.is_closed:
            self.write_text(BYE)
            self.say_close(CloseCode.GOING_AWAY)

    async def asgi_receive(self) -> dict[str, Any]:
        """What the application hears."""
        return await self._to_server.get()

    async def asgi_send(self, event: dict[str, Any]) -> None:
        """What the application says beside its own socket: whether it takes the connection."""
        if not self.accepted.done():
            self.accepted.set_result(101 if event["type"] == "websocket.accept" else event["status"])

    # The client's end -------------------------------------------------------------------------------------------------

    async def receive(self) -> bytes | Closed:
        """The next message, waited for without end."""
        return await self._to_client.get()

    async def send(self, text: bytes) -> None:
        """One message. To a process that is gone: the machine there says so."""
        if self.serving is not None and self.serving.done() and self.site.is_up:
            self._to_client.put_nowait(Closed(CLOSED_ABNORMALLY))
            return
        event = {"type": "websocket.receive", "text": text.decode()}
        self._network.send_up(self, lambda: self._to_server.put_nowait(event))

    def hang_up(self) -> None:
        """The client has left."""
        self.is_closed = True
        self._network.send_up(self, lambda: self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1000}))


class LiveNetwork(Network):
    """`has_sockets`: else every server is one of an age that had none."""

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self.hints = HintFaults()
        self.has_sockets = True
        self.sockets: dict[LiveSocket, None] = {}
        self.hints_sent = 0
        self._arrives_at: dict[LiveSocket, float] = {}

    def opener(self, machine: Machine) -> Callable[..., SimulatedTransport]:
        """Transports with sockets."""

        def open_transport(
            address: Address, *, fingerprint: str | None, is_insecure: bool, timeouts: Timeouts
        ) -> LiveTransport:
            return LiveTransport(self, machine, address, timeouts)

        return open_transport

    def site_at(self, url: str) -> Site:
        """Who answers there."""
        return self.sites.get(url, self._site)

    def is_silent(self, socket: LiveSocket) -> bool:
        """Whatever is sent over it is lost."""
        name = socket.machine.name
        return socket.is_lost or self.wires.get(name, Wire.UP) is not Wire.UP or socket.machine.is_cut

    def send_down(self, socket: LiveSocket, said: bytes | Closed, deliver: Callable[[bytes | Closed], None]) -> None:
        """To the client: in order, but for the hints that are delayed."""
        if self.is_silent(socket):
            return
        times, seconds = 1, 0.0
        if isinstance(said, bytes) and b'"changed"' in said:
            times, seconds = self._fate_of_hint()
        loop = asyncio.get_running_loop()
        arrives_at = max(loop.time() + self._latency(), self._arrives_at.get(socket, 0.0))
        if seconds == 0.0:
            self._arrives_at[socket] = arrives_at
        for _ in range(times):
            loop.call_at(arrives_at + seconds, self._arrive, socket, deliver, said)

    def _arrive(self, socket: LiveSocket, deliver: Callable[[bytes | Closed], None], said: bytes | Closed) -> None:
        if not self.is_silent(socket):
            deliver(said)

    def _fate_of_hint(self) -> tuple[int, float]:
        self.hints_sent += 1
        hints, number = self.hints, self.hints_sent
        if hints.drop_every and number % hints.drop_every == 0:
            return 0, 0.0
        times = 2 if hints.double_every and number % hints.double_every == 0 else 1
        is_late = hints.delay_every and number % hints.delay_every == 0
        return times, self._random.uniform(1.0, hints.delay_seconds) if is_late else 0.0

    def send_up(self, socket: LiveSocket, deliver: Callable[[], None]) -> None:
        """To the server."""
        if not self.is_silent(socket):
            asyncio.get_running_loop().call_later(self._latency(), deliver)

    async def connect(self, machine: Machine, site: Site, request: Request, *, seconds: float) -> LiveSocket:
        """An open socket. Raises the errors of a transport."""
        if machine.is_cut:
            await asyncio.Event().wait()
        wire = self.wires.get(machine.name, Wire.UP)
        await asyncio.sleep(self._latency())
        if wire is Wire.REFUSED or (wire is Wire.UP and site.app is None):
            raise OfflineError("connection refused")
        if wire is Wire.BLACK_HOLE or self._random.random() < self.fault_chance:
            await asyncio.sleep(seconds)
            raise NetworkTimeout("no answer in time")
        if not site.is_up:
            raise OfflineError("connection refused")
        if not self.has_sockets:
            raise GoneError("status 404", problem_code="not_found")
        socket = LiveSocket(self, machine, site)
        self.sockets[socket] = None
        socket.serving = site.spawn(site.app(_scope(request, socket), socket.asgi_receive, socket.asgi_send))
        socket.serving.add_done_callback(lambda _: self.sockets.pop(socket, None))
        try:
            async with asyncio.timeout(seconds):
                await asyncio.wait({socket.accepted, socket.serving}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise NetworkTimeout("no answer in time") from None
        if not socket.accepted.done():
            raise ConnectionLost("the server went away")
        if (status := socket.accepted.result()) != 101:
            raise GoneError(f"status {status}", problem_code="not_found")
        return socket

    def say_goodbye(self, site: Site) -> None:
        """The process of this site ends in good order: everybody is told."""
        for socket in list(self.sockets):
            if socket.site is site:
                socket.say_goodbye()


class LiveTransport(SimulatedTransport):
    """A transport with sockets."""

    _network: LiveNetwork

    @asynccontextmanager
    async def live(self, request: Request, *, bytes_max: int) -> AsyncGenerator[LiveSocket, None]:
        """Open while the block runs."""
        assert bytes_max > 0
        site = self._network.site_at(self.address.url)
        socket = await self._network.connect(self._machine, site, request, seconds=self._timeouts.connect)
        try:
            yield socket
        finally:
            # The world may end before the word arrives.
            with suppress(RuntimeError):
                socket.hang_up()


def _scope(request: Request, socket: LiveSocket) -> dict[str, Any]:
    token = request.token or ""
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"music.test"), (b"authorization", f"Bearer {token}".encode())],
        "client": ("10.0.0.2", 40_000),
        "server": ("10.0.0.1", 8420),
        "subprotocols": [],
        "extensions": {"soul_player": {"socket": socket}},
        "state": {},
    }
