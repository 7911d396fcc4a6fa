"""The command line of the server itself; its code is imported only when it runs."""
# ruff: noqa: PLC0415  # that is what keeps `soul --help` fast

import click

from soul_player.cli.flags import Command, Flags

MUSIC = click.option("--music", multiple=True, metavar="DIR", help="A folder of music; may be given several times.")
DATABASE = click.option("--database", metavar="URL", help="sqlite:///FILE or postgresql://USER@HOST/NAME.")


@click.command(cls=Command)
@MUSIC
@click.option("--host", metavar="H", help="Address to listen at (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), metavar="P", help="Port (8420); 0 takes a free one.")
@DATABASE
@click.option("--tls-cert", metavar="FILE", help="Certificate chain, PEM.")
@click.option("--tls-key", metavar="FILE", help="Its private key, PEM.")
@click.option("--base-path", metavar="PATH", help="Where a reverse proxy mounts it, like /music.")
@click.option("--trusted-proxy", multiple=True, metavar="ADDRESS", help="Whose forwarded headers are believed.")
@click.option("--name", metavar="NAME", help="What listeners see this server called.")
@click.option("--workers", type=click.IntRange(1, 64), metavar="N", help="Server processes (1); needs PostgreSQL.")
@click.option("--log-level", metavar="LEVEL", help="debug, info, warning or error (warning; -v is info, -vv debug).")
@click.option("--log-format", metavar="FORMAT", help="text or json, a line an event on stderr.")
@click.option("--no-announce", is_flag=True, help="Do not let devices of the same network find this server.")
@click.option("--new-era", is_flag=True, help="After a restore by other means than soul: every client checks itself.")
@click.pass_obj
def serve(flags: Flags, /, new_era: bool, no_announce: bool, **settings: object) -> int:
    """Serve a library of music folders."""
    from soul_player.cli.serve import run

    return run(flags, new_era=new_era, no_announce=no_announce, settings=settings)


SERVE_COMMANDS: tuple[click.Command, ...] = (serve,)
