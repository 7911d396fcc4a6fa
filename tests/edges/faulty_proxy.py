"""A proxy before a real server that spoils the answers that carry a track's bytes, one after the other, as told."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
from aiohttp import web


@dataclass(frozen=True)
class Sent:
    """An answer of the server. `cut_after`: the connection breaks behind so many bytes of the body."""

    status: int
    headers: dict[str, str]
    body: bytes
    cut_after: int | None = None

    def changed(self, body: bytes, **headers: str) -> "Sent":
        """Another body, with the length that it has; other headers by name, `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, body=body, headers={**self.headers, **named, "Content-Length": str(len(body))})


Fault = Callable[[Sent], Sent]
_KEPT = (
    "content-type",
    "etag",
    "content-range",
    "accept-ranges",
    "content-length",
    "retry-after",
    "content-disposition",
)


@dataclass
class FaultyProxy:
    """`faults` are used up one a download; afterwards everything passes. `ranges`: what each download asked for."""

    server_url: str
    url: str = ""
    faults: list[Fault | None] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)
    if_ranges: list[str | None] = field(default_factory=list)
    carried_bytes: int = 0
    # Another network is in between, which answers everything with a page of its own.
    is_down: bool = False
    # Pieces of the body go out this slowly.
    seconds_per_piece: float = 0.0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Every request."""
        if self.is_down:
            return web.Response(text="<html>Please sign in to this wireless network</html>", content_type="text/html")
        sent = await self._ask(request)
        if not request.path.endswith("/download"):
            return web.Response(status=sent.status, headers=sent.headers, body=sent.body)
        self.ranges.append(request.headers.get("Range"))
        self.if_ranges.append(request.headers.get("If-Range"))
        fault = self.faults.pop(0) if self.faults else None
        return await self._send(request, sent if fault is None else fault(sent))

    async def _ask(self, request: web.Request) -> Sent:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in {"host", "connection"}}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method, self.server_url + request.path_qs, headers=headers, data=await request.read()
            ) as answer,
        ):
            kept = {
                name: value for name, value in answer.headers.items() if name.lower() in {*_KEPT, "content-encoding"}
            }
            return Sent(answer.status, kept, await answer.read())

    async def _send(self, request: web.Request, sent: Sent) -> web.StreamResponse:
        response = web.StreamResponse(status=sent.status, headers=sent.headers)
        await response.prepare(request)
        body = sent.body if sent.cut_after is None else sent.body[: sent.cut_after]
        for at in range(0, len(body), 65_536):
            piece = body[at : at + 65_536]
            self.carried_bytes += len(piece)
            await response.write(piece)
            if self.seconds_per_piece:
                await asyncio.sleep(self.seconds_per_piece)
        if sent.cut_after is not None:
            # What was written must have left before the line breaks.
            await asyncio.sleep(0.05)
            assert request.transport is not None
            request.transport.abort()
            return response
        await response.write_eof()
        return response


@asynccontextmanager
async def faulty_proxy(server_url: str) -> AsyncGenerator[FaultyProxy, None]:
    """Listening on 127.0.0.1 while the block runs."""
    proxy = FaultyProxy(server_url)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{rest:.*}", proxy.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield proxy
    finally:
        await runner.cleanup()
