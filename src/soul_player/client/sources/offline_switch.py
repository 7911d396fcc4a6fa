"""Working offline: a switch that only a person turns. While it is on, no server is asked anything."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

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
        # As last read, and when by the loop's clock.
        self._read: tuple[bool, float] | None = None

    async def is_on(self) -> bool:
        """Whether servers are left in peace."""
        now, before = asyncio.get_running_loop().time(), self._read
        if before is not None and now - before[1] < NOTICED_SECONDS:
            return before[0]
        is_on = await self._library.read(read_note, WORKING_OFFLINE) is not None
        if self._read is not None and self._read is not before:
            # It was turned meanwhile, or read anew: that goes over what was read here.
            return self._read[0]
        self._read = (is_on, now)
        return is_on

    async def is_on_now(self) -> bool:
        """The same, read anew: for who was told that something has changed."""
        self._read = None
        return await self.is_on()

    async def turn(self, *, on: bool) -> None:
        """What waits goes on waiting, and goes when it is off again."""
        if on:
            await self._library.write(write_note, WORKING_OFFLINE, "on")
        else:
            await self._library.write(remove_note, WORKING_OFFLINE)
        self._read = (on, asyncio.get_running_loop().time())


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
