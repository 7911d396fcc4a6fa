"""The server of a home, for one command: its settings, and its errors in the words of the command line."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.failures import database_failures
from soul_player.cli.flags import Flags
from soul_player.protocol.problem import ProblemCode
from soul_player.server import (
    AccountError,
    BackupError,
    ConfigError,
    ScanError,
    ServerConfig,
    ServerError,
    StartError,
    read_config,
)

_FAILURES: dict[type[ServerError], tuple[str, ExitCode]] = {
    ConfigError: ("config_invalid", ExitCode.USAGE),
    StartError: ("cannot_start", ExitCode.FAILED),
    AccountError: ("account", ExitCode.FAILED),
    BackupError: ("backup", ExitCode.FAILED),
    ScanError: ("scan", ExitCode.FAILED),
}
_ACCOUNT_EXITS = {ProblemCode.USER_NOT_FOUND: ExitCode.NOT_FOUND, ProblemCode.INVALID: ExitCode.USAGE}


def server_config(flags: Flags, settings: Mapping[str, object]) -> ServerConfig:
    """The settings of this home's server; flags that were not given do not count."""
    return read_config(flags.make_home(), {key: value for key, value in settings.items() if value not in (None, ())})


@contextmanager
def server_failures() -> Generator[None, None, None]:
    """The server's errors, and those of its database -> failures with an exit code."""
    with database_failures():
        try:
            yield
        except ServerError as error:
            code, exit_code = _FAILURES.get(type(error), ("server", ExitCode.FAILED))
            if isinstance(error, AccountError):
                code = error.code.value
                exit_code = _ACCOUNT_EXITS.get(error.code, ExitCode.FAILED)
            raise CommandFailed(code, str(error), exit_code=exit_code) from error
