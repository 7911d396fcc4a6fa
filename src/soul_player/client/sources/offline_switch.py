"""Working offline: a switch that only a person turns. While it is on, no server is asked anything."""

import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from soul_player.client.errors import GoneError, OfflineError
from soul_player.client.library.notes import read_note, remove_note, write_note
from soul_player.client.sources.addresses import Address
from soul_player.client.sources.symptoms import Answer
from soul_player.client.sources.transport import LiveTransport, Request, Streamed, Traffic, Transport, WebSocketLine
from soul_player.database.access import Database

WORKING_OFFLINE = "working_offline"
# Within this time another process's word is noticed: not every request has to read it.
NOTICED_SECONDS = 0.25


class WorkingOffline(OfflineError):
    """The switch is on: nothing was sent."""

    code = "working_offline"

    def __init__(self) -> None:
        super().__init__("you are working offline", hint="soul offline off")


class OfflineSwitch:
    """A note of the library: every process of the home sees it, and it outlives them."""

    def __init__(self, library: Database) -> None:
        self._library = library
        self._known = _Known(is_on=False, at=-math.inf, asked=0)
        self._asked = 0

    async def is_on(self) -> bool:
        """Whether servers are left in peace."""
        if asyncio.get_running_loop().time() - self._known.at < NOTICED_SECONDS:
            return self._known.is_on
        return await self.is_on_now()

    async def is_on_now(self) -> bool:
        """The same, read anew: for who was told that something has changed."""
        now, asked = asyncio.get_running_loop().time(), self._next()
        is_on = await self._library.read(read_note, WORKING_OFFLINE) is not None
        # Answers may come in another order than they were asked for: what was asked later knows more.
        if asked > self._known.asked:
            self._known = _Known(is_on, now, asked)
        return self._known.is_on

    async def turn(self, *, on: bool) -> None:
        """What waits goes on waiting, and goes when it is off again."""
        if on:
            await self._library.write(write_note, WORKING_OFFLINE, "on")
        else:
            await self._library.write(remove_note, WORKING_OFFLINE)
        self._known = _Known(on, asyncio.get_running_loop().time(), self._next())

    def _next(self) -> int:
        self._asked += 1
        return self._asked


@dataclass(frozen=True)
class _Known:
    """As last read, when by the loop's clock, and the how many-th question that was."""

    is_on: bool
    at: float
    asked: int


class SwitchedTransport:
    """A transport behind the switch."""

    def __init__(self, transport: Transport, switch: OfflineSwitch) -> None:
        self._transport = transport
        self._switch = switch

    @property
    def address(self) -> Address:
        """Where requests go."""
        return self._transport.address

    @property
    def traffic(self) -> Traffic:
        """What went there and back."""
        return self._transport.traffic

    async def ask(self, request: Request, *, bytes_max: int) -> Answer:
        """Raises `WorkingOffline`."""
        await self._require_off()
        return await self._transport.ask(request, bytes_max=bytes_max)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncGenerator[Streamed, None]:
        """Raises `WorkingOffline`."""
        await self._require_off()
        async with self._transport.stream(request) as streamed:
            yield streamed

    @asynccontextmanager
    async def live(self, request: Request, *, bytes_max: int) -> AsyncGenerator[WebSocketLine, None]:
        """Raises `WorkingOffline`; `GoneError` where what is behind it has no sockets."""
        await self._require_off()
        if not isinstance(self._transport, LiveTransport):
            raise GoneError("this transport has no sockets", problem_code="not_found")
        async with self._transport.live(request, bytes_max=bytes_max) as line:
            yield line

    async def close(self) -> None:
        """Let go of every connection."""
        await self._transport.close()

    async def _require_off(self) -> None:
        if await self._switch.is_on():
            raise WorkingOffline
