"""The part of the command line that opens the player's page."""
# ruff: noqa: PLC0415  # a command's code is imported only when it runs, which keeps `soul --help` fast

import click

from soul_player.cli.flags import Command, Flags


@click.command(cls=Command)
@click.option("--port", type=click.IntRange(0, 65535), metavar="P", help="Port (8421); 0 takes a free one.")
@click.option("--no-browser", is_flag=True, help="Only print the link.")
@click.pass_obj
def ui(flags: Flags, port: int | None, no_browser: bool) -> int:
    """Open the player's page, and keep this home in sync behind it."""
    from soul_player.cli.ui import run

    return run(flags, port=port, opens_browser=not no_browser)


UI_COMMANDS = (ui,)
