"""The errors of server, client and database -> the failures of a command, at this one edge."""

from collections.abc import Generator
from contextlib import contextmanager

from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.database.errors import (
    DatabaseDamaged,
    DatabaseError,
    DatabaseForbidden,
    DatabaseFull,
    DatabaseUnavailable,
    SchemaChanged,
    SchemaTooNew,
)

_HINTS: dict[type[DatabaseError], str] = {
    DatabaseFull: (
        "nothing is lost. Make some room on that disk, a few megabytes, and run the same again;"
        " what can be read can still be read: soul list, soul status, soul doctor"
    ),
    DatabaseForbidden: "is the home another user's, or its disk mounted for reading only? soul doctor looks",
    DatabaseDamaged: "put a backup back with: soul restore FILE",
    SchemaTooNew: "nothing was changed",
    SchemaChanged: "nothing was changed",
}
_CODES: dict[type[DatabaseError], str] = {
    DatabaseUnavailable: "database_unavailable",
    DatabaseForbidden: "database_forbidden",
    DatabaseFull: "disk_full",
    DatabaseDamaged: "database_damaged",
    SchemaTooNew: "schema_too_new",
    SchemaChanged: "schema_changed",
}


@contextmanager
def database_failures() -> Generator[None, None, None]:
    """A database's errors, for server and client alike."""
    try:
        yield
    except DatabaseError as error:
        raise CommandFailed(
            _CODES.get(type(error), "database"),
            str(error),
            hint=_HINTS.get(type(error), ""),
            exit_code=ExitCode.TEMPORARY if isinstance(error, DatabaseUnavailable) else ExitCode.FAILED,
        ) from error
