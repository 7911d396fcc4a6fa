"""The client's end of `WS /api/live`: hints of what has moved at a source, over connections that come and go."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from soul_player.client.errors import (
    ConnectionLost,
    GoneError,
    NetworkTimeout,
    OfflineError,
    ProtocolError,
    ServerChanged,
    SourceNotFound,
    SyncError,
    TransientSyncError,
)
from soul_player.client.library.model import SourceId
from soul_player.client.library.sources import find_source
from soul_player.client.sources.connections import Connections
from soul_player.client.sources.received import read_message
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sources.transport import Closed, LiveTransport, Request, WebSocketLine
from soul_player.database.access import Database
from soul_player.edges import Randomness
from soul_player.protocol.codec import encode
from soul_player.protocol.ids import ServerId
from soul_player.protocol.live import DEAD_SECONDS, MESSAGE_BYTES_MAX, CloseCode, Pong, Said

# Between attempts: any time up to a bound that doubles (protocol, section 6, *full jitter*).
WAIT_SECONDS_MIN = 1.0
WAIT_SECONDS_MAX = 60.0
RETRY_AFTER_SECONDS_MAX = 3_600.0
# A connection that ends sooner was none: who greets and hangs up would be asked again each half second.
LASTING_SECONDS = 60.0
# A server without live sockets may be brought up to date one day.
UNSUPPORTED_SECONDS = 3_600.0
SCOPE_CHARS_MAX = 200
# Of one connection within `FLOOD_SECONDS`: five times what ten hints a second for each of two scopes are.
MESSAGES_MAX = 1_000
FLOOD_SECONDS = 10.0
SCOPES_MAX = 100
_PONG = encode(Pong())


@dataclass(frozen=True)
class LiveConnected:
    """The server is there, and its scopes stand here: a reason to look, and to forget how long it was away."""

    heads: Mapping[str, int]


@dataclass(frozen=True)
class LiveHint:
    """This scope has moved to here, or further. The truth comes from a pull."""

    scope: str
    head: int


@dataclass(frozen=True)
class LiveLost:
    """The connection ended, or there was none; the next attempt comes by itself after this time."""

    error: SyncError
    seconds: float


LiveEvent = LiveConnected | LiveHint | LiveLost


class _Refused(Exception):
    """The token was refused."""


class _Ended(TransientSyncError):
    """The server ended the connection, perhaps with a word about when to come back."""

    code = "live_ended"


class Live:
    """Listening to sources: `client.live`."""

    def __init__(self, library: Database, connections: Connections, randomness: Randomness) -> None:
        self._library = library
        self._connections = connections
        self._randomness = randomness

    async def listen(self, source_id: SourceId) -> AsyncGenerator[LiveEvent, None]:
        """Without end: connects, and connects again. Raises what only a person can cure (`SignInNeeded`, security).

        Another server at the address is no such thing: a device that comes home finds its own there again.
        """
        failures = 0
        while True:
            source = await self._library.read(find_source, source_id)
            if source is None:
                raise SourceNotFound(f"there is no source with the id {source_id}")
            connected_at: float | None = None
            try:
                # Asked for anew each time: a source may have got another address or certificate meanwhile.
                async for event in _connection(self._connections.to(source)):
                    connected_at = _now() if connected_at is None else connected_at
                    yield event
            except (OfflineError, TransientSyncError, ProtocolError, GoneError, ServerChanged) as error:
                if connected_at is not None and _now() - connected_at >= LASTING_SECONDS:
                    failures = 0
                seconds = self._wait_seconds(error, failures)
                failures += 1
                yield LiveLost(error, seconds)
                await asyncio.sleep(seconds)

    def _wait_seconds(self, error: SyncError, failures: int) -> float:
        if isinstance(error, GoneError):
            return UNSUPPORTED_SECONDS
        bound = min(WAIT_SECONDS_MAX, WAIT_SECONDS_MIN * 2 ** min(failures, 10))
        after = error.retry_after_seconds if isinstance(error, TransientSyncError) else None
        return min(after or 0.0, RETRY_AFTER_SECONDS_MAX) + self._randomness.uniform(0.0, bound)


async def _connection(server: ServerClient) -> AsyncIterator[LiveEvent]:
    """The events of one connection, whose end is always an error. A token that ran out is renewed once."""
    token = await server.access_token()
    for attempt in (1, 2):
        try:
            async with _opened(server, token) as line:
                async for event in _events(line, server):
                    yield event
        except _Refused as error:
            if attempt == 2:
                raise await server.signed_out() from error
        token = await server.access_token(refused=token)


@asynccontextmanager
async def _opened(server: ServerClient, token: str) -> AsyncGenerator[WebSocketLine, None]:
    transport = server.transport
    if not isinstance(transport, LiveTransport):
        raise GoneError("this transport has no sockets", problem_code="not_found")
    async with transport.live(Request("/api/live", token=token), bytes_max=MESSAGE_BYTES_MAX) as line:
        yield line


async def _events(line: WebSocketLine, server: ServerClient) -> AsyncIterator[LiveEvent]:
    is_greeted = False
    retry_after: float | None = None
    messages = _Messages(line)
    while True:
        text = await messages.next()
        if isinstance(text, Closed):
            if text.code == CloseCode.SIGNED_OUT:
                raise _Refused
            if text.code == CloseCode.GOING_AWAY:
                raise _Ended("the server goes away for a while", retry_after_seconds=retry_after)
            raise ConnectionLost(f"the live connection ended ({text.code})")
        said = read_message(text, Said)
        match said.type:
            # Once: it makes this device look at once, whatever it waits for.
            case "hello" if not is_greeted:
                server.require_same(ServerId(said.server_id))
                is_greeted = True
                yield LiveConnected(_checked(said.heads))
            case "changed" if is_greeted:
                yield LiveHint(*next(iter(_checked({said.scope: said.head}).items())))
            case "ping":
                await line.send(_PONG)
            case "bye":
                retry_after = max(0.0, said.retry_after)
            case _:
                # Of a later version, or out of turn: a hint that is passed over costs nothing.
                continue


class _Messages:
    """What is said on one connection, within bounds of silence and of haste."""

    def __init__(self, line: WebSocketLine) -> None:
        self._line = line
        self._count = 0
        self._counted_from = _now()

    async def next(self) -> bytes | Closed:
        """Raises `NetworkTimeout`, `ProtocolError`."""
        try:
            async with asyncio.timeout(DEAD_SECONDS):
                text = await self._line.receive()
        except TimeoutError as error:
            raise NetworkTimeout("the server says nothing any more") from error
        if _now() - self._counted_from >= FLOOD_SECONDS:
            self._count, self._counted_from = 0, _now()
        self._count += 1
        if self._count > MESSAGES_MAX:
            raise ProtocolError(f"more than {MESSAGES_MAX} messages came within {FLOOD_SECONDS:.0f} s")
        return text


def _now() -> float:
    return asyncio.get_running_loop().time()


def _checked(heads: Mapping[str, int]) -> Mapping[str, int]:
    """Raises `ProtocolError`."""
    if len(heads) > SCOPES_MAX or not all(
        0 < len(scope) <= SCOPE_CHARS_MAX and 0 <= head < 2**63 for scope, head in heads.items()
    ):
        raise ProtocolError("a head came that is no position")
    return heads
