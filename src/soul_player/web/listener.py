"""A socket and uvicorn behind it, without its hands on signals and logs."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from soul_player.web.connection import KEEP_ALIVE_SECONDS, Headers, connection_class
from soul_player.web.doorway import HANDSHAKE_SECONDS, Doorway

BACKLOG = 512


class EndsQuietly(logging.Filter):
    """Drops what uvicorn says of requests that are cut off when it is told to end: that is what was asked for."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is told."""
        kind = record.exc_info[0] if record.exc_info else None
        is_cut_off = kind is not None and issubclass(kind, asyncio.CancelledError)
        return not is_cut_off and not str(record.msg).startswith("Cancel %s running task(s)")


_ends_quietly = EndsQuietly()


class CannotListen(Exception):
    """The address is taken, or is none of this machine's."""


class CertificateUnusable(Exception):
    """A certificate, or its key, cannot be read, or they do not belong together."""


@dataclass(frozen=True)
class Limits:
    """`socket_class` is uvicorn's protocol for WebSockets; `refusal_headers` go with what no application is asked.

    `connections_max` counts those that are still in the handshake of TLS, too.
    """

    connections_max: int
    message_bytes_max: int
    stop_seconds: float
    socket_class: type[asyncio.Protocol] | str = "websockets-sansio"
    refusal_headers: Headers = ()
    handshake_seconds: float = HANDSHAKE_SECONDS


class Listener(uvicorn.Server):
    """Serves until `stop()`. `on_listening` is told the address once connections are accepted."""

    def __init__(
        self,
        config: uvicorn.Config,
        bound: socket.socket,
        on_listening: Callable[[], None],
        doorway: Doorway | None = None,
    ) -> None:
        super().__init__(config)
        self._bound = bound
        self._on_listening = on_listening
        self._doorway = doorway
        self._stopping = asyncio.Event()

    async def run_until_stopped(self) -> None:
        """Accept connections; after `stop()` those in flight may finish within the configured time."""
        async with contextlib.nullcontext() if self._doorway is None else self._doorway.opened():
            await self.serve(sockets=[self._bound])

    def stop(self) -> None:
        """Begin a graceful end."""
        self.should_exit = True
        self._stopping.set()

    async def main_loop(self) -> None:
        """In place of uvicorn's ten looks a second, none: connections tell the time of their answers themselves."""
        await self._stopping.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn's, or with TLS what is left of it; and then the word that it has begun."""
        if self._doorway is None:
            await super().startup(sockets)
        else:
            await self.lifespan.startup()
            self._doorway.accept(self._make_protocol, self.server_state.connections)
            self.servers = [self._doorway]  # type: ignore[list-item]  # which is closed as asyncio's are
            self.started = True
        self._on_listening()

    def _make_protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]  # uvicorn's protocols are made like this
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """The program around it handles signals."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Raises `CannotListen` when the address is taken or is none of this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CannotListen(f"cannot listen on {host} port {port}: {reason}") from error
    # Every connection has it from here. asyncio sets it only where a socket names its protocol, which accepted ones do
    # not: the end of each answer would be held back until the other end confirms its beginning, 40 ms later.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def url_of(bound: socket.socket, *, is_tls: bool, base_path: str) -> str:
    """`http://127.0.0.1:8420`, with the port that was really taken."""
    host, port = bound.getsockname()[:2]
    return f"{'https' if is_tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}{base_path}"


def make_listener(
    app: Any,  # noqa: ANN401  # an ASGI app: uvicorn, Litestar and we each have a type of our own for it
    bound: socket.socket,
    *,
    limits: Limits,
    tls: tuple[Path, Path] | None,
    on_listening: Callable[[], None],
) -> Listener:
    """Raises `CertificateUnusable` when the certificate or its key cannot be used."""
    config = uvicorn.Config(
        app,
        http=connection_class(limits.connections_max, refusal_headers=limits.refusal_headers),
        ws=limits.socket_class,
        ws_max_size=limits.message_bytes_max,
        # A pulse is the business of those who talk: proxies eat control frames.
        ws_ping_interval=None,
        # Messages are smaller than what a compressor would say of them.
        ws_per_message_deflate=False,
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(limits.stop_seconds)),
        ssl_certfile=None if tls is None else str(tls[0]),
        ssl_keyfile=None if tls is None else str(tls[1]),
    )
    # Adding it once more changes nothing.
    logging.getLogger("uvicorn.error").addFilter(_ends_quietly)
    try:
        for file in tls or ():
            file.open("rb").close()
        config.load()
    except ssl.SSLError as error:
        raise CertificateUnusable(
            f"{' and '.join(map(str, tls or ()))} are no certificate and its key in PEM ({error.reason or error})"
        ) from error
    except OSError as error:
        raise CertificateUnusable(f"{error.filename}: {error.strerror}") from error
    doorway = None
    if config.ssl is not None:
        doorway = Doorway(
            bound, config.ssl, connections_max=limits.connections_max, handshake_seconds=limits.handshake_seconds
        )
    return Listener(config, bound, on_listening, doorway)
