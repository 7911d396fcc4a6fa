"""Composition root of the local API: wires it around a client that is open, and owns its lifetime."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from soul_player import __version__
from soul_player.client import Client
from soul_player.edges import Clock, Randomness, SystemClock, SystemRandomness
from soul_player.ui.api.asgi import make_api
from soul_player.ui.api.events import EventSockets
from soul_player.ui.api.routes import all_routes
from soul_player.ui.api.session import SessionRoutes, make_link
from soul_player.ui.api.sync_routes import SyncParts
from soul_player.ui.api.table import Route
from soul_player.ui.frame import SECURITY_HEADERS, Frame
from soul_player.ui.gate import Gate
from soul_player.ui.guard import make_address
from soul_player.ui.progress import ProgressBoard
from soul_player.ui.run_file import RunFile, remove_run_file, write_run_file
from soul_player.ui.sessions import Sessions
from soul_player.ui.settings import Settings
from soul_player.ui.sync_runs import SyncRuns
from soul_player.web.listener import Limits, make_listener, url_of

START_SECONDS = 10.0
# A page keeps a socket and up to six connections; nothing that a listener says is long.
LIMITS = Limits(connections_max=128, message_bytes_max=4_096, stop_seconds=1.0, refusal_headers=SECURITY_HEADERS)


@dataclass(frozen=True)
class LocalApi:
    """A running local API. `token` is what `run.json` holds."""

    url: str
    sessions: Sessions
    routes: tuple[Route, ...]

    @property
    def token(self) -> str:
        """For `Authorization: Bearer`."""
        return self.sessions.token

    def make_link(self) -> str:
        """An address that opens the page in one browser, once, within a minute."""
        return make_link(self.sessions, self.url).url


@asynccontextmanager
async def serving(
    client: Client, bound: socket.socket, *, clock: Clock | None = None, randomness: Randomness | None = None
) -> AsyncGenerator[LocalApi, None]:
    """The API and the page, answering at this socket for as long as the block lasts; `run.json` says so meanwhile."""
    clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
    port = bound.getsockname()[1]
    url = url_of(bound, is_tls=False, base_path="")
    sessions = Sessions(clock, randomness)
    # Cookies know no ports: two homes that are played at once must not sign each other out.
    gate = Gate(sessions, cookie=f"soul_{port}")
    parts = SyncParts(SyncRuns(client), ProgressBoard(client), Settings(client))
    routes = all_routes(client, SessionRoutes(sessions, gate, url=url), parts, clock=clock)
    frame = Frame(make_api(routes, gate), EventSockets(client.events), gate, make_address(port))
    is_listening = asyncio.Event()
    listener = make_listener(frame, bound, limits=LIMITS, tls=None, on_listening=is_listening.set)
    run = RunFile(pid=os.getpid(), url=url, token=sessions.token, version=__version__)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listener.run_until_stopped(), name="local API")
        beside = [
            tasks.create_task(parts.runs.run(), name="syncs by hand"),
            tasks.create_task(parts.board.run(), name="progress"),
        ]
        try:
            async with asyncio.timeout(START_SECONDS):
                await is_listening.wait()
            await asyncio.to_thread(write_run_file, client.config.home, run)
            yield LocalApi(url, sessions, routes)
        finally:
            with contextlib.suppress(OSError):
                remove_run_file(client.config.home, run)
            listener.stop()
            for task in beside:
                task.cancel()
