"""The rest of a long body straight from the socket into the reader's memory, past the HTTP library's parser.

The library copies each byte, into pieces that the system has to find memory for anew: two fifths of all that a download
cost. Only what is public is used: the connection's transport, whose protocol is exchanged for one that says where the
next bytes go. The connection is of no use to the library afterwards, and is closed.
"""

import asyncio
import sys
from collections import deque

import aiohttp

# For less, a new connection for the next file costs more than is gained: a round trip, and a line that starts slowly.
STRAIGHT_BYTES_MIN = 8 * 1024 * 1024
# There a transport reads ahead, into memory of its own.
_READS_AHEAD = sys.platform == "win32"


class StraightBody:
    """Of one response. Over TLS, in chunks, or short, it comes by way of the library."""

    def __init__(self, response: aiohttp.ClientResponse, *, read_seconds: float) -> None:
        self._response = response
        self._read_seconds = read_seconds
        has_length = "Transfer-Encoding" not in response.headers and not _READS_AHEAD
        self._size_bytes = response.content_length if has_length else None
        self._held: deque[memoryview] = deque()
        self._socket: _Socket | None = None
        # Of those that are still to come from the socket.
        self._left_bytes = 0

    async def fill(self, memory: memoryview) -> int:
        """A `Fill`, with the library's errors; also `TimeoutError`."""
        if not self._held and self._socket is None:
            self._take_socket()
        if self._held:
            return self._pour(memory)
        if self._socket is None:
            self._held.append(memoryview(await self._response.content.readany()))
            return self._pour(memory)
        if not self._left_bytes:
            return 0
        async with asyncio.timeout(self._read_seconds):
            count = await self._socket.read_into(memory[: self._left_bytes])
        self._left_bytes -= count
        return count

    def _pour(self, memory: memoryview) -> int:
        held = self._held.popleft()
        count = min(len(memory), len(held))
        memory[:count] = held[:count]
        if count < len(held):
            self._held.appendleft(held[count:])
        return count

    def _take_socket(self) -> None:
        """If it is worth it. What the library has read already is held."""
        content, connection = self._response.content, self._response.connection
        if self._size_bytes is None or self._size_bytes - content.total_bytes < STRAIGHT_BYTES_MIN:
            return
        # None: the line broke, which reading by way of the library tells.
        transport = None if connection is None else connection.transport
        protocol = None if connection is None else connection.protocol
        if transport is None or protocol is None or transport.is_closing():
            return
        if transport.get_extra_info("sslcontext") is not None:
            return
        # Its clock for the next bytes runs no more.
        protocol.read_timeout = None
        protocol.start_timeout()
        # Reading may set the parser going again, if it was full: then there is more to read.
        while piece := content.read_nowait():
            self._held.append(memoryview(piece))
        transport.pause_reading()
        protocol.force_close()
        self._socket = _Socket(transport, protocol)
        transport.set_protocol(self._socket)
        self._left_bytes = self._size_bytes - content.total_bytes


class _Socket(asyncio.BufferedProtocol):
    """In place of the library's protocol, which hears of nothing but the end."""

    def __init__(self, transport: asyncio.Transport, former: asyncio.Protocol) -> None:
        self._transport = transport
        self._former = former
        self._memory: memoryview | None = None
        self._coming: asyncio.Future[int] | None = None
        self._is_lost = False

    async def read_into(self, memory: memoryview) -> int:
        """What is there, at least a byte. Raises `aiohttp.ServerDisconnectedError`."""
        if self._is_lost:
            raise aiohttp.ServerDisconnectedError
        self._memory = memory
        self._coming = asyncio.get_running_loop().create_future()
        self._transport.resume_reading()
        try:
            return await self._coming
        except asyncio.CancelledError:
            # What landed in this moment is known to nobody: no byte behind it is of use.
            self._transport.abort()
            raise
        finally:
            self._memory = None

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # asyncio's
        """It reads only while somebody waits."""
        assert self._memory is not None
        return self._memory

    def buffer_updated(self, nbytes: int) -> None:
        """They are there."""
        self._transport.pause_reading()
        if self._coming is not None and not self._coming.done():
            self._coming.set_result(nbytes)

    def eof_received(self) -> None:
        """The transport closes itself."""

    def connection_lost(self, exc: Exception | None) -> None:
        """By the other side, or let go of on this one: for the library's own account too."""
        self._is_lost = True
        if self._coming is not None and not self._coming.done():
            self._coming.set_exception(aiohttp.ServerDisconnectedError())
        self._former.connection_lost(exc)

    def pause_writing(self) -> None:
        """Everything was written."""
        self._former.pause_writing()

    def resume_writing(self) -> None:
        """The same."""
        self._former.resume_writing()
