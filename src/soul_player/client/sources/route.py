"""One server behind several addresses: requests go where it answers, and nowhere before it has said that it is it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from soul_player.client.errors import (
    ConnectionLost,
    GoneError,
    NetworkTimeout,
    OfflineError,
    SecurityError,
    ServerUnavailable,
    SyncError,
    TransientSyncError,
)
from soul_player.client.sources.addresses import Address
from soul_player.client.sources.symptoms import Answer, diagnose
from soul_player.client.sources.transport import LiveTransport, Request, Streamed, Traffic, Transport, WebSocketLine
from soul_player.edges import Clock

T = TypeVar("T")

# So long it is believed to be the same server without being asked.
KNOWN_SECONDS = 60.0
# The address that worked last goes first; when it has not answered by then, the others are asked beside it.
HEAD_START_SECONDS = 0.5
# An address that says nothing for so long is given up, when there are others.
INTRODUCE_SECONDS = 5.0


@dataclass(eq=False)
class Way:
    """One address. `introduce`: asks, without credentials, who answers there; raises what is wrong with it.

    `must_introduce`: also when it is the only one. A certificate proves who answers; plain HTTP beyond this machine
    proves nothing: in another network the same numbers are somebody else's.
    """

    transport: Transport
    introduce: Callable[[], Awaitable[object]]
    must_introduce: bool
    # When it last said who it is.
    known_at: float | None = None


class Route:
    """A `Transport`. `ways`: in the order in which they are tried. `on_met` is told what each request met."""

    def __init__(
        self, ways: Sequence[Way], clock: Clock, *, on_met: Callable[[Address, SyncError | None], Awaitable[None]]
    ) -> None:
        assert ways, "a source has at least one address"
        self._ways = list(ways)
        self._clock = clock
        self._on_met = on_met
        # One task finds the way for all.
        self._turn = asyncio.Lock()

    @property
    def address(self) -> Address:
        """Where requests go now."""
        return self._ways[0].transport.address

    @property
    def traffic(self) -> Traffic:
        """Of all addresses together, until now."""
        counts = [way.transport.traffic for way in self._ways]
        return Traffic(sum(one.requests for one in counts), sum(one.bytes_received for one in counts))

    async def ask(self, request: Request, *, bytes_max: int) -> Answer:
        """From the first address at which the server answers."""

        async def ask(way: Way) -> Answer:
            answer = await way.transport.ask(request, bytes_max=bytes_max)
            refusal = diagnose(answer, now_ms=self._clock.now_ms())
            if len(self._ways) > 1 and isinstance(refusal, OfflineError | ServerUnavailable):
                raise refusal
            await self._on_met(way.transport.address, refusal)
            return answer

        return await self._first(ask, may_repeat=request.method == "GET")

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncGenerator[Streamed, None]:
        """From the first address at which the server answers; where it breaks off, the next request looks again."""
        async with self._opened(lambda way: way.transport.stream(request)) as streamed:
            yield streamed

    @asynccontextmanager
    async def live(self, request: Request, *, bytes_max: int) -> AsyncGenerator[WebSocketLine, None]:
        """The same for a socket. Raises `GoneError` where a transport has none."""

        def connect(way: Way) -> AbstractAsyncContextManager[WebSocketLine]:
            if not isinstance(way.transport, LiveTransport):
                raise GoneError("this transport has no sockets", problem_code="not_found")
            return way.transport.live(request, bytes_max=bytes_max)

        async with self._opened(connect) as line:
            yield line

    async def close(self) -> None:
        """Let go of every connection."""
        for way in self._ways:
            await way.transport.close()

    @asynccontextmanager
    async def _opened(self, connect: Callable[[Way], AbstractAsyncContextManager[T]]) -> AsyncGenerator[T, None]:
        async with AsyncExitStack() as stack:
            used: list[Way] = []

            async def enter(way: Way) -> T:
                opened = await stack.enter_async_context(connect(way))
                await self._on_met(way.transport.address, None)
                used.append(way)
                return opened

            opened = await self._first(enter, may_repeat=True)
            try:
                yield opened
            except (OfflineError, ConnectionLost, NetworkTimeout):
                used[-1].known_at = None
                raise

    async def _first(self, attempt: Callable[[Way], Awaitable[T]], *, may_repeat: bool) -> T:
        """By the first way on which there is somebody. Raises what was met on the only one, or the most telling.

        `may_repeat`: nothing is changed by it, so that it may be asked again where the connection broke.
        """
        failed: dict[Way, SyncError] = {}
        while True:
            way = await self._way(failed)
            try:
                return await attempt(way)
            except (OfflineError, TransientSyncError, SecurityError) as error:
                way.known_at = None
                failed[way] = error
                # Where there is another way, one that broke is passed over until it has shown that it leads somewhere.
                is_passed = isinstance(error, ConnectionLost) and len(self._ways) > 1
                await self._on_met(way.transport.address, OfflineError(error.message) if is_passed else error)
                # What was under way may have been done: that is for the next attempt to find out, by any way.
                if len(self._ways) == 1 or (isinstance(error, ConnectionLost) and not may_repeat):
                    raise
            if len(failed) == len(self._ways):
                raise most_telling(failed.values())

    async def _way(self, failed: dict[Way, SyncError]) -> Way:
        """The first one that has not failed and is known to lead to this server. Raises when none does."""
        async with self._turn:
            left = [way for way in self._ways if way not in failed]
            first = left[0]
            if self._is_known(first) or (len(self._ways) == 1 and not first.must_introduce):
                return first
            found, failures = await _race(left, is_hurried=len(self._ways) > 1)
            for way in left:
                if way in failures:
                    failed[way] = failures[way]
                    await self._on_met(way.transport.address, failures[way])
            if found is None:
                raise most_telling(failed.values())
            found.known_at = self._clock.monotonic()
            await self._on_met(found.transport.address, None)
            self._ways.sort(key=lambda way: way is not found)
            return found

    def _is_known(self, way: Way) -> bool:
        return way.known_at is not None and self._clock.monotonic() - way.known_at <= KNOWN_SECONDS


async def _race(ways: Sequence[Way], *, is_hurried: bool) -> tuple[Way | None, dict[Way, SyncError]]:
    """The one that introduces itself first, if one does; and those that failed until then."""
    found: list[Way] = []
    failures: dict[Way, SyncError] = {}
    tasks: list[asyncio.Task[None]] = []
    # The first has failed: nobody needs to wait any longer.
    is_open = asyncio.Event()

    async def introduce(number: int, way: Way) -> None:
        if number:
            await _wait(is_open, HEAD_START_SECONDS)
        try:
            async with asyncio.timeout(INTRODUCE_SECONDS if is_hurried else None):
                await way.introduce()
        except ConnectionLost:
            failures[way] = OfflineError(f"{way.transport.address.host} hangs up")
        except SyncError as error:
            failures[way] = error
        except TimeoutError:
            failures[way] = OfflineError(f"{way.transport.address.host} does not answer")
        if way in failures:
            is_open.set()
            return
        found.append(way)
        for task in tasks:
            if task is not tasks[number]:
                task.cancel()

    async with asyncio.TaskGroup() as group:
        tasks += [group.create_task(introduce(number, way)) for number, way in enumerate(ways)]
    return (found[0] if found else None), failures


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def most_telling(errors: Iterable[SyncError]) -> SyncError:
    """Pure: what a person should hear of: what only they can cure, else what got furthest."""
    return min(errors, key=_rank)


def _rank(error: SyncError) -> int:
    for rank, kind in enumerate((SecurityError, TransientSyncError)):
        if isinstance(error, kind):
            return rank
    return 3 if isinstance(error, OfflineError) else 2
