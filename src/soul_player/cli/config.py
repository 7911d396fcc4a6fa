"""`soul config`: the settings of this home's server and client, each by the name `server.port` or `client.keyring`."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import GenericAlias
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from soul_player.cli.client_home import client_failures
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table
from soul_player.cli.server_home import server_failures
from soul_player.client import CONFIG_FILE as CLIENT_FILE
from soul_player.client import ENVIRONMENT_PREFIX as CLIENT_ENVIRONMENT_PREFIX
from soul_player.client import ClientConfig, TomlValue, changed_settings, load_config, write_settings
from soul_player.server import ENVIRONMENT_PREFIX as SERVER_ENVIRONMENT_PREFIX
from soul_player.server import FILE_NAME as SERVER_FILE
from soul_player.server import ServerConfig, read_config

# These are given with a command, for once.
_NOT_KEPT = frozenset(("home", "new_era"))


@dataclass(frozen=True)
class Program:
    """One of the two programs that have settings."""

    name: str
    file: str
    prefix: str
    kinds: Mapping[str, Any]
    read: Callable[[Path, Mapping[str, object]], object]


def programs() -> dict[str, Program]:
    """Server and client. Their own readers decide what a value may be."""

    def read_server(home: Path, flags: Mapping[str, object]) -> object:
        with server_failures():
            return read_config(home, flags)

    def read_client(home: Path, flags: Mapping[str, object]) -> object:
        with client_failures():
            return load_config(home, flags=flags, environment=os.environ)

    return {
        "server": Program("server", SERVER_FILE, SERVER_ENVIRONMENT_PREFIX, _kinds(ServerConfig), read_server),
        "client": Program("client", CLIENT_FILE, CLIENT_ENVIRONMENT_PREFIX, _kinds(ClientConfig), read_client),
    }


def setting_names() -> list[str]:
    """`server.port` and all the others."""
    return [f"{program.name}.{key}" for program in programs().values() for key in program.kinds]


def list_all(flags: Flags) -> int:
    """Every setting, its value, and where it comes from."""
    output = Output(flags)
    rows = []
    for program in programs().values():
        config = program.read(flags.home, {})
        kept = _kept(flags.home / program.file)
        rows += [(f"{program.name}.{key}", getattr(config, key), _origin(program, key, kept)) for key in program.kinds]
    output.record(
        {"settings": [{"name": name, "value": _plain(name, value), "from": origin} for name, value, origin in rows]}
    )
    shown = [(name, _text(_plain(name, value)), origin) for name, value, origin in rows]
    for line in table(shown, headings=("setting", "value", "from"), widths_max=(40, 60)):
        output.result(line)
    return ExitCode.OK


def get(flags: Flags, name: str) -> int:
    """Its value alone, for scripts: a list has a line each."""
    output = Output(flags)
    program, key = _found(name)
    value = _plain(name, getattr(program.read(flags.home, {}), key))
    output.record({"name": name, "value": value})
    for line in value if isinstance(value, list) else [_text(value)]:
        output.result(line)
    return ExitCode.OK


def set_value(flags: Flags, name: str, values: Sequence[str]) -> int:
    """Keep it in the home's file; without values, forget it."""
    output = Output(flags)
    program, key = _found(name)
    value = _typed(name, program.kinds[key], values) if values else None
    # The program's own reader says whether this can be, before anything is written.
    program.read(flags.home, {} if value is None else {key: value})
    flags.make_home()
    path = flags.home / program.file
    with client_failures():
        write_settings(path, changed_settings(path.read_text("utf-8") if path.exists() else "", key, value))
    shown = _plain(name, getattr(program.read(flags.home, {}), key))
    output.record({"name": name, "value": shown})
    output.message(f"{name} = {_text(shown)}")
    if program.prefix + key.upper() in os.environ:
        output.message(f"but the variable {program.prefix + key.upper()} says otherwise, and goes before")
    return ExitCode.OK


def _kinds(config: type) -> dict[str, Any]:
    return {one.name: one.type for one in fields(config) if one.name not in _NOT_KEPT}


def _found(name: str) -> tuple[Program, str]:
    program_name, _, key = name.partition(".")
    program = programs().get(program_name)
    if program is None or key not in program.kinds:
        raise CommandFailed(
            "unknown_setting", f"there is no setting {name!r}", hint="soul config list shows them all",
            exit_code=ExitCode.NOT_FOUND,
        )  # fmt: skip
    return program, key


def _typed(name: str, kind: Any, values: Sequence[str]) -> TomlValue:  # noqa: ANN401  # a field's annotation
    if isinstance(kind, GenericAlias):
        return [str(Path(value).expanduser().absolute()) for value in values] if Path in kind.__args__ else list(values)
    if len(values) != 1:
        raise CommandFailed("one_value", f"{name} takes one value", exit_code=ExitCode.USAGE)
    (text,) = values
    if kind is bool:
        words = {
            "true": True,
            "yes": True,
            "on": True,
            "1": True,
            "false": False,
            "no": False,
            "off": False,
            "0": False,
        }
        if text.lower() not in words:
            raise CommandFailed("bad_value", f"{name} is true or false, not {text!r}", exit_code=ExitCode.USAGE)
        return words[text.lower()]
    if kind in (int, float):
        try:
            number: float = kind(text)
        except ValueError as error:
            message = f"{name} is a number, not {text!r}"
            raise CommandFailed("bad_value", message, exit_code=ExitCode.USAGE) from error
        return number
    return text if kind is str else str(Path(text).expanduser().absolute())


def _kept(path: Path) -> frozenset[str]:
    import tomllib  # noqa: PLC0415  # only `config list` asks

    return frozenset(tomllib.loads(path.read_text("utf-8"))) if path.exists() else frozenset()


def _origin(program: Program, key: str, kept: frozenset[str]) -> str:
    if program.prefix + key.upper() in os.environ:
        return program.prefix + key.upper()
    return program.file if key in kept else "default"


def _plain(name: str, value: object) -> Any:  # noqa: ANN401  # whatever JSON can hold
    if isinstance(value, tuple):
        return [str(each) for each in value]
    if isinstance(value, Path):
        return str(value)
    if name == "server.metrics_token" and value:
        return "***"
    return without_password(value) if name == "server.database" and isinstance(value, str) else value


def without_password(url: str) -> str:
    """A database's address as it may be shown."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{parts.netloc.rpartition('@')[2]}"))


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
