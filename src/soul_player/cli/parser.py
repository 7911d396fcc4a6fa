"""The whole command line of `soul`, on about one screen; a command's code is imported only when it runs."""
# ruff: noqa: PLC0415  # that is what keeps `soul --help` fast: 0.05 s instead of 0.6 s

import click

from soul_player.cli.download_commands import DOWNLOAD_COMMANDS
from soul_player.cli.edit_commands import EDIT_COMMANDS
from soul_player.cli.flags import Flags, Group
from soul_player.cli.query_words import query_text
from soul_player.cli.recording_commands import RECORDING_COMMANDS
from soul_player.cli.serve_commands import DATABASE, MUSIC, SERVE_COMMANDS
from soul_player.cli.source_commands import PASSWORD_STDIN, source
from soul_player.cli.ui_commands import UI_COMMANDS


@click.group(cls=Group)
def soul() -> None:
    """Soul Player: an offline-first music library that spans many sources and never loses an edit."""


for command in (source, *SERVE_COMMANDS, *EDIT_COMMANDS, *RECORDING_COMMANDS, *DOWNLOAD_COMMANDS, *UI_COMMANDS):
    soul.add_command(command)


@soul.command()
@click.option("--once", is_flag=True, help="End by itself, also on a terminal.")
@click.option("--keep", is_flag=True, help="Leave the demo's folder behind.")
@click.pass_obj
def demo(flags: Flags, once: bool, keep: bool) -> int:
    """Show the main job on real audio, and check each claim."""
    from soul_player.cli.demo.demo import run

    return run(flags, once=once, keep=keep)


@soul.command()
@MUSIC
@DATABASE
@click.option("--full", is_flag=True, help="Read every file again, also the unchanged.")
@click.option("--confirm", is_flag=True, help="Let go of the files that a held scan found missing.")
@click.pass_obj
def scan(flags: Flags, /, full: bool, confirm: bool, **settings: object) -> int:
    """Look for new, changed, moved and missing files."""
    from soul_player.cli.scan import run

    return run(flags, full=full, confirm=confirm, settings=settings)


@soul.group()
def user() -> None:
    """Accounts of the server in this home."""


@user.command("add")
@click.argument("name")
@click.option("--admin", is_flag=True, help="May scan and manage accounts.")
@PASSWORD_STDIN
@click.pass_obj
def user_add(flags: Flags, name: str, admin: bool, password_stdin: bool) -> int:
    """Make an account."""
    from soul_player.cli.users import add

    return add(flags, name, is_admin=admin, from_stdin=password_stdin)


@user.command("list")
@click.pass_obj
def user_list(flags: Flags) -> int:
    """Every account."""
    from soul_player.cli.users import list_all

    return list_all(flags)


@user.command("remove")
@click.argument("name")
@click.pass_obj
def user_remove(flags: Flags, name: str) -> int:
    """Remove an account and sign its devices out."""
    from soul_player.cli.users import remove

    return remove(flags, name)


@user.command("passwd")
@click.argument("name")
@PASSWORD_STDIN
@click.pass_obj
def user_passwd(flags: Flags, name: str, password_stdin: bool) -> int:
    """Set a new password; its devices sign in again."""
    from soul_player.cli.users import set_password

    return set_password(flags, name, from_stdin=password_stdin)


@soul.command()
@click.argument("source", nargs=-1)
@click.option("--full", is_flag=True, help="Drop the cursors and compare every row.")
@click.option("--watch", is_flag=True, help="Go on, and stay in sync, until Ctrl-C.")
@click.option("--fail-on-conflict", is_flag=True, help="Exit 7 while a decision waits for you.")
@click.option("--download-new", is_flag=True, help="Download what is new or changed.")
@click.pass_obj
def sync(flags: Flags, /, source: tuple[str, ...], **options: bool) -> int:
    """Bring the library up to date; Ctrl-C cancels, resumably."""
    from soul_player.cli.sync import run

    return run(flags, source, **options)


@soul.command()
@click.pass_obj
def status(flags: Flags) -> int:
    """How the library and its sources are."""
    from soul_player.cli.status import run

    return run(flags)


@soul.command("list")
@click.argument("query", nargs=-1)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many tracks.")
@click.pass_obj
def list_tracks(flags: Flags, query: tuple[str, ...], limit: int | None) -> int:
    """Tracks by a query: artist:amber year:2020.. ^genre:pop"""
    from soul_player.cli.tracks import list_matching

    return list_matching(flags, query_text(query), limit=limit)


@soul.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1), default=50, metavar="N", help="At most so many tracks (50).")
@click.pass_obj
def search(flags: Flags, words: tuple[str, ...], limit: int) -> int:
    """Tracks by words of their title, artist or album, best first."""
    from soul_player.cli.tracks import search_words

    return search_words(flags, " ".join(words), limit=limit)


@soul.command()
@click.argument("track")
@click.pass_obj
def show(flags: Flags, track: str) -> int:
    """One track, by id or title, with all its sources."""
    from soul_player.cli.tracks import show_one

    return show_one(flags, track)


@soul.command()
@click.pass_obj
def doctor(flags: Flags) -> int:
    """Check this machine and this home: check, result, fix."""
    from soul_player.cli.doctor import run

    return run(flags)


@soul.group()
def config() -> None:
    """Settings kept in this home: server.toml, client.toml."""


@config.command("get")
@click.argument("name")
@click.pass_obj
def config_get(flags: Flags, name: str) -> int:
    """One setting's value."""
    from soul_player.cli.config import get

    return get(flags, name)


@config.command("set")
@click.argument("name")
@click.argument("value", nargs=-1)
@click.pass_obj
def config_set(flags: Flags, name: str, value: tuple[str, ...]) -> int:
    """Set it; without a value, back to the default."""
    from soul_player.cli.config import set_value

    return set_value(flags, name, value)


@config.command("list")
@click.pass_obj
def config_list(flags: Flags) -> int:
    """Every setting, its value, and where that comes from."""
    from soul_player.cli.config import list_all

    return list_all(flags)


@soul.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """A script for tab completion: eval "$(soul completion bash)"."""
    from soul_player.cli.completion import run

    return run(soul, shell)


@soul.command()
@click.pass_obj
def version(flags: Flags) -> int:
    """The version of this program."""
    from soul_player.cli.version import run

    return run(flags)


@soul.command()
@click.argument("file")
@DATABASE
@click.pass_obj
def backup(flags: Flags, /, file: str, **settings: object) -> int:
    """Write this home into one file, also while it is served."""
    from soul_player.cli.backups import backup_home

    return backup_home(flags, file, settings=settings)


@soul.command()
@click.argument("file")
@DATABASE
@click.pass_obj
def restore(flags: Flags, /, file: str, **settings: object) -> int:
    """Put a backup back into this home; every client notices."""
    from soul_player.cli.backups import restore_home

    return restore_home(flags, file, settings=settings)
