"""Run the command line: parse, dispatch, and turn every way a command can end into an exit code."""

import os
import sys
from typing import NoReturn

import click

from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, ReaderGone
from soul_player.cli.parser import soul


def run() -> NoReturn:
    """The entry point of the program."""
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _close_stdout()
    sys.exit(code)


def main(arguments: list[str]) -> int:
    """Run one command line; its exit code."""
    flags = Flags()
    try:
        code = soul.main(arguments, prog_name="soul", standalone_mode=False, obj=flags)
    except CommandFailed as failure:
        Output(flags).failure(failure)
        return failure.exit_code
    except click.UsageError as error:
        Output(_flags_of_unread(flags, arguments)).failure(_usage_failure(error))
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        _interrupted(flags)
        return ExitCode.INTERRUPTED
    except ReaderGone:
        _close_stdout()
        return ExitCode.OK
    except Exception as error:  # the outermost boundary: a fault of ours is told, never a bare traceback
        if flags.verbose:
            raise
        Output(flags).failure(_fault(error))
        return ExitCode.FAILED
    return code if isinstance(code, int) else ExitCode.OK


def _usage_failure(error: click.UsageError) -> CommandFailed:
    command = error.ctx.command_path if error.ctx is not None else "soul"
    return CommandFailed("usage", error.format_message(), hint=f"see {command} --help", exit_code=ExitCode.USAGE)


def _flags_of_unread(flags: Flags, arguments: list[str]) -> Flags:
    """A line that does not parse may have failed before its `--json` was reached."""
    flags.json = flags.json or "--json" in arguments
    return flags


def _interrupted(flags: Flags) -> None:
    failure = CommandFailed("interrupted", "interrupted", exit_code=ExitCode.INTERRUPTED)
    Output(flags).failure(failure)


def _fault(error: Exception) -> CommandFailed:
    return CommandFailed(
        "internal",
        f"a fault of this program: {type(error).__name__}: {error}",
        hint="run it again with -v for the traceback, and please report it",
    )


def _close_stdout() -> None:
    """So that the interpreter's own flush at exit has nothing to complain about."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
