"""`soul completion`: click's own completion script for a shell."""

import click
from click.shell_completion import get_completion_class

from soul_player.cli.exit_codes import CommandFailed


def run(soul: click.Command, shell: str) -> int:
    """Print the script."""
    completion = get_completion_class(shell)
    if completion is None:
        raise CommandFailed("unknown_shell", f"there is no completion for {shell}")
    click.echo(completion(soul, {}, "soul", "_SOUL_COMPLETE").source())
    return 0
