"""Requests to one server, whatever carries them: every error that comes out is one of ours."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from soul_player.client.sources.addresses import Address
from soul_player.client.sources.filling import Fill, Poured
from soul_player.client.sources.symptoms import Answer


@dataclass
class Traffic:
    """What went over the wire, counted for the one who asks."""

    requests: int = 0
    bytes_received: int = 0


@dataclass(frozen=True)
class Timeouts:
    """Seconds until a connection must stand, the next bytes must have come, an answer must be whole."""

    connect: float
    read: float
    request: float


@dataclass(frozen=True)
class Streamed:
    """An answer whose body comes in pieces, as it was sent; or else, without a copy, into the memory of who reads it.

    `straight`: None where the transport has only the pieces.
    """

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]
    straight: Fill | None = None

    def filling(self) -> Fill:
        """For who reads much, in place of `pieces`."""
        return self.straight or Poured(self.pieces).fill


@dataclass(frozen=True)
class Request:
    """What is asked. `path` begins with a slash and stands below the address's own path."""

    path: str
    method: str = "GET"
    query: Mapping[str, str] | None = None
    body: bytes | None = None
    token: str | None = None
    headers: Mapping[str, str] | None = None


class Transport(Protocol):
    """Requests to one address, whatever carries them; every error is one of ours."""

    @property
    def address(self) -> Address:
        """Where they go."""
        ...

    @property
    def traffic(self) -> Traffic:
        """What went there and back."""
        ...

    async def ask(self, request: Request, *, bytes_max: int) -> Answer:
        """The whole answer, in plain bytes; at most `bytes_max` of them, compressed or not."""
        ...

    def stream(self, request: Request) -> AbstractAsyncContextManager[Streamed]:
        """An answer of any length, uncompressed; each piece must come in time, the whole may take long."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


@dataclass(frozen=True)
class Closed:
    """The other side has closed the socket, and why."""

    code: int


class WebSocketLine(Protocol):
    """An open socket."""

    async def receive(self) -> bytes | Closed:
        """The next message, waited for without end."""
        ...

    async def send(self, text: bytes) -> None:
        """One message."""
        ...


@runtime_checkable
class LiveTransport(Protocol):
    """A transport that can open sockets."""

    def live(self, request: Request, *, bytes_max: int) -> AbstractAsyncContextManager[WebSocketLine]:
        """Open while the block runs; its messages have at most so many bytes."""
        ...


class OpenTransport(Protocol):
    """Makes a `Transport`: `HttpTransport` in a program, one without sockets in a simulation."""

    def __call__(
        self, address: Address, *, fingerprint: str | None, is_insecure: bool, timeouts: Timeouts
    ) -> Transport:
        """Connects only when something is asked."""
        ...
