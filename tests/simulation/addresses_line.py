"""Two addresses of one server, and what else may be there: it depends on where a device is."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

import msgspec

from soul_player.client.errors import NetworkTimeout, OfflineError
from soul_player.client.sources.addresses import Address
from soul_player.client.sources.transport import Request, Timeouts
from soul_player.protocol.codec import encode
from soul_player.protocol.page import Heads
from soul_player.protocol.server_info import PROTOCOL_VERSION, ServerInfo
from soul_player.protocol.session import SignedIn, User
from tests.simulation.live_line import LiveNetwork, LiveSocket, LiveTransport
from tests.simulation.machine import Machine
from tests.simulation.network import Response, SimulatedTransport

HOME = "http://10.0.0.1:8420"
AWAY = "http://192.168.7.7:8420"
URLS = (HOME, AWAY)
STRANGER_ID = "01890000-0000-7000-8000-0000000000bb"
JSON = {"content-type": "application/json"}
PROBLEM = {"content-type": "application/problem+json"}
TIME = "2026-01-31T10:00:00.000Z"


class There(StrEnum):
    """Who answers at an address."""

    SERVER = "the server"
    NOBODY = "nobody"
    SILENCE = "silence"
    PORTAL = "a captive portal"
    STRANGER = "another server"
    IMPOSTOR = "an impostor, who says yes to everything"


# They hear what is sent.
STRANGERS = frozenset((There.PORTAL, There.STRANGER, There.IMPOSTOR))


class AddressesNetwork(LiveNetwork):
    """`told`: what strangers were told that is nobody's business."""

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self.told: list[str] = []
        self._there: dict[tuple[str, str], There] = {}

    def opener(self, machine: Machine) -> Callable[..., SimulatedTransport]:
        """Transports whose sockets go to whoever is there."""

        def open_transport(
            address: Address, *, fingerprint: str | None, is_insecure: bool, timeouts: Timeouts
        ) -> AddressesTransport:
            return AddressesTransport(self, machine, address, timeouts)

        return open_transport

    def there(self, machine: Machine, url: str) -> There:
        """For this machine, where it is now."""
        return self._there.get((machine.name, url), There.SERVER)

    def put(self, machine: Machine, url: str, there: There) -> None:
        """From now on. What was connected carries nothing any more."""
        if self.there(machine, url) is there:
            return
        self._there[machine.name, url] = there
        for socket in self.sockets:
            socket.is_lost = socket.is_lost or socket.machine is machine

    async def carry(
        self, machine: Machine, request: Request, *, seconds: float, encodings: str, url: str = ""
    ) -> Response:
        """To whoever is there."""
        there = self.there(machine, url)
        if there is There.SERVER or machine.is_cut:
            return await super().carry(machine, request, seconds=seconds, encodings=encodings, url=url)
        self._trace(machine.name, f"{request.method} {request.path} meets {there}")
        await self.meet(machine, request, there, seconds=seconds)
        if there is There.PORTAL:
            return Response(200, {"content-type": "text/html"}, b"<html>Welcome to the hotel</html>")
        return _answer(request, says_yes=there is There.IMPOSTOR)

    async def meet(self, machine: Machine, request: Request, there: There, *, seconds: float) -> None:
        """Somebody else than the server, or nobody. Raises what nobody is noticed by."""
        if there in STRANGERS and (request.token is not None or request.body is not None):
            self.told.append(f"{there} was told {request.method} {request.path} by {machine.name}")
        await asyncio.sleep(self._latency())
        if there is There.NOBODY:
            raise OfflineError("connection refused")
        if there is There.SILENCE:
            await asyncio.sleep(seconds)
            raise NetworkTimeout("no answer in time")


class AddressesTransport(LiveTransport):
    """A transport to one of the addresses."""

    _network: AddressesNetwork

    @asynccontextmanager
    async def live(self, request: Request, *, bytes_max: int) -> AsyncGenerator[LiveSocket, None]:
        """Open while the block runs."""
        there = self._network.there(self._machine, self.address.url)
        if there is not There.SERVER:
            await self._network.meet(self._machine, request, there, seconds=self._timeouts.connect)
            raise OfflineError("something else answers there")
        async with super().live(request, bytes_max=bytes_max) as socket:
            yield socket


def _answer(request: Request, *, says_yes: bool) -> Response:
    """Of another server, or of somebody who would like to be taken for one."""
    if request.path == "/api/server":
        info = ServerInfo(STRANGER_ID, "Café", "1.0", PROTOCOL_VERSION)  # type: ignore[arg-type]  # a text
        return Response(200, JSON, encode(info))
    if not says_yes:
        problem = {"type": "about:blank", "title": "sign in", "status": 401, "code": "token_expired"}
        return Response(401, PROBLEM, msgspec.json.encode(problem))
    if request.path.startswith("/api/auth"):
        user = User(STRANGER_ID, "ann", False, TIME)  # type: ignore[arg-type]  # a text
        return Response(200, JSON, encode(SignedIn("access", "refresh", 900, user)))
    heads = Heads(STRANGER_ID, STRANGER_ID, {"library": 1}, TIME)  # type: ignore[arg-type]  # texts
    return Response(200, JSON, encode(heads))
