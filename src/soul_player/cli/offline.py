"""`soul offline`: the switch that only a person turns."""

import asyncio

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output

SAID = {
    True: "working offline: no server is asked anything until soul offline off",
    False: "servers are asked again",
}


def run(flags: Flags, *, turned: str | None) -> int:
    """`on`, `off`, or None: how it stands."""
    return asyncio.run(_run(flags, turned=turned))


async def _run(flags: Flags, *, turned: str | None) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        if turned is not None:
            await client.offline.turn(on=turned == "on")
        is_on = await client.offline.is_on()
    output.record({"working_offline": is_on})
    output.result(SAID[is_on] if turned is not None or is_on else "not working offline")
    return ExitCode.OK
