"""The part of the command line that changes things: playlists, favourites, ratings, plays. All of it works offline."""
# ruff: noqa: PLC0415  # a command's code is imported only when it runs, which keeps `soul --help` fast

import click

from soul_player.cli.flags import Command, Flags, Group
from soul_player.cli.numbers import Seconds

PLAYLIST = click.argument("playlist")
QUALITIES = ["low", "medium", "high", "original"]
KEEP = click.Choice(["mine", "local", "theirs", "merge", "separate", "rebuilt", "another", "leave"])


@click.group(cls=Group)
def playlist() -> None:
    """Playlists: of a source, or of this device only."""


@playlist.command("list")
@click.pass_obj
def playlist_list(flags: Flags) -> int:
    """Every playlist."""
    from soul_player.cli.playlists import list_all

    return list_all(flags)


@playlist.command("show")
@PLAYLIST
@click.pass_obj
def playlist_show(flags: Flags, playlist: str) -> int:
    """One playlist with its entries."""
    from soul_player.cli.playlists import show

    return show(flags, playlist)


@playlist.command("create")
@click.argument("name")
@click.option("--source", metavar="S", help="Whose playlist (the active source).")
@click.option("--local", is_flag=True, help="Of this device only.")
@click.pass_obj
def playlist_create(flags: Flags, name: str, source: str | None, local: bool) -> int:
    """A new, empty playlist."""
    from soul_player.cli.playlists import create

    return create(flags, name, source=source, is_local=local)


@playlist.command("add")
@PLAYLIST
@click.argument("track", nargs=-1, required=True)
@click.option("--after", metavar="ENTRY", help="Behind this entry, or number (at the end); 0 is the start.")
@click.pass_obj
def playlist_add(flags: Flags, playlist: str, track: tuple[str, ...], after: str | None) -> int:
    """Put tracks into it."""
    from soul_player.cli.playlists import add

    return add(flags, playlist, track, after=after)


@playlist.command("move")
@PLAYLIST
@click.argument("entry")
@click.option("--after", metavar="ENTRY", required=True, help="Behind this entry, or number; 0 is the start.")
@click.pass_obj
def playlist_move(flags: Flags, playlist: str, entry: str, after: str) -> int:
    """Move an entry, by its id or its number."""
    from soul_player.cli.playlists import move

    return move(flags, playlist, entry, after=after)


@playlist.command("remove")
@PLAYLIST
@click.argument("entry", nargs=-1, required=True)
@click.pass_obj
def playlist_remove(flags: Flags, playlist: str, entry: tuple[str, ...]) -> int:
    """Take entries out, by their ids or numbers."""
    from soul_player.cli.playlists import remove

    return remove(flags, playlist, entry)


@playlist.command("rename")
@PLAYLIST
@click.argument("name")
@click.pass_obj
def playlist_rename(flags: Flags, playlist: str, name: str) -> int:
    """Give it another name."""
    from soul_player.cli.playlists import rename

    return rename(flags, playlist, name)


@playlist.command("delete")
@PLAYLIST
@click.pass_obj
def playlist_delete(flags: Flags, playlist: str) -> int:
    """Delete it; who changed it meanwhile makes you be asked."""
    from soul_player.cli.playlists import delete

    return delete(flags, playlist)


@playlist.command("export")
@PLAYLIST
@click.argument("file")
@click.pass_obj
def playlist_export(flags: Flags, playlist: str, file: str) -> int:
    """Write it as an m3u8 file; - is stdout."""
    from soul_player.cli.playlist_files import export_file

    return export_file(flags, playlist, file)


@playlist.command("import")
@click.argument("file")
@click.option("--source", metavar="S", help="Whose playlist (the active source).")
@click.option("--local", is_flag=True, help="Of this device only.")
@click.pass_obj
def playlist_import(flags: Flags, file: str, source: str | None, local: bool) -> int:
    """Make a playlist of an m3u8 file; lines that match no track are told."""
    from soul_player.cli.playlist_files import import_file

    return import_file(flags, file, source=source, is_local=local)


@click.command(cls=Command)
@click.argument("track")
@click.option("--off", is_flag=True, help="No longer.")
@click.pass_obj
def favourite(flags: Flags, track: str, off: bool) -> int:
    """Make a track a favourite."""
    from soul_player.cli.marks import set_favourite

    return set_favourite(flags, track, favourite=not off)


@click.command(cls=Command)
@click.argument("track")
@click.argument("stars", type=click.IntRange(0, 5))
@click.pass_obj
def rate(flags: Flags, track: str, stars: int) -> int:
    """Rate a track 1 to 5; 0 takes the rating away."""
    from soul_player.cli.marks import set_rating

    return set_rating(flags, track, stars=stars)


@click.command(cls=Command)
@click.argument("track")
@click.option("--output", metavar="FILE", help="Write the chosen bytes here; - is stdout, for a pipe to a player.")
@click.option("--quality", type=click.Choice(QUALITIES), help="Instead of what the line allows.")
@click.option("--start", type=Seconds(0), default=0.0, metavar="X", help="From this second on, if transcoded.")
@click.option("--record-only", is_flag=True, help="Only record that it was played.")
@click.option("--seconds", type=Seconds(0), metavar="X", help="How much of it was heard (all of it).")
@click.pass_obj
def play(  # noqa: PLR0917  # click passes them by name
    flags: Flags, track: str, output: str | None, quality: str | None, start: float, record_only: bool,
    seconds: float | None,
) -> int:  # fmt: skip
    """Play a track, or record that it was played."""
    if record_only:
        from soul_player.cli.marks import record_play

        return record_play(flags, track, seconds=seconds)
    from soul_player.cli.play import play as play_track

    return play_track(flags, track, output=output, quality=quality, start_seconds=start)


@click.command(cls=Command)
@click.argument("turned", required=False, type=click.Choice(["on", "off"]), metavar="on|off")
@click.pass_obj
def offline(flags: Flags, turned: str | None) -> int:
    """Work offline: no server is asked anything until you say so."""
    from soul_player.cli.offline import run

    return run(flags, turned=turned)


@click.command(cls=Command)
@click.argument("decision", required=False)
@click.option("--keep", type=KEEP, help="Whose state to keep.")
@click.option("--retry", is_flag=True, help="Try a failed edit again.")
@click.option("--edit", metavar="VALUE", help="Try it again with another name or rating.")
@click.option("--discard", is_flag=True, help="Let go of a failed edit.")
@click.option("--undo", is_flag=True, help="Take the answer to a decision back, within 30 days.")
@click.option("--pair", multiple=True, type=click.IntRange(1), metavar="N", help="Only this pair; may be repeated.")
@click.option("--similar", is_flag=True, help="Also pairs of other questions, asked for like reasons.")
@click.option("--all", "is_all", is_flag=True, help="All that --keep, --retry or --discard fits.")
@click.pass_obj
def resolve(  # noqa: PLR0917  # click passes them by name
    flags: Flags,
    decision: str | None,
    keep: str | None,
    retry: bool,
    edit: str | None,
    discard: bool,
    undo: bool,
    pair: tuple[int, ...],
    similar: bool,
    is_all: bool,
) -> int:
    """Decisions and failed edits that wait for you, and answering one, or all of them alike."""
    from soul_player.cli.resolve import Choice, run

    choice = Choice(
        keep=keep, retries=retry, value=edit, discards=discard, undoes=undo, pairs=pair, similar=similar,
        is_sure=flags.yes,
    )  # fmt: skip
    if is_all:
        from soul_player.cli.resolve_all import run_all

        return run_all(flags, decision, choice)
    return run(flags, decision, choice)


EDIT_COMMANDS = (playlist, favourite, rate, play, offline, resolve)
