"""The part of the command line that opens the player's page."""
# ruff: noqa: PLC0415  # a command's code is imported only when it runs, which keeps `soul --help` fast

import click

from soul_player.cli.flags import Command, Flags


@click.command(cls=Command)
@click.option("--port", type=click.IntRange(0, 65535), metavar="P", help="Port (8421); 0 takes a free one.")
@click.option("--no-browser", is_flag=True, help="Only print the link.")
@click.option("--listen", metavar="ADDR", help="Let other devices in, at this address[:PORT] of this machine.")
@click.option("--tls-cert", metavar="FILE", help="Certificate chain for --listen, PEM.")
@click.option("--tls-key", metavar="FILE", help="Its private key, PEM.")
@click.option("--set-password", is_flag=True, help="Set the password that other devices sign in with, and end.")
@click.option("--password-stdin", is_flag=True, help="Read it from the first line of stdin.")
@click.option("--sign-out", is_flag=True, help="Sign every browser out, and end.")
@click.pass_obj
def ui(  # noqa: PLR0917  # click passes them by name
    flags: Flags, port: int | None, no_browser: bool, listen: str | None, tls_cert: str | None, tls_key: str | None,
    set_password: bool, password_stdin: bool, sign_out: bool,
) -> int:  # fmt: skip
    """Open the player's page, and keep this home in sync behind it."""
    if sign_out:
        from soul_player.cli.ui_sign_out import run as sign_all_out

        return sign_all_out(flags)
    if set_password:
        from soul_player.cli.ui_password import run as set_it

        return set_it(flags, from_stdin=password_stdin)
    from soul_player.cli.ui import Wanted, run

    return run(flags, Wanted(port, not no_browser, listen, tls_cert, tls_key))


UI_COMMANDS = (ui,)
