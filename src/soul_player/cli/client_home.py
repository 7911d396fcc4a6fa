"""Open the client of a home for one command, and say its errors in the words of the command line."""

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.failures import database_failures
from soul_player.cli.flags import Flags
from soul_player.client import (
    AddressInvalid,
    Client,
    ClientError,
    ConfigInvalid,
    CredentialsRefused,
    DownloadNotFound,
    EditInvalid,
    FailedEditNotFound,
    FolderInvalid,
    HomeLocked,
    OfflineError,
    PlaylistAmbiguous,
    PlaylistNotFound,
    QuestionNotFound,
    RuleInvalid,
    RuleNotFound,
    SignInNeeded,
    SourceNotFound,
    TrackNotFound,
    TransientSyncError,
    load_config,
    open_client,
)

_EXIT_CODES: tuple[tuple[tuple[type[ClientError], ...], ExitCode], ...] = (
    ((ConfigInvalid, AddressInvalid, EditInvalid, FolderInvalid, PlaylistAmbiguous, RuleInvalid), ExitCode.USAGE),
    (
        (
            SourceNotFound,
            TrackNotFound,
            QuestionNotFound,
            PlaylistNotFound,
            FailedEditNotFound,
            DownloadNotFound,
            RuleNotFound,
        ),
        ExitCode.NOT_FOUND,
    ),
    ((SignInNeeded, CredentialsRefused), ExitCode.SIGN_IN_NEEDED),
    ((OfflineError, TransientSyncError, HomeLocked), ExitCode.TEMPORARY),
)


@asynccontextmanager
async def opened_client(flags: Flags) -> AsyncGenerator[Client, None]:
    """The client of this home; its errors, and those of its database, become failures of the command."""
    with client_failures(), database_failures():
        async with open_client(load_config(flags.make_home(), environment=os.environ)) as client:
            yield client


@contextmanager
def client_failures() -> Generator[None, None, None]:
    """The client's closed tree of errors -> failures with an exit code."""
    try:
        yield
    except ClientError as error:
        raise failure_of(error) from error


def failure_of(error: ClientError) -> CommandFailed:
    """What the command line says of it."""
    return CommandFailed(error.code, error.message, hint=error.hint or "", exit_code=exit_code_of(type(error)))


def exit_code_of(kind: type[ClientError]) -> ExitCode:
    """By what can be done about it."""
    for kinds, exit_code in _EXIT_CODES:
        if issubclass(kind, kinds):
            return exit_code
    return ExitCode.FAILED


def exit_code_of_code(code: str) -> ExitCode:
    """The same, for an error of which only the code was kept."""
    kinds = [ClientError]
    # Subclasses are added at the end while they are looked at: the whole tree, once each.
    for kind in kinds:
        if kind.code == code:
            return exit_code_of(kind)
        kinds.extend(kind.__subclasses__())
    return ExitCode.FAILED
