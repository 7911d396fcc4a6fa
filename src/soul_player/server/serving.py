"""A whole server process: its signals, its log, what people must be told; from the first byte to the last."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import uvloop

from soul_player.edges import Clock, Randomness, SystemClock, SystemRandomness
from soul_player.server.app import Server, listener_of, open_server, run
from soul_player.server.auth.accounts import FIRST_ADMIN
from soul_player.server.config import ServerConfig
from soul_player.server.listening.listener import bind
from soul_player.server.observing.logs import set_up_logs
from soul_player.web.listener import Listener, url_of


@dataclass(frozen=True)
class Listening:
    """Connections are accepted at this address."""

    url: str


@dataclass(frozen=True)
class FirstPasswordMade:
    """The first start made an admin: the password is told here and nowhere else."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"FirstPasswordMade(username={self.username!r})"


@dataclass(frozen=True)
class FirstPasswordWritten:
    """The first start made an admin: the password waits in this file until somebody signs in."""

    username: str
    path: Path


Notice = Listening | FirstPasswordMade | FirstPasswordWritten


def run_server(config: ServerConfig, *, tell: Callable[[Notice], None], is_terminal: bool) -> None:
    """A whole server process, until SIGTERM or SIGINT. `tell` hears what people must know, in this thread.

    Raises `ServerError` or a `DatabaseError`, whose texts are for people.
    """
    set_up_logs(config.log_level, config.log_format)
    serving = serve(config, clock=SystemClock(), randomness=SystemRandomness(), tell=tell, is_terminal=is_terminal)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)


async def serve(
    config: ServerConfig,
    *,
    clock: Clock,
    randomness: Randomness,
    tell: Callable[[Notice], None],
    is_terminal: bool,
) -> None:
    """Serve until SIGTERM or SIGINT. `tell` hears what people must know. Raises `ServerError` or a `DatabaseError`."""
    bound = bind(config.host, config.port)
    with contextlib.closing(bound):
        async with open_server(config, clock=clock, randomness=randomness) as server:
            await welcome_first_admin(server, tell=tell, is_terminal=is_terminal)
            listener = listener_of(server, bound, on_listening=lambda: tell(Listening(_url(config, bound))))
            with stopped_by_signals(listener):
                await run(server, listener, clock=clock, randomness=randomness)


async def welcome_first_admin(server: Server, *, tell: Callable[[Notice], None], is_terminal: bool) -> None:
    """Make the admin of an empty store, and tell its password where only its owner reads it."""

    def tell_password(password: str) -> None:
        if is_terminal:
            tell(FirstPasswordMade(FIRST_ADMIN, password))
        else:
            tell(FirstPasswordWritten(FIRST_ADMIN, server.first_password.write(password)))

    await server.accounts.add_first_admin(tell_password)


@contextlib.contextmanager
def stopped_by_signals(listener: Listener) -> Generator[None, None, None]:
    """SIGTERM and SIGINT begin a graceful end."""
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, listener.stop)
    try:
        yield
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)


def _url(config: ServerConfig, bound: socket.socket) -> str:
    return url_of(bound, is_tls=config.tls_cert is not None, base_path=config.base_path)
