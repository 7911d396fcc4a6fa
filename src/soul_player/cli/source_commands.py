"""The part of the command line about sources: the places this library's music comes from."""
# ruff: noqa: PLC0415  # a command's code is imported only when it runs, which keeps `soul --help` fast

import click

from soul_player.cli.flags import Flags, Group
from soul_player.cli.numbers import Seconds

PASSWORD_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
FINGERPRINT = click.option(
    "--fingerprint", metavar="SHA256", help="The certificate to expect, when no authority vouches for it."
)
INSECURE = click.option(
    "--insecure", is_flag=True, help="Allow plain http:// beyond this machine and private networks."
)


@click.group(cls=Group)
def source() -> None:
    """Sources of the library in this home."""


@source.command("add")
@click.argument("url")
@click.option("--name", metavar="N", help="What to call it (the server's own name).")
@click.option("--username", metavar="U", help="Whose account.")
@PASSWORD_STDIN
@FINGERPRINT
@INSECURE
@click.pass_obj
def source_add(  # noqa: PLR0917  # click passes them by name
    flags: Flags, url: str, name: str | None, username: str | None, password_stdin: bool,
               fingerprint: str | None, insecure: bool) -> int:  # fmt: skip
    """Add a server and sign in; one that is a source already is known under this address too."""
    from soul_player.cli.sources import add

    return add(flags, url, name=name, username=username, from_stdin=password_stdin, fingerprint=fingerprint,
               insecure=insecure)  # fmt: skip


@source.command("add-folder")
@click.argument("folder")
@click.option("--name", metavar="N", help="What to call it (the folder's own name).")
@click.pass_obj
def source_add_folder(flags: Flags, folder: str, name: str | None) -> int:
    """Add a folder of music on this device; its files are only read."""
    from soul_player.cli.sources import add_folder

    return add_folder(flags, folder, name=name)


@source.command("discover")
@click.option("--seconds", type=Seconds(0.1, 60.0), default=3.0, metavar="X", help="How long to look (3).")
@click.pass_obj
def source_discover(flags: Flags, seconds: float) -> int:
    """Servers that announce themselves on this network."""
    from soul_player.cli.discovering import run

    return run(flags, seconds=seconds)


@source.command("list")
@click.pass_obj
def source_list(flags: Flags) -> int:
    """Every source."""
    from soul_player.cli.sources import list_all

    return list_all(flags)


@source.command("remove")
@click.argument("source")
@click.option("--drop-playlists", is_flag=True, help="Its playlists go too; else they become this device's own.")
@click.pass_obj
def source_remove(flags: Flags, source: str, drop_playlists: bool) -> int:
    """Forget a source; history, marks, playlists and files stay."""
    from soul_player.cli.sources import remove

    return remove(flags, source, keeps_playlists=not drop_playlists)


@source.command("login")
@click.argument("source")
@click.option("--username", metavar="U", help="Whose account (the one it had).")
@PASSWORD_STDIN
@click.pass_obj
def source_login(flags: Flags, source: str, username: str | None, password_stdin: bool) -> int:
    """Sign in again."""
    from soul_player.cli.sources import login

    return login(flags, source, username=username, from_stdin=password_stdin)


@source.command("activate")
@click.argument("source")
@click.pass_obj
def source_activate(flags: Flags, source: str) -> int:
    """Let new playlists and plays go to this one."""
    from soul_player.cli.sources import activate

    return activate(flags, source)


@source.command("password")
@click.argument("source")
@click.option("--password-stdin", is_flag=True, help="Read the current password and the new one, a line each.")
@click.pass_obj
def source_password(flags: Flags, source: str, password_stdin: bool) -> int:
    """Change the password of the account there."""
    from soul_player.cli.sources import change_password

    return change_password(flags, source, from_stdin=password_stdin)


@source.command("trust")
@click.argument("source")
@click.argument("url", required=False)
@click.option(
    "--fingerprint", metavar="SHA256", help="The certificate to trust; without it, the one shown is asked about."
)
@click.pass_obj
def source_trust(flags: Flags, source: str, url: str | None, fingerprint: str | None) -> int:
    """Trust the certificate that a server shows now, once you have compared it."""
    from soul_player.cli.source_addresses import trust

    return trust(flags, source, url, fingerprint=fingerprint)


@source.group("address", cls=Group)
def address() -> None:
    """Where one server is reached: at home, away."""


@address.command("list")
@click.argument("source")
@click.pass_obj
def address_list(flags: Flags, source: str) -> int:
    """Every address, in the order in which they are tried, with what was last met there."""
    from soul_player.cli.source_addresses import list_all

    return list_all(flags, source)


@address.command("add")
@click.argument("source")
@click.argument("url")
@FINGERPRINT
@INSECURE
@click.pass_obj
def address_add(flags: Flags, source: str, url: str, fingerprint: str | None, insecure: bool) -> int:
    """Let the server be reached there too; who answers there is asked before anything is sent."""
    from soul_player.cli.source_addresses import add

    return add(flags, source, url, fingerprint=fingerprint, insecure=insecure)


@address.command("remove")
@click.argument("source")
@click.argument("url")
@click.pass_obj
def address_remove(flags: Flags, source: str, url: str) -> int:
    """Ask nothing there any more."""
    from soul_player.cli.source_addresses import remove

    return remove(flags, source, url)
