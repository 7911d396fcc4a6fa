"""A page whose only server can be told to misbehave, in a thread of its own: the browser's event loop has this one."""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.sync_api import Browser, Page

from tests.edges.fake_server import PASSWORD, USERNAME, FakeServer, fake_server, make_track, problem
from tests.makers_audio import make_audio
from tests.ui.page.world import Client, Visitor, client_at, visitor, wait_for

TITLES = ("Low Beams", "Coast Road", "Petrol Blue")


@dataclass
class Troubled:
    """Its server answers as `break_at` says, until `heal`."""

    server: FakeServer
    client: Client
    person: Visitor

    @property
    def page(self) -> Page:
        """What is looked at."""
        return self.person.page

    def break_at(self, part: str, status: int, code: str) -> None:
        """Whatever has this in its path is answered with a problem."""

        async def refuse(request: web.Request) -> web.StreamResponse | None:
            return problem(status, code) if part in request.path else None

        self.server.misbehave = refuse

    def heal(self) -> None:
        """It answers as it should."""
        self.server.misbehave = None

    def set(self, name: str, value: Any) -> None:
        """A setting of the client."""
        self.client.ask("PUT", f"/api/settings/{name}", {"value": value})


@contextmanager
def troubled_at(chrome: Browser, root: Path, *, seconds: float = 2.0) -> Generator[Troubled, None, None]:
    """Three tracks of this length, synced once; somebody is let in."""
    with ExitStack() as stack:
        server = stack.enter_context(_served_aside(lambda served: _fill(served, root / "music", seconds)))
        client = stack.enter_context(client_at(root / "client"))
        client.add_server(server.url, USERNAME, PASSWORD)
        wait_for("the library", lambda: client.tracks() == len(TITLES))
        yield Troubled(server, client, stack.enter_context(visitor(chrome, client)))


def _fill(server: FakeServer, music: Path, seconds: float) -> None:
    for number, title in enumerate(TITLES):
        content = make_audio(music / f"{number}", "flac", hertz=300 + 50 * number, seconds=seconds).read_bytes()
        track = make_track(number, title=title, artist="Amber Tide", album="Night Drive", file_size=len(content))
        server.put(track)
        server.files[track.id] = content


@contextmanager
def _served_aside(fill: Callable[[FakeServer], None]) -> Generator[FakeServer, None, None]:
    """Listening as long as the block runs, on the event loop of another thread."""
    begun: list[FakeServer] = []
    is_up, is_over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with fake_server(name="Home Server") as server:
            fill(server)
            begun.append(server)
            is_up.set()
            while not is_over.is_set():  # noqa: ASYNC110  # an event of threads is no event of this loop
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    try:
        assert is_up.wait(20), "the server never listened"
        yield begun[0]
    finally:
        is_over.set()
        thread.join(10)
