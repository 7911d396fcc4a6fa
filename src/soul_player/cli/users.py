"""`soul user`: the accounts of the server in this home."""

from soul_player.cli.ask import confirmed, secret
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table
from soul_player.cli.server_home import server_config, server_failures
from soul_player.protocol.session import User
from soul_player.server import add_account, list_accounts, remove_account, set_account_password


def add(flags: Flags, name: str, *, is_admin: bool, from_stdin: bool) -> int:
    """A new account with a password that a person gives."""
    output = Output(flags)
    with server_failures():
        password = secret(f"Password for {name}", from_stdin=from_stdin, twice=True)
        user = add_account(server_config(flags, {}), name, password, is_admin=is_admin)
    output.record({"user": _record(user)})
    output.result(f"added {user.username}{' (admin)' if user.is_admin else ''}")
    return ExitCode.OK


def list_all(flags: Flags) -> int:
    """A line each."""
    output = Output(flags)
    with server_failures():
        users = list_accounts(server_config(flags, {}))
    output.record({"users": [_record(user) for user in users]})
    rows = [(user.username, "admin" if user.is_admin else "", user.created_at) for user in users]
    for line in table(rows, headings=("name", "role", "created")):
        output.result(line)
    return ExitCode.OK


def remove(flags: Flags, name: str) -> int:
    """After a yes: its playlists and ratings go with it."""
    output = Output(flags)
    with server_failures():
        config = server_config(flags, {})
        if name.strip().casefold() not in {user.username.casefold() for user in list_accounts(config)}:
            raise CommandFailed("user_not_found", f"there is no account named {name!r}", exit_code=ExitCode.NOT_FOUND)
        if not confirmed(f"Remove the account {name} and sign its devices out?", yes=flags.yes):
            raise CommandFailed("not_confirmed", "nothing was removed")
        remove_account(config, name)
    output.record({"removed": name})
    output.result(f"removed {name}")
    return ExitCode.OK


def set_password(flags: Flags, name: str, *, from_stdin: bool) -> int:
    """Every device of the account has to sign in again."""
    output = Output(flags)
    with server_failures():
        password = secret(f"New password for {name}", from_stdin=from_stdin, twice=True)
        set_account_password(server_config(flags, {}), name, password)
    output.record({"changed": name})
    output.result(f"changed the password of {name}; its devices sign in again")
    return ExitCode.OK


def _record(user: User) -> dict[str, object]:
    return {"id": user.id, "username": user.username, "is_admin": user.is_admin, "created_at": user.created_at}
