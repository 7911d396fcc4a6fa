"""The part of the command line that decides what is one recording."""
# ruff: noqa: PLC0415  # a command's code is imported only when it runs, which keeps `soul --help` fast

import click

from soul_player.cli.flags import Command, Flags


@click.command(cls=Command)
@click.argument("track")
@click.argument("other")
@click.pass_obj
def merge(flags: Flags, track: str, other: str) -> int:
    """Say that two tracks are one recording; remembered."""
    from soul_player.cli.recordings import merge as run

    return run(flags, track, other)


@click.command(cls=Command)
@click.argument("track")
@click.option("--source", metavar="S", help="Whose track is another recording.")
@click.option("--part", type=click.IntRange(1), metavar="N", help="Which part is, where a source has several.")
@click.pass_obj
def split(flags: Flags, track: str, source: str | None, part: int | None) -> int:
    """Take a source's track out of a recording; remembered."""
    from soul_player.cli.recordings import split as run

    return run(flags, track, source=source, part=part)


RECORDING_COMMANDS = (merge, split)
