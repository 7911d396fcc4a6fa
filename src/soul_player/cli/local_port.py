"""Where the local API listens, and what its task groups wrap."""

import socket

from soul_player.cli.exit_codes import CommandFailed
from soul_player.client import ClientError
from soul_player.ui import CannotListen, bind

HOST = "127.0.0.1"
PORT = 8421
# For other devices.
BEYOND_PORT = 8422


def bound_to(host: str, port: int) -> socket.socket:
    """Raises `CommandFailed` when the port is taken."""
    try:
        return bind(host, port)
    except CannotListen as error:
        raise CommandFailed("port_taken", str(error), hint="choose another with --port") from error


def bound_to_any(host: str, port: int) -> socket.socket:
    """At this port, else at a free one: `run.json` says which."""
    try:
        return bind(host, port)
    except CannotListen:
        return bound_to(host, 0)


def first_error(group: BaseExceptionGroup[ClientError]) -> ClientError:
    """The error itself, however many task groups stood around it."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, ClientError)
    return error
