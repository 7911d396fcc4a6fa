"""A line to the demo's server that breaks off: what a train does to a phone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

HANG_UP_SECONDS = 5.0
_PIECE_BYTES = 16 * 1024


class CutLine:
    """Carries connections to the server. `cuts`: so many of the next ones break behind `cut_after` bytes each."""

    def __init__(self, server_url: str) -> None:
        address = urlsplit(server_url)
        self._host = address.hostname or "127.0.0.1"
        self._port = address.port or 80
        self.url = ""
        self.cuts = 0
        self.cut_after = 0
        self.was_cut = 0
        self._ends: set[asyncio.StreamWriter] = set()
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    async def carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        """One connection, until either end is gone or the line breaks."""
        far_in, far_out = await asyncio.open_connection(self._host, self._port)
        ends = {near_out, far_out}
        self._ends |= ends
        self._is_idle.clear()
        try:
            async with asyncio.TaskGroup() as both:
                sending = both.create_task(_copy(near_in, far_out))
                await self._bring(far_in, near_out)
                sending.cancel()
        finally:
            self._ends -= ends
            for end in ends:
                end.transport.abort()
            if not self._ends:
                self._is_idle.set()

    async def hang_up(self) -> None:
        """Every connection ends now."""
        for end in self._ends:
            end.transport.abort()
        async with asyncio.timeout(HANG_UP_SECONDS):
            await self._is_idle.wait()

    async def _bring(self, far: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        carried = 0
        with suppress(ConnectionError):
            while piece := await far.read(_PIECE_BYTES):
                carried += len(piece)
                near.write(piece)
                await near.drain()
                if self.cuts and carried > self.cut_after:
                    self.cuts -= 1
                    self.was_cut += 1
                    return


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await source.read(_PIECE_BYTES):
            target.write(piece)
            await target.drain()


@asynccontextmanager
async def cut_line(server_url: str) -> AsyncGenerator[CutLine, None]:
    """Listens on this machine while the block runs."""
    line = CutLine(server_url)
    listening = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    try:
        line.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield line
    finally:
        listening.close()
        await line.hang_up()
