"""`soul ui --set-password`: what a phone signs in with."""

import asyncio

from soul_player.cli.ask import secret
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.edges import SystemClock
from soul_player.ui import UiPassword, end_all_sessions


def run(flags: Flags, *, from_stdin: bool) -> int:
    """Only its hash is kept, in the home. Whoever was let in before signs in again."""
    home = flags.make_home()
    password = secret("Password of this player", from_stdin=from_stdin, twice=True)
    try:
        asyncio.run(UiPassword(home, SystemClock()).set(password))
    except ValueError as error:
        raise CommandFailed("password_invalid", str(error), exit_code=ExitCode.USAGE) from error
    end_all_sessions(home)
    output = Output(flags)
    output.record({"set": True})
    output.result("the password is set: soul ui --listen ADDRESS lets other devices in with it")
    return ExitCode.OK
