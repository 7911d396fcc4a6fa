"""The server's listener: the shared one with this protocol's sockets, and its faults in the server's own words."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soul_player.protocol.live import MESSAGE_BYTES_MAX
from soul_player.server.errors import ConfigError, StartError
from soul_player.server.listening.sockets import Socket
from soul_player.web import listener as shared
from soul_player.web.listener import Limits, Listener


def bind(host: str, port: int) -> socket.socket:
    """Raises `StartError` when the address is taken or is none of this machine's."""
    try:
        return shared.bind(host, port)
    except shared.CannotListen as error:
        raise StartError(str(error)) from error


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
    # The pulse is part of the protocol, and a hint is the same for everybody: nothing is compressed for one of them.
    limits = Limits(connections_max, MESSAGE_BYTES_MAX, stop_seconds, socket_class=Socket)
    try:
        return shared.make_listener(app, bound, limits=limits, tls=tls, on_listening=on_listening)
    except shared.CertificateUnusable as error:
        raise ConfigError(f"tls_cert, tls_key: {error}") from error
