"""`soul source discover`: servers that announce themselves on this network."""

import asyncio

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table


def run(flags: Flags, *, seconds: float) -> int:
    """A line each; none is no failure."""
    return asyncio.run(_run(flags, seconds))


async def _run(flags: Flags, seconds: float) -> int:
    output = Output(flags)
    output.message(f"looking for {seconds:g} s")
    async with opened_client(flags) as client:
        found = await client.sources.discover(seconds=seconds)
    output.record(
        {
            "servers": [
                {"name": one.name, "url": one.url, "server_id": one.server_id, "known": one.is_known} for one in found
            ]
        }
    )
    for line in table([(one.name, one.url, "a source already" if one.is_known else "") for one in found]):
        output.result(line)
    if not found:
        output.message("no server announces itself here; one that you know: soul source add URL")
    return ExitCode.OK
