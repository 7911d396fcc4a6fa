"""TLS handshakes, counted and timed: who never ends one holds a connection for seconds, and no more than are allowed.

uvicorn knows of a connection once its handshake is done. What comes before would count nowhere: thousands of sockets
that say nothing take all descriptors that the process may have.
"""

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import AsyncGenerator, Callable, Sized

log = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 10.0
# Closing one properly takes the other's word as well.
GOODBYE_SECONDS = 10.0
# So many above the limit get through the handshake, to be told in words that there are too many.
ANSWERED_BEYOND = 16
# The system has no more to give, or this process may have no more: as asyncio's own servers, wait for others to go.
FULL = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))
FULL_SECONDS = 1.0
# The listening socket's own end.
CLOSED = frozenset((errno.EBADF, errno.EINVAL))


class Doorway:
    """Accepts connections at `bound` in the place of asyncio's own server, for as long as it is `opened`.

    `connections_max`: of those at the handshake and those behind it together.
    """

    def __init__(
        self,
        bound: socket.socket,
        context: ssl.SSLContext,
        *,
        connections_max: int,
        handshake_seconds: float = HANDSHAKE_SECONDS,
    ) -> None:
        self._bound = bound
        self._context = context
        self._sockets_max = connections_max + ANSWERED_BEYOND
        self._handshake_seconds = handshake_seconds
        self._tasks: asyncio.TaskGroup | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._greeting: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncGenerator[None, None]:
        """Handshakes can be made; those that are not done at the end are cut."""
        async with asyncio.TaskGroup() as self._tasks:
            try:
                yield
            finally:
                self.close()

    def accept(self, make_protocol: Callable[[], asyncio.Protocol], connections: Sized) -> None:
        """From now on. `connections`: those behind the handshake."""
        assert self._tasks is not None, "it is opened before"
        self._bound.settimeout(0)
        self._accepting = self._tasks.create_task(self._accept(make_protocol, connections), name="accepting")

    def close(self) -> None:
        """Nobody comes in any more, and whoever is at the handshake is sent away."""
        for task in (self._accepting, *self._greeting):
            if task is not None:
                task.cancel()

    async def wait_closed(self) -> None:
        """As a server of asyncio has it."""

    async def _accept(self, make_protocol: Callable[[], asyncio.Protocol], connections: Sized) -> None:
        assert self._tasks is not None
        loop = asyncio.get_running_loop()
        while True:
            try:
                line, _ = await loop.sock_accept(self._bound)
            except OSError as error:
                if error.errno in CLOSED:
                    return
                if error.errno in FULL:
                    log.warning("no connection can be accepted now: %s", error.strerror)
                # Else it is one that was gone before it came in.
                await asyncio.sleep(FULL_SECONDS if error.errno in FULL else 0)
                continue
            if len(self._greeting) + len(connections) >= self._sockets_max:
                # There is no way to say so before the handshake.
                line.close()
                continue
            task = self._tasks.create_task(self._greet(line, make_protocol), name="TLS handshake")
            self._greeting.add(task)
            task.add_done_callback(self._greeting.discard)

    async def _greet(self, line: socket.socket, make_protocol: Callable[[], asyncio.Protocol]) -> None:
        # Gone, too slow, or no TLS at all: nobody is there who could be told.
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(
                make_protocol,
                line,
                ssl=self._context,
                ssl_handshake_timeout=self._handshake_seconds,
                ssl_shutdown_timeout=GOODBYE_SECONDS,
            )
