"""The local API for tests: a real client in a temporary home, real sockets on a free port."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from soul_player.client import Client
from soul_player.client.sources.discovery import Announced
from soul_player.edges import Clock, SystemClock
from soul_player.ui import LocalApi, bind, serving
from soul_player.ui.api.demo import MakeDemo
from tests.client.clients import opened_client
from tests.edges.seeded_randomness import SeededRandomness


@dataclass(frozen=True)
class Answered:
    """An answer, read to its end."""

    status: int
    headers: Any
    body: bytes

    def json(self) -> Any:
        """The body."""
        return msgspec.json.decode(self.body)


@dataclass(frozen=True)
class Running:
    """`ask` is a program with the token; `ask_bare` sends only what it is told to."""

    client: Client
    local: LocalApi
    http: aiohttp.ClientSession

    async def ask(self, method: str, path: str, **options: Any) -> Answered:
        """As another program of the same person."""
        headers = {"authorization": f"Bearer {self.local.token}", **options.pop("headers", {})}
        return await self.ask_bare(method, path, headers=headers, **options)

    async def ask_bare(self, method: str, path: str, **options: Any) -> Answered:
        """As anybody."""
        async with self.http.request(method, self.local.url + path, allow_redirects=False, **options) as answer:
            return Answered(answer.status, answer.headers, await answer.read())

    async def cookie(self) -> str:
        """The value of a `Cookie` header: a browser that was let in by a link."""
        code = self.local.make_link().partition("#code=")[2]
        answer = await self.ask_bare("POST", "/api/session", json={"code": code})
        assert answer.status == 204, answer.body
        cookie: str = answer.headers["set-cookie"]
        return cookie.partition(";")[0]


ANNOUNCED_ID = "01976d3f-0000-7000-8000-000000000001"


class OneAnnounced:
    """A network where one server says that it is there, at once: no three seconds are listened for it."""

    async def hear(self, seconds: float) -> list[Announced]:
        """As `Discovery`."""
        told = {"id": ANNOUNCED_ID, "name": "Home", "path": "", "tls": "0", "protocol": "1"}
        return [Announced(("192.168.1.5",), 8_420, told)]


@asynccontextmanager
async def running_ui(
    home: Path, *, clock: Clock | None = None, make_demo: MakeDemo | None = None, **settings: Any
) -> AsyncGenerator[Running, None]:
    """Answering while the block runs; nothing is synced but by hand."""
    clock = clock or SystemClock()
    async with opened_client(home, clock=clock, **settings) as client:
        client.sources._discovery = OneAnnounced()
        with bind("127.0.0.1", 0) as bound:
            async with (
                serving(client, bound, make_demo=make_demo, clock=clock, randomness=SeededRandomness()) as local,
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
            ):
                with client.sync.holding(), local.announced():
                    yield Running(client, local, http)
