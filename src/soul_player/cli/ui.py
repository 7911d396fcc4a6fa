"""`soul ui`: the player's page, and the process that keeps its home in sync behind it."""

import asyncio
import ipaddress
import os
import socket
import sys
import webbrowser
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import uvloop

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.interrupts import interrupts
from soul_player.cli.local_port import BEYOND_PORT, HOST, PORT, bound_to, first_error
from soul_player.cli.output import Output
from soul_player.client import Client, ClientError
from soul_player.edges import SystemClock
from soul_player.ui import Beyond, CertificateUnusable, NotAnswered, UiPassword, find_running, keep, serving


@dataclass(frozen=True)
class Wanted:
    """What the command line says. `listen`: an address of this machine for other devices."""

    port: int | None
    opens_browser: bool
    listen: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None


class _Link(msgspec.Struct):
    url: str


def run(flags: Flags, wanted: Wanted) -> int:
    """Until Ctrl-C or SIGTERM. Where a process keeps this home already, it is that one's page that is opened."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(flags, wanted))


async def _run(flags: Flags, wanted: Wanted) -> int:
    output = Output(flags)
    home = flags.make_home()
    _check(home, wanted)
    async with find_running(home) as running:
        if running is not None:
            if wanted.listen is not None:
                raise CommandFailed(
                    "already_running", f"a process keeps this home already, at {running.run.url}",
                    hint="end it first: where it listens is said when it starts", exit_code=ExitCode.TEMPORARY,
                )  # fmt: skip
            try:
                link = await running.ask("POST", "/api/session/links", _Link)
            except NotAnswered as error:
                raise CommandFailed("not_answered", str(error), exit_code=ExitCode.TEMPORARY) from error
            _tell(output, running.run.url, link.url, opens_browser=wanted.opens_browser)
            return ExitCode.OK
    async with opened_client(flags) as client:
        await _serve(client, output, wanted)
    return ExitCode.OK


async def _serve(client: Client, output: Output, wanted: Wanted) -> None:
    port = PORT if wanted.port is None else wanted.port
    with interrupts() as interrupted, bound_to(HOST, port) as bound, _beyond(wanted) as beyond:
        try:
            async with (
                serving(client, bound, beyond=beyond, make_demo=_make_demo) as local,
                asyncio.TaskGroup() as tasks,
            ):
                keeping = tasks.create_task(keep(client, local), name="keep")
                if beyond is not None:
                    _tell_beyond(output, beyond)
                _tell(output, local.url, local.make_link(), opens_browser=wanted.opens_browser)
                await interrupted.wait()
                keeping.cancel()
        except* ClientError as group:
            raise first_error(group) from None
        except* CertificateUnusable as certificates:
            said = str(certificates.exceptions[0])
            raise CommandFailed("tls_unusable", f"--tls-cert, --tls-key: {said}", exit_code=ExitCode.USAGE) from None


def _make_demo(folder: Path) -> None:
    # What draws covers is loaded by who wants some.
    from soul_player.cli.demo.albums import SONGS  # noqa: PLC0415  # see above
    from soul_player.cli.demo.music import make_library  # noqa: PLC0415  # as above

    make_library(folder, SONGS)


def _check(home: Path, wanted: Wanted) -> None:
    """What cannot be, before anything begins."""
    if (wanted.tls_cert is None) != (wanted.tls_key is None):
        raise CommandFailed("usage", "--tls-cert and --tls-key go together", exit_code=ExitCode.USAGE)
    if wanted.listen is None:
        if wanted.tls_cert is not None:
            raise CommandFailed("usage", "--tls-cert is for --listen", exit_code=ExitCode.USAGE)
        return
    if not UiPassword(home, SystemClock()).is_set:
        raise CommandFailed(
            "password_needed", "other devices are let in by a password, and none is set",
            hint="soul ui --set-password", exit_code=ExitCode.USAGE,
        )  # fmt: skip
    place_of(wanted.listen)


def place_of(text: str) -> tuple[str, int]:
    """`192.168.1.5`, `192.168.1.5:9000`, `::`, `[::]:9000` -> host and port."""
    host, port = text, ""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        ipaddress.ip_address(host)
        number = int(port) if port else BEYOND_PORT
    except ValueError as error:
        raise CommandFailed(
            "usage", f"{text!r} is no address of this machine", exit_code=ExitCode.USAGE,
            hint="like 0.0.0.0 for all of them, or 192.168.1.5:8422",
        ) from error  # fmt: skip
    if not 0 <= number <= 65_535:
        raise CommandFailed("usage", f"{number} is no port", exit_code=ExitCode.USAGE)
    return host, number


@contextmanager
def _beyond(wanted: Wanted) -> Generator[Beyond | None, None, None]:
    if wanted.listen is None:
        yield None
        return
    tls = None
    if wanted.tls_cert is not None and wanted.tls_key is not None:
        tls = (Path(wanted.tls_cert), Path(wanted.tls_key))
    name = socket.gethostname()
    with bound_to(*place_of(wanted.listen)) as bound:
        yield Beyond(bound, tls, names=(name, f"{name.partition('.')[0]}.local"))


def _tell_beyond(output: Output, beyond: Beyond) -> None:
    host, port = beyond.bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    url = f"{'http' if beyond.tls is None else 'https'}://{shown}:{port}"
    output.record({"event": "listening_beyond", "url": url})
    output.result(f"other devices sign in with the password at {url}")
    if beyond.tls is None:
        output.message("without --tls-cert, whoever is in that network can read the password and what is played")


def _tell(output: Output, url: str, link: str, *, opens_browser: bool) -> None:
    output.record({"event": "listening", "url": url, "link": link})
    output.result(f"Soul Player is at {url}")
    if not (opens_browser and _has_screen() and webbrowser.open(link)):
        output.result(f"open it within a minute, once: {link}")


def _has_screen() -> bool:
    """Else a browser of the terminal would be opened in this very terminal."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
