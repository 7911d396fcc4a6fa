"""A socket and uvicorn behind it, without its hands on signals and logs."""

import contextlib
import socket
from collections.abc import Callable, Generator
from typing import Any

import uvicorn

BACKLOG = 128
KEEP_ALIVE_SECONDS = 30
SOCKET_MESSAGE_BYTES_MAX = 16_384


class Listener(uvicorn.Server):
    """Serves until `stop()`. `on_listening` is told once connections are accepted."""

    def __init__(self, config: uvicorn.Config, bound: socket.socket, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._bound = bound
        self._on_listening = on_listening

    async def run_until_stopped(self) -> None:
        """Accept connections; after `stop()` those in flight may finish for a second."""
        await self.serve(sockets=[self._bound])

    def stop(self) -> None:
        """Begin a graceful end."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn's, and then the word that it has begun."""
        await super().startup(sockets)
        self._on_listening()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """The program around it handles signals."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Raises `OSError` when the address is taken or is none of this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def make_listener(app: Any, bound: socket.socket, *, on_listening: Callable[[], None]) -> Listener:  # noqa: ANN401  # ASGI's
    """What serves this application at this socket."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=SOCKET_MESSAGE_BYTES_MAX,
        ws_per_message_deflate=False,
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
    )
    config.load()
    return Listener(config, bound, on_listening)
