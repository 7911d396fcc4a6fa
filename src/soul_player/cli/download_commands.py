"""The part of the command line that keeps music on this device: downloads, their queue, and the rules behind them."""
# ruff: noqa: PLC0415  # a command's code is imported only when it runs, which keeps `soul --help` fast

import click

from soul_player.cli.flags import Command, Flags, Group
from soul_player.cli.numbers import ID
from soul_player.cli.query_words import query_text

QUALITY = click.Choice(["low", "medium", "high", "original"])
IDS = click.argument("download", nargs=-1, type=ID)
BUDGET = click.option("--budget", metavar="SIZE", help="Room for it, like 5GB or 800MB (no limit of its own).")
RULE_QUALITY = click.option("--quality", type=QUALITY, help="Of what is fetched for it (original).")


@click.command(cls=Command)
@click.argument("query", nargs=-1, required=True)
@click.option("--priority", type=click.IntRange(11, 1000), default=100, metavar="N", help="Higher ones go first (100).")
@click.option("--quality", type=QUALITY, help="Of what is fetched (the setting, else original).")
@click.option("--remove", is_flag=True, help="Let go of what was downloaded instead.")
@click.option("--keep", is_flag=True, help="Fetch nothing: keep what is here already, also when room gets short.")
@click.pass_obj
def download(  # noqa: PLR0917  # click passes them by name
    flags: Flags, query: tuple[str, ...], priority: int, quality: str | None, remove: bool, keep: bool
) -> int:
    """Keep tracks on this device: artist:amber, playlist:"Night Drive", an id."""
    from soul_player.cli.downloads import ask, let_go

    if remove and keep:
        raise click.UsageError("--remove and --keep are opposites")
    text = query_text(query)
    return let_go(flags, text) if remove else ask(flags, text, priority=priority, quality=quality, keeps_only=keep)


@click.group(cls=Group)
def downloads() -> None:
    """The queue of downloads."""


@downloads.command("list")
@click.pass_obj
def downloads_list(flags: Flags) -> int:
    """What is under way, what waits and why, what has failed."""
    from soul_player.cli.download_queue import list_queue

    return list_queue(flags)


@downloads.command("run")
@click.pass_obj
def downloads_run(flags: Flags) -> int:
    """Fetch what is queued, until nothing can go on."""
    from soul_player.cli.downloads import run_queue

    return run_queue(flags)


@downloads.command("pause")
@IDS
@click.pass_obj
def downloads_pause(flags: Flags, download: tuple[int, ...]) -> int:
    """Stop these, or all; what is there stays there."""
    from soul_player.cli.download_queue import steer

    return steer(flags, "pause", download)


@downloads.command("resume")
@IDS
@click.pass_obj
def downloads_resume(flags: Flags, download: tuple[int, ...]) -> int:
    """Let these, or all, go on."""
    from soul_player.cli.download_queue import steer

    return steer(flags, "resume", download)


@downloads.command("cancel")
@IDS
@click.pass_obj
def downloads_cancel(flags: Flags, download: tuple[int, ...]) -> int:
    """Take these, or all, out of the queue."""
    from soul_player.cli.download_queue import steer

    return steer(flags, "cancel", download)


@downloads.command("retry")
@IDS
@click.pass_obj
def downloads_retry(flags: Flags, download: tuple[int, ...]) -> int:
    """Try these, or all that failed, again."""
    from soul_player.cli.download_queue import steer

    return steer(flags, "retry", download)


@downloads.command("move")
@click.argument("download", type=ID)
@click.option("--after", type=ID, metavar="ID", help="Behind this one (before all others).")
@click.pass_obj
def downloads_move(flags: Flags, download: int, after: int | None) -> int:
    """Change the order of the queue."""
    from soul_player.cli.download_queue import move

    return move(flags, download, after=after)


@downloads.command("verify")
@click.pass_obj
def downloads_verify(flags: Flags) -> int:
    """Read every copy again; what is damaged is queued anew."""
    from soul_player.cli.download_queue import verify

    return verify(flags)


@click.group(cls=Group)
def rule() -> None:
    """What is kept on this device by itself."""


@rule.command("list")
@click.pass_obj
def rule_list(flags: Flags) -> int:
    """Every rule, with what it keeps now."""
    from soul_player.cli.rules import list_all

    return list_all(flags)


@rule.command("add")
@click.argument("name")
@click.argument("query", nargs=-1, required=True)
@click.option("--weight", type=click.IntRange(1, 1000), default=50, metavar="N", help="Against other rules (50).")
@BUDGET
@RULE_QUALITY
@click.pass_obj
def rule_add(flags: Flags, /, name: str, query: tuple[str, ...], *, weight: int, **room: str | None) -> int:
    """Keep what a query finds, now and after each sync."""
    from soul_player.cli.rules import add

    return add(flags, name, query_text(query), weight=weight, **room)


@rule.command("change")
@click.argument("rule")
@click.option("--name", metavar="NAME", help="Call it so.")
@click.option("--query", metavar="QUERY", help="Keep what this finds.")
@click.option("--weight", type=click.IntRange(1, 1000), metavar="N", help="Against other rules.")
@click.option("--budget", metavar="SIZE", help="So much room at most, like 5GB; none: no limit of its own.")
@RULE_QUALITY
@click.option("--on/--off", "is_on", default=None, help="Off: it keeps nothing, and what it brought may go.")
@click.pass_obj
def rule_change(flags: Flags, /, rule: str, **changes: str | int | bool | None) -> int:
    """Say something else of a rule; what is not named stays."""
    from soul_player.cli.rules import change

    return change(flags, rule, {name: value for name, value in changes.items() if value is not None})


@rule.command("remove")
@click.argument("rule")
@click.pass_obj
def rule_remove(flags: Flags, rule: str) -> int:
    """Let go of a rule; what only it kept stays until room is needed."""
    from soul_player.cli.rules import remove

    return remove(flags, rule)


@rule.command("preview")
@click.argument("query", nargs=-1, required=True)
@BUDGET
@RULE_QUALITY
@click.pass_obj
def rule_preview(flags: Flags, query: tuple[str, ...], budget: str | None, quality: str | None) -> int:
    """What a rule would keep: how many tracks, how many bytes."""
    from soul_player.cli.rules import preview

    return preview(flags, query_text(query), budget=budget, quality=quality)


DOWNLOAD_COMMANDS = (download, downloads, rule)
