"""Composition root of the local API: wires it around a client that is open, and owns its lifetime."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from soul_player import __version__
from soul_player.client import Client
from soul_player.edges import Clock, Randomness, SystemClock, SystemRandomness
from soul_player.ui.api.asgi import make_api
from soul_player.ui.api.demo import MakeDemo
from soul_player.ui.api.events import EventSockets
from soul_player.ui.api.identity import IdentityRoutes
from soul_player.ui.api.routes import Entrance, all_routes
from soul_player.ui.api.session import SessionRoutes, make_link
from soul_player.ui.api.sync_routes import SyncParts
from soul_player.ui.api.table import Route
from soul_player.ui.frame import SECURITY_HEADERS, Frame
from soul_player.ui.gate import Gate
from soul_player.ui.guard import Address, make_address
from soul_player.ui.kept_sessions import KeptSessions
from soul_player.ui.passwords import UiPassword
from soul_player.ui.progress import ProgressBoard
from soul_player.ui.run_file import RunFile, remove_run_file, write_run_file
from soul_player.ui.sessions import Sessions
from soul_player.ui.settings import Settings
from soul_player.ui.sync_runs import SyncRuns
from soul_player.web.listener import Limits, Listener, make_listener, url_of

START_SECONDS = 10.0
# A page keeps a socket and up to six connections; nothing that a listener says is long.
LIMITS = Limits(connections_max=128, message_bytes_max=4_096, stop_seconds=1.0, refusal_headers=SECURITY_HEADERS)


@dataclass(frozen=True)
class LocalApi:
    """A running local API."""

    home: Path
    url: str
    # Its name: that of a session's cookie.
    cookie: str
    sessions: Sessions
    routes: tuple[Route, ...]

    @property
    def token(self) -> str:
        """For `Authorization: Bearer`: what `run.json` holds."""
        return self.sessions.token

    @contextmanager
    def announced(self) -> Generator[None, None, None]:
        """Other processes of the home find this one while the block lasts. Only for who holds `client.lock`."""
        run = RunFile(pid=os.getpid(), url=self.url, token=self.token, version=__version__)
        write_run_file(self.home, run)
        try:
            yield
        finally:
            remove_run_file(self.home, run)

    def make_link(self) -> str:
        """An address that opens the page in one browser, once, within a minute."""
        return make_link(self.sessions, self.url).url


@dataclass(frozen=True)
class Beyond:
    """Listening beyond this machine too. `names`: under which this machine is known there, besides its addresses."""

    bound: socket.socket
    tls: tuple[Path, Path] | None
    names: tuple[str, ...] = ()


@asynccontextmanager
async def serving(
    client: Client,
    bound: socket.socket,
    *,
    beyond: Beyond | None = None,
    make_demo: MakeDemo | None = None,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
) -> AsyncGenerator[LocalApi, None]:
    """The API and the page, answering at this socket of loopback for as long as the block lasts.

    `make_demo`: how the music is made for whoever only wants to try.

    Raises `CertificateUnusable`.
    """
    clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
    port = bound.getsockname()[1]
    url = url_of(bound, is_tls=False, base_path="")
    sessions = Sessions(clock, randomness, KeptSessions(client.config.home))
    password = UiPassword(client.config.home, clock)
    # Cookies know no ports: two homes that are played at once must not sign each other out.
    gate = Gate(sessions, cookie=f"soul_{port}")
    entrance = Entrance(IdentityRoutes(sessions.token, url), SessionRoutes(sessions, gate, password, url=url))
    parts = SyncParts(SyncRuns(client), ProgressBoard(client), Settings(client), make_demo)
    routes = all_routes(client, entrance, parts, clock=clock)
    api, events = make_api(routes, gate), EventSockets(client.events)
    listening = [_listen(Frame(api, events, gate, make_address(port)), bound, tls=None)]
    if beyond is not None:
        listening.append(_listen(Frame(api, events, gate, _address_of(beyond)), beyond.bound, tls=beyond.tls))
    async with asyncio.TaskGroup() as tasks:
        for listener, _ in listening:
            tasks.create_task(listener.run_until_stopped(), name="local API")
        beside = [
            tasks.create_task(parts.runs.run(), name="syncs by hand"),
            tasks.create_task(parts.board.run(), name="progress"),
        ]
        try:
            async with asyncio.timeout(START_SECONDS):
                for _, is_listening in listening:
                    await is_listening.wait()
            yield LocalApi(client.config.home, url, gate.cookie, sessions, routes)
        finally:
            for listener, _ in listening:
                listener.stop()
            for task in beside:
                task.cancel()


def _listen(frame: Frame, bound: socket.socket, *, tls: tuple[Path, Path] | None) -> tuple[Listener, asyncio.Event]:
    is_listening = asyncio.Event()
    return make_listener(frame, bound, limits=LIMITS, tls=tls, on_listening=is_listening.set), is_listening


def _address_of(beyond: Beyond) -> Address:
    scheme = "http" if beyond.tls is None else "https"
    return make_address(beyond.bound.getsockname()[1], scheme=scheme, names=beyond.names, is_open=True)
