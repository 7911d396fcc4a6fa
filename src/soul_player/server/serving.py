"""A whole server process: its signals, its log, what people must be told; from the first byte to the last."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Generator

import uvloop

from soul_player.edges import Clock, Randomness, SystemClock, SystemRandomness
from soul_player.server.app import Server, listener_of, open_server, run
from soul_player.server.auth.accounts import FIRST_ADMIN
from soul_player.server.config import ServerConfig
from soul_player.server.listening.advertising import Advertisement, advertise
from soul_player.server.listening.descriptors import allow_descriptors
from soul_player.server.listening.listener import bind
from soul_player.server.listening.service_manager import READY, STOPPING, notify, stay_alive
from soul_player.server.notices import FirstPasswordMade, FirstPasswordWritten, Listening, Notice
from soul_player.server.observing.logs import set_up_logs
from soul_player.server.supervising import Supervisor
from soul_player.web.listener import url_of

Tell = Callable[[Notice], None]


def run_server(config: ServerConfig, *, tell: Tell, is_terminal: bool) -> None:
    """A whole server, of one process or several, until SIGTERM or SIGINT. `tell` hears what people must know.

    Raises `ServerError` or a `DatabaseError`, whose texts are for people.
    """
    set_up_logs(config.log_level, config.log_format)
    # Server processes that it starts have the same.
    allow_descriptors(config.connections_max)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(
            serve(config, clock=SystemClock(), randomness=SystemRandomness(), tell=tell, is_terminal=is_terminal)
        )


async def serve(config: ServerConfig, *, clock: Clock, randomness: Randomness, tell: Tell, is_terminal: bool) -> None:
    """Serve until SIGTERM or SIGINT. Raises `ServerError` or a `DatabaseError`."""
    try:
        await _serve(config, clock=clock, randomness=randomness, tell=tell, is_terminal=is_terminal)
    except BaseExceptionGroup as failures:
        # The pulse beside it raises nothing: it is the server's own.
        raise failures.exceptions[0] from None


async def _serve(config: ServerConfig, *, clock: Clock, randomness: Randomness, tell: Tell, is_terminal: bool) -> None:
    with contextlib.closing(bind(config.host, config.port)) as bound:
        url = url_of(bound, is_tls=config.tls_cert is not None, base_path=config.base_path)

        async with asyncio.TaskGroup() as tasks:
            beside = [tasks.create_task(stay_alive(), name="service manager")]

            def ready(server_id: str) -> None:
                tell(Listening(url))
                notify(READY)
                if config.announce:
                    what = advertisement_of(config, bound, server_id)
                    beside.append(tasks.create_task(advertise(what), name="mDNS"))

            if config.workers > 1:
                supervisor = Supervisor(config, bound, tell=tell, on_ready=ready, is_terminal=is_terminal)
                with stopped_by_signals(supervisor.stop):
                    await supervisor.run()
            else:
                await serve_at(
                    bound, config, clock=clock, randomness=randomness, tell=tell, on_ready=ready,
                    is_terminal=is_terminal,
                )  # fmt: skip
            for task in beside:
                task.cancel()


async def serve_at(  # noqa: PLR0913  # the edges and what is told, by name
    bound: socket.socket,
    config: ServerConfig,
    *,
    clock: Clock,
    randomness: Randomness,
    tell: Tell,
    on_ready: Callable[[str], None],
    is_terminal: bool,
    welcomes: bool = True,
    lifeline: int | None = None,
) -> None:
    """One process's part. `welcomes`: it makes the first account. `lifeline`: an open file at whose end it ends."""
    async with open_server(config, clock=clock, randomness=randomness) as server:
        if welcomes:
            await welcome_first_admin(server, tell=tell, is_terminal=is_terminal)
        listener = listener_of(server, bound, on_listening=lambda: on_ready(server.store.secrets.server_id))
        with stopped_by_signals(listener.stop), stopped_by_end(lifeline, listener.stop):
            await run(server, listener, clock=clock, randomness=randomness)


def advertisement_of(config: ServerConfig, bound: socket.socket, server_id: str) -> Advertisement:
    """At the port that was really taken."""
    host, port = bound.getsockname()[:2]
    return Advertisement(server_id, config.name, host, port, config.base_path, config.tls_cert is not None)


async def welcome_first_admin(server: Server, *, tell: Tell, is_terminal: bool) -> None:
    """Make the admin of an empty store, and tell its password where only its owner reads it."""

    def tell_password(password: str) -> None:
        if is_terminal:
            tell(FirstPasswordMade(FIRST_ADMIN, password))
        else:
            tell(FirstPasswordWritten(FIRST_ADMIN, server.first_password.write(password)))

    await server.accounts.add_first_admin(tell_password)


@contextlib.contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Generator[None, None, None]:
    """SIGTERM and SIGINT begin a graceful end."""
    loop = asyncio.get_running_loop()

    def stop_and_tell() -> None:
        notify(STOPPING)
        stop()

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop_and_tell)
    try:
        yield
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)


@contextlib.contextmanager
def stopped_by_end(lifeline: int | None, stop: Callable[[], None]) -> Generator[None, None, None]:
    """Whoever holds the other end of the line has died."""
    if lifeline is None:
        yield
        return
    loop = asyncio.get_running_loop()

    def look() -> None:
        if not os.read(lifeline, 1024):
            loop.remove_reader(lifeline)
            stop()

    loop.add_reader(lifeline, look)
    try:
        yield
    finally:
        loop.remove_reader(lifeline)
