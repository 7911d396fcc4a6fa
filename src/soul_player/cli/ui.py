"""`soul ui`: the player's page, and the process that keeps its home in sync behind it."""

import asyncio
import socket
import webbrowser

import uvloop

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.interrupts import interrupts
from soul_player.cli.output import Output
from soul_player.client import ClientError
from soul_player.ui import CannotListen, LocalApi, bind, keep, serving

HOST = "127.0.0.1"
PORT = 8421


def run(flags: Flags, *, port: int | None, opens_browser: bool) -> int:
    """Until Ctrl-C or SIGTERM."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(flags, PORT if port is None else port, opens_browser=opens_browser))


async def _run(flags: Flags, port: int, *, opens_browser: bool) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        with interrupts() as interrupted, bound_to(HOST, port) as bound:
            try:
                async with serving(client, bound) as local, asyncio.TaskGroup() as tasks:
                    keeping = tasks.create_task(keep(client), name="keep")
                    _tell(output, local, opens_browser=opens_browser)
                    await interrupted.wait()
                    keeping.cancel()
            except* ClientError as group:
                # A task group wraps it; the command line knows the error itself.
                raise _first(group) from None
    return ExitCode.OK


def bound_to(host: str, port: int) -> socket.socket:
    """Raises `CommandFailed` when the port is taken."""
    try:
        return bind(host, port)
    except CannotListen as error:
        raise CommandFailed("port_taken", str(error), hint="choose another with --port") from error


def _tell(output: Output, local: LocalApi, *, opens_browser: bool) -> None:
    link = local.make_link()
    output.record({"event": "listening", "url": local.url, "link": link})
    output.result(f"Soul Player is at {local.url}")
    if not (opens_browser and webbrowser.open(link)):
        output.result(f"open it within a minute, once: {link}")


def _first(group: BaseExceptionGroup[ClientError]) -> ClientError:
    error = group.exceptions[0]
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, ClientError)
    return error
