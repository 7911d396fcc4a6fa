"""The flags that every command takes, before or after its name."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from soul_player.cli.exit_codes import CommandFailed, ExitCode


@dataclass
class Flags:
    """What the global flags say. Filled while the command line is read, not changed afterwards."""

    home_option: str | None = None
    json: bool = False
    quiet: bool = False
    verbose: int = 0
    yes: bool = False

    @property
    def home(self) -> Path:
        """The home of this program's server and client: `--home`, else SOUL_HOME, else the platform's data folder."""
        if self.home_option == "":
            # `soul --home "$HOME_OF_IT" restore FILE --yes` with a variable that was never set.
            raise CommandFailed(
                "home_unusable", "--home names no folder", hint="left out, it is the default one",
                exit_code=ExitCode.USAGE,
            )  # fmt: skip
        chosen = self.home_option or os.environ.get("SOUL_HOME")
        if chosen:
            return Path(chosen).expanduser().absolute()
        from platformdirs import user_data_path  # noqa: PLC0415  # most commands are told their home

        return user_data_path("soul-player", appauthor=False)

    def make_home(self) -> Path:
        """The home, made if it is missing, for its owner only: there are keys and tokens in it."""
        home = self.home
        try:
            # The library keeps the names of its files as text.
            str(home).encode()
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CommandFailed(
                "home_unusable", f"{home} cannot be the home: {error.strerror}", hint="choose another with --home"
            ) from error
        except UnicodeEncodeError as error:
            raise CommandFailed(
                "home_unusable", f"{home} cannot be the home: its name is no UTF-8", hint="choose another with --home"
            ) from error
        return home


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, _parameter: click.Parameter, value: Any) -> None:  # noqa: ANN401  # click's
        if value or value == "":
            setattr(context.ensure_object(Flags), name, value)

    return callback


def _global_options() -> list[click.Parameter]:
    return [
        click.Option(["--home"], metavar="DIR", expose_value=False, callback=_set("home_option"),
                     help="Where server and client keep their data (else SOUL_HOME)."),
        click.Option(["--json"], is_flag=True, expose_value=False, callback=_set("json"),
                     help="Print JSON for programs."),
        click.Option(["--quiet", "-q"], is_flag=True, expose_value=False, callback=_set("quiet"),
                     help="No progress and no messages."),
        click.Option(["--verbose", "-v"], count=True, expose_value=False, callback=_set("verbose"),
                     help="Say more; twice for debugging."),
        click.Option(["--yes", "-y"], is_flag=True, expose_value=False, callback=_set("yes"),
                     help="Answer yes to questions."),
    ]  # fmt: skip


class Command(click.Command):
    """A command that takes the global flags too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # click's own signature
        super().__init__(*args, **kwargs)
        self.params.extend(_global_options())


class Group(click.Group):
    """A group that takes the global flags too, and so do its commands."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # click's own signature
        super().__init__(*args, **kwargs)
        self.params.extend(_global_options())
