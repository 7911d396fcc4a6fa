"""Requests over HTTP: the only place that knows the HTTP library. Its errors end here and become ours."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import aiohttp
import yarl
from aiohttp.resolver import ThreadedResolver

from soul_player import __version__
from soul_player.client.errors import AnswerTooLarge, OfflineError
from soul_player.client.sources.addresses import Address, is_ip, require_private
from soul_player.client.sources.bodies import ACCEPT_ENCODING, decompressed
from soul_player.client.sources.private_resolver import PrivateResolver
from soul_player.client.sources.straight import StraightBody
from soul_player.client.sources.symptoms import Answer
from soul_player.client.sources.transport import Closed, Request, Streamed, Timeouts, Traffic
from soul_player.client.sources.transport_errors import no_socket, transport_errors

REDIRECTS_MAX = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE_BYTES = 256 * 1024
_ABNORMAL = 1006


class WebSocket:
    """Text messages to and from a server."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def receive(self) -> bytes | Closed:
        """The next message, waited for without end."""
        message = await self._socket.receive()
        if message.type is aiohttp.WSMsgType.TEXT:
            return str(message.data).encode()
        # Also a message that is no text or too long: nothing of ours, and the end of it.
        return Closed(self._socket.close_code or _ABNORMAL)

    async def send(self, text: bytes) -> None:
        """One message."""
        await self._socket.send_str(text.decode())


class HttpTransport:
    """Connections to one address. No cookies, no proxies of the environment, no redirects to elsewhere."""

    def __init__(self, address: Address, *, fingerprint: str | None, is_insecure: bool, timeouts: Timeouts) -> None:
        self.address = address
        self.traffic = Traffic()
        self._fingerprint = fingerprint
        self._is_insecure = is_insecure
        self._timeouts = timeouts
        self._session: aiohttp.ClientSession | None = None
        # Whose bodies are being read.
        self._responses: set[aiohttp.ClientResponse] = set()

    async def ask(self, request: Request, *, bytes_max: int) -> Answer:
        """The whole answer, in plain bytes; at most `bytes_max` of them, compressed or not."""
        async with self._send(request, total_seconds=self._timeouts.request, encodings=ACCEPT_ENCODING) as response:
            body = await self._read(response, bytes_max)
            return Answer(
                response.status,
                response.content_type if "Content-Type" in response.headers else "",
                decompressed(body, response.headers.get("Content-Encoding", "").lower(), bytes_max=bytes_max),
                response.headers.get("Retry-After"),
            )

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncGenerator[Streamed, None]:
        """An answer of any length, uncompressed; each piece must come in time, the whole may take long."""
        async with self._send(request, total_seconds=None, encodings="identity") as response:
            body = StraightBody(response, read_seconds=self._timeouts.read)
            straight = partial(self._fill, body)
            yield Streamed(response.status, response.headers, self._pieces(response), straight)

    @asynccontextmanager
    async def live(self, request: Request, *, bytes_max: int) -> AsyncGenerator["WebSocket", None]:
        """An open WebSocket; its messages have at most so many bytes."""
        url = yarl.URL(self.address.url + request.path)
        headers = {} if request.token is None else {"Authorization": f"Bearer {request.token}"}
        timeout = aiohttp.ClientWSTimeout(ws_close=self._timeouts.connect)
        with transport_errors(self.address):
            try:
                seconds = self._timeouts.connect + self._timeouts.read
                async with asyncio.timeout(seconds), contextlib.AsyncExitStack() as stack:
                    session = await stack.enter_async_context(self._for_sockets(request))
                    connecting = session.ws_connect(url, headers=headers, timeout=timeout, max_msg_size=bytes_max)
                    socket = await stack.enter_async_context(connecting)
                    owned = stack.pop_all()
            except aiohttp.WSServerHandshakeError as error:
                raise no_socket(self.address, error) from error
            async with owned:
                yield WebSocket(socket)

    async def close(self) -> None:
        """Let go of every connection. Whoever reads from one is told that it was lost."""
        # At once: what is asked while these are closed connects anew.
        session, self._session = self._session, None
        for response in self._responses:
            # The library ends the connection and its time limits, and lets the reader wait for ever.
            response.content.set_exception(aiohttp.ServerDisconnectedError())
        if session is not None:
            await session.close()

    @asynccontextmanager
    async def _send(
        self, request: Request, *, total_seconds: float | None, encodings: str
    ) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        url = yarl.URL(self.address.url + request.path).update_query(request.query or {})
        headers = {"Accept-Encoding": encodings, **(request.headers or {})}
        if request.token is not None:
            headers["Authorization"] = f"Bearer {request.token}"
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        timeout = aiohttp.ClientTimeout(
            total=total_seconds, sock_connect=self._timeouts.connect, sock_read=self._timeouts.read
        )
        async with contextlib.AsyncExitStack() as stack:
            # An error inside the body of our caller's `with` is translated too: it reads from the same connection.
            stack.enter_context(transport_errors(self.address))
            for _ in range(1 + REDIRECTS_MAX):
                self.traffic.requests += 1
                response = await stack.enter_async_context(
                    self._open().request(
                        request.method, url, data=request.body, headers=headers, timeout=timeout, allow_redirects=False
                    )
                )
                self._responses.add(response)
                stack.callback(self._responses.discard, response)
                if response.status not in _REDIRECTS:
                    yield response
                    return
                url = self._target(request, url, response)
        raise OfflineError(f"{self.address.host} redirects on and on")

    def _target(self, request: Request, url: yarl.URL, response: aiohttp.ClientResponse) -> yarl.URL:
        """Where a redirect leads: the same origin only, for what changes nothing."""
        try:
            target = url.join(yarl.URL(response.headers.get("Location", "")))
            origin = (target.scheme, target.host, target.port)
        except ValueError as error:
            raise OfflineError(f"{self.address.host} redirects to nowhere") from error
        if origin != self.address.origin:
            raise OfflineError(
                f"{self.address.host} redirects to {target.scheme}://{target.host}, where nothing was sent",
                hint="a captive portal may be in the way, or the server has moved",
            )
        if request.method != "GET" or "Location" not in response.headers:
            raise OfflineError(f"{self.address.host} redirects what must not be repeated elsewhere")
        return target

    async def _read(self, response: aiohttp.ClientResponse, bytes_max: int) -> bytes:
        if (response.content_length or 0) > bytes_max:
            raise AnswerTooLarge(
                f"an answer of {response.content_length} bytes came, more than the {bytes_max} allowed"
            )
        pieces: list[bytes] = []
        total = 0
        async for piece in self._pieces(response):
            pieces.append(piece)
            total += len(piece)
            if total > bytes_max:
                raise AnswerTooLarge(f"an answer came that is larger than {bytes_max} bytes")
        return b"".join(pieces)

    async def _pieces(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        # Not only around the caller's `with`: who reads on may have left the frame in which it was opened.
        with transport_errors(self.address):
            while piece := await response.content.readany():
                self.traffic.bytes_received += len(piece)
                yield piece

    async def _fill(self, body: StraightBody, memory: memoryview) -> int:
        with transport_errors(self.address):
            count = await body.fill(memory)
        self.traffic.bytes_received += count
        return count

    def _for_sockets(self, request: Request) -> aiohttp.ClientSession:
        """On the same connections. The library lets a socket's upgrade be led to anywhere, and takes no word against it
        but an exception."""
        shared = self._open()

        async def check(_: aiohttp.ClientSession, __: object, led: aiohttp.TraceRequestRedirectParams) -> None:
            led.response.close()
            self._target(request, led.url, led.response)

        guard = aiohttp.TraceConfig()
        guard.on_request_redirect.append(check)
        return aiohttp.ClientSession(
            connector=shared.connector,
            connector_owner=False,
            trace_configs=[guard],
            timeout=shared.timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=shared.headers,
        )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            must_be_private = self.address.scheme == "http" and not self._is_insecure
            if must_be_private and is_ip(self.address.host):
                require_private(self.address.host, self.address.host)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    # A pinned certificate is the only one that is good; without a pin the authorities decide.
                    ssl=True if self._fingerprint is None else aiohttp.Fingerprint(bytes.fromhex(self._fingerprint)),
                    resolver=PrivateResolver(ThreadedResolver()) if must_be_private else None,
                    limit=16,
                ),
                auto_decompress=False,
                # Of sockets; a request has its own.
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._timeouts.connect),
                cookie_jar=aiohttp.DummyCookieJar(),
                read_bufsize=_PIECE_BYTES,
                headers={
                    "User-Agent": f"soul-player/{__version__}",
                    "Accept": "application/json, application/problem+json",
                },
            )
        return self._session
