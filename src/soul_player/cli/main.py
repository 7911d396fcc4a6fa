"""Run the command line: parse, dispatch, and turn every way a command can end into an exit code."""

import contextlib
import errno
import os
import sys
from typing import NoReturn

import click

from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, ReaderGone
from soul_player.cli.parser import soul
from soul_player.cli.streams import leave_stdout, open_streams

_DISK = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG))


def run() -> NoReturn:
    """The entry point of the program."""
    open_streams()
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        leave_stdout()
    except OSError:
        # What could not be written was told already, or this is the little that was still held back.
        leave_stdout()
        code = code or ExitCode.FAILED
    sys.exit(code)


def main(arguments: list[str]) -> int:
    """Run one command line; its exit code."""
    flags = Flags()
    try:
        code = _dispatched(flags, arguments)
    except CommandFailed as failure:
        return _failed(flags, failure)
    except click.UsageError as error:
        return _failed(_flags_of_unread(flags, arguments), _usage_failure(error))
    except (KeyboardInterrupt, click.Abort):
        return _failed(flags, CommandFailed("interrupted", "interrupted", exit_code=ExitCode.INTERRUPTED))
    except (ReaderGone, SystemExit):
        # click writes its help by itself, and exits like this when nobody reads it.
        leave_stdout()
        return ExitCode.OK
    except Exception as error:  # the outermost boundary: a fault of ours is told, never a bare traceback
        if flags.verbose:
            raise
        return _failed(flags, _fault(error))
    return code if isinstance(code, int) else ExitCode.OK


def _dispatched(flags: Flags, arguments: list[str]) -> object:
    try:
        return soul.main(arguments, prog_name="soul", standalone_mode=False, obj=flags)
    except ExceptionGroup as group:
        # What one task cannot write ends those beside it, and comes out wrapped.
        known: Exception | None = group.subgroup((ReaderGone, CommandFailed))
        while isinstance(known, ExceptionGroup):
            known = known.exceptions[0]
        raise known or group from None


def _usage_failure(error: click.UsageError) -> CommandFailed:
    command = error.ctx.command_path if error.ctx is not None else "soul"
    return CommandFailed("usage", error.format_message(), hint=f"see {command} --help", exit_code=ExitCode.USAGE)


def _flags_of_unread(flags: Flags, arguments: list[str]) -> Flags:
    """A line that does not parse may have failed before its `--json` was reached."""
    flags.json = flags.json or "--json" in arguments
    return flags


def _failed(flags: Flags, failure: CommandFailed) -> ExitCode:
    """Told where it belongs, if anybody hears it there: the exit code says it all the same."""
    try:
        Output(flags).failure(failure)
    except ReaderGone:
        leave_stdout()
    except CommandFailed as unwritten:
        # A program that reads JSON has its full disk from the exit code; a person is told by the other stream.
        flags.json = False
        with contextlib.suppress(ReaderGone, CommandFailed):
            Output(flags).failure(unwritten)
    return failure.exit_code


def _fault(error: Exception) -> CommandFailed:
    if isinstance(error, OSError) and (error.filename is not None or error.errno in _DISK):
        # Of the disk, then: a folder that may not be written, a file in the way, no room.
        where = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        return CommandFailed("file_unusable", f"{where}{error.strerror or error}")
    return CommandFailed(
        "internal",
        f"a fault of this program: {type(error).__name__}: {error}",
        hint="run it again with -v for the traceback, and please report it",
    )
