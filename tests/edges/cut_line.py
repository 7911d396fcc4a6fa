"""A network fault: a line to a server that is cut, or goes silent, after so many bytes; and that may heal."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

PIECE_BYTES = 16 * 1024


class CutLine:
    """Carries connections to the server and back. Use `cut_line`."""

    def __init__(self, server_url: str) -> None:
        self._server_port = int(server_url.rpartition(":")[2])
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.carried_bytes = 0
        # From the server, counted over all connections; None: as many as it likes.
        self.cut_after: int | None = None
        self.silent_after: int | None = None
        self.is_dead = False
        # How often it is cut; each time anew after `cut_after` bytes.
        self.cuts_left = 1
        self.cuts = 0

    @property
    def url(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self.port}"

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if self.is_dead:
            writer.transport.abort()
            return
        self._open.add(writer)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        self._open.add(far_writer)
        try:
            async with asyncio.TaskGroup() as tasks:
                there = tasks.create_task(self._there(reader, far_writer))
                await self._back(far_reader, writer)
                there.cancel()
        finally:
            for end in (writer, far_writer):
                self._open.discard(end)
                end.transport.abort()

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE_BYTES):
                writer.write(piece)
                await writer.drain()
            writer.close()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE_BYTES):
                self.carried_bytes += len(piece)
                if self.silent_after is not None and self.carried_bytes > self.silent_after:
                    await asyncio.sleep(3_600)
                if self.cut_after is not None and self.carried_bytes > self.cut_after and self.cuts_left:
                    self.cuts_left -= 1
                    self.cuts += 1
                    self.carried_bytes = 0
                    return
                writer.write(piece)
                await writer.drain()

    def die(self) -> None:
        """Every connection ends, and no new one is made."""
        self.is_dead = True
        for each in list(self._open):
            each.transport.abort()


@asynccontextmanager
async def cut_line(server_url: str) -> AsyncGenerator[CutLine, None]:
    """A sound line, until the test says otherwise."""
    line = CutLine(server_url)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        line.die()
        server.close()
