"""A socket and uvicorn behind it, without its hands on signals and logs."""

import contextlib
import socket
import ssl
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import uvicorn

from soul_player.protocol.live import MESSAGE_BYTES_MAX
from soul_player.server.errors import ConfigError, StartError
from soul_player.server.listening.connection import KEEP_ALIVE_SECONDS, connection_class
from soul_player.server.listening.sockets import Socket

BACKLOG = 512


class Listener(uvicorn.Server):
    """Serves until `stop()`. `on_listening` is told the address once connections are accepted."""

    def __init__(self, config: uvicorn.Config, bound: socket.socket, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._bound = bound
        self._on_listening = on_listening

    async def run_until_stopped(self) -> None:
        """Accept connections; after `stop()` those in flight may finish within the configured time."""
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
    """Raises `StartError` when the address is taken or is none of this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise StartError(f"cannot listen on {host} port {port}: {reason}") from error


def url_of(bound: socket.socket, *, is_tls: bool, base_path: str) -> str:
    """`http://127.0.0.1:8420`, with the port that was really taken."""
    host, port = bound.getsockname()[:2]
    return f"{'https' if is_tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}{base_path}"


def make_listener(
    app: Any,  # noqa: ANN401  # an ASGI app: uvicorn, Litestar and we each have a type of our own for it
    bound: socket.socket,
    *,
    connections_max: int,
    stop_seconds: float,
    tls: tuple[Path, Path] | None,
    on_listening: Callable[[], None],
) -> Listener:
    """Raises `ConfigError` when the certificate or its key cannot be used."""
    config = uvicorn.Config(
        app,
        http=connection_class(connections_max),
        ws=Socket,
        ws_max_size=MESSAGE_BYTES_MAX,
        # The pulse is part of the protocol: hints and their acknowledgement go over proxies that eat control frames.
        ws_ping_interval=None,
        # A hint is smaller than what a compressor would say of it, and the same for everybody.
        ws_per_message_deflate=False,
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(stop_seconds)),
        ssl_certfile=None if tls is None else str(tls[0]),
        ssl_keyfile=None if tls is None else str(tls[1]),
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"tls_cert, tls_key: {error}") from error
    return Listener(config, bound, on_listening)
