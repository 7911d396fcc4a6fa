"""`soul ui --sign-out`: no browser is let in any more by what it was given before."""

import asyncio

from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.ui import NotAnswered, end_all_sessions, find_running


def run(flags: Flags) -> int:
    """Of every browser and phone, here and beyond."""
    return asyncio.run(_run(flags))


async def _run(flags: Flags) -> int:
    home = flags.make_home()
    end_all_sessions(home)
    async with find_running(home) as running:
        if running is not None:
            # It may know of some that it could not write down.
            try:
                await running.ask("DELETE", "/api/sessions", object)
            except NotAnswered as error:
                raise CommandFailed("not_answered", str(error), exit_code=ExitCode.TEMPORARY) from error
    output = Output(flags)
    output.record({"signed_out": True})
    output.result("every browser is signed out: soul ui opens the page with a new link")
    return ExitCode.OK
