"""`soul serve`: a server in this process, until it is told to stop."""

import sys
from collections.abc import Mapping
from typing import assert_never

from soul_player.cli.exit_codes import ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.cli.server_home import server_config, server_failures
from soul_player.server import FirstPasswordMade, FirstPasswordWritten, Listening, Notice, run_server


def run(flags: Flags, *, new_era: bool, no_announce: bool, settings: Mapping[str, object]) -> int:
    """Serve until SIGTERM or SIGINT; what people must know comes on stdout."""
    output = Output(flags)
    given = {"trusted_proxies" if key == "trusted_proxy" else key: value for key, value in settings.items()}
    if new_era:
        given["new_era"] = True
    if no_announce:
        given["announce"] = False
    if flags.verbose and not given.get("log_level"):
        given["log_level"] = "debug" if flags.verbose > 1 else "info"
    with server_failures():
        config = server_config(flags, given)
        if not config.music:
            output.message("no folder of music is set: give --music DIR, or: soul config set server.music DIR")
        run_server(config, tell=lambda notice: _tell(output, notice), is_terminal=sys.stdout.isatty())
    output.message("stopped")
    return ExitCode.OK


def _tell(output: Output, notice: Notice) -> None:
    match notice:
        case Listening(url):
            output.record({"event": "listening", "url": url})
            output.result(f"listening on {url}")
        case FirstPasswordMade(username, password):
            output.record({"event": "first_password", "username": username, "password": password})
            output.result(f"first account: {username}, password: {password}")
            output.result("it is shown this once; change it with: soul user passwd admin")
        case FirstPasswordWritten(username, path):
            output.record({"event": "first_password", "username": username, "path": str(path)})
            output.result(f"first account: {username}, its password is in {path}")
        case _:
            assert_never(notice)
