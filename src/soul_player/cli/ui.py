"""`soul ui`: the player's page, and the process that keeps its home in sync behind it."""

import asyncio
import webbrowser

import msgspec
import uvloop

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.interrupts import interrupts
from soul_player.cli.local_port import HOST, PORT, bound_to, first_error
from soul_player.cli.output import Output
from soul_player.client import Client, ClientError
from soul_player.ui import NotAnswered, find_running, keep, serving


class _Link(msgspec.Struct):
    url: str


def run(flags: Flags, *, port: int | None, opens_browser: bool) -> int:
    """Until Ctrl-C or SIGTERM. Where a process keeps this home already, it is that one's page that is opened."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(flags, port, opens_browser=opens_browser))


async def _run(flags: Flags, port: int | None, *, opens_browser: bool) -> int:
    output = Output(flags)
    flags.make_home()
    async with find_running(flags.home) as running:
        if running is not None:
            try:
                link = await running.ask("POST", "/api/session/links", _Link)
            except NotAnswered as error:
                raise CommandFailed("not_answered", str(error), exit_code=ExitCode.TEMPORARY) from error
            _tell(output, running.run.url, link.url, opens_browser=opens_browser)
            return ExitCode.OK
    async with opened_client(flags) as client:
        await _serve(client, output, PORT if port is None else port, opens_browser=opens_browser)
    return ExitCode.OK


async def _serve(client: Client, output: Output, port: int, *, opens_browser: bool) -> None:
    with interrupts() as interrupted, bound_to(HOST, port) as bound:
        try:
            async with serving(client, bound) as local, asyncio.TaskGroup() as tasks:
                keeping = tasks.create_task(keep(client, local), name="keep")
                _tell(output, local.url, local.make_link(), opens_browser=opens_browser)
                await interrupted.wait()
                keeping.cancel()
        except* ClientError as group:
            raise first_error(group) from None


def _tell(output: Output, url: str, link: str, *, opens_browser: bool) -> None:
    output.record({"event": "listening", "url": url, "link": link})
    output.result(f"Soul Player is at {url}")
    if not (opens_browser and webbrowser.open(link)):
        output.result(f"open it within a minute, once: {link}")
