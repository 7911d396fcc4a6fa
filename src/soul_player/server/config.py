"""What a server is told: flags over environment over file over default, read once."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from soul_player.server.errors import ConfigError

FILE_NAME = "server.toml"
ENVIRONMENT_PREFIX = "SOUL_SERVER_"
DEFAULT_PORT = 8420
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
# It is guessed at by whoever can reach the port.
METRICS_TOKEN_CHARS_MIN = 16
WORKERS_MAX = 64


@dataclass(frozen=True)
class ServerConfig:
    """Everything that can be set. Every field but `home` is a key of `server.toml` and, in capitals and after
    `SOUL_SERVER_`, of the environment."""

    home: Path
    host: str = "127.0.0.1"
    # 0: any free one.
    port: int = DEFAULT_PORT
    # sqlite:///PATH or postgresql://...; empty for a file in the home.
    database: str = field(default="", repr=False)
    # The folders of music.
    music: tuple[Path, ...] = ()
    # What people see of this server.
    name: str = "Soul Player"
    tls_cert: Path | None = None
    tls_key: Path | None = None
    # Behind a reverse proxy: the path below which it serves, such as /soul.
    base_path: str = ""
    # Addresses or networks whose X-Forwarded-* headers are believed.
    trusted_proxies: tuple[str, ...] = ()
    # Pages of these may listen to what changes, besides the server's own: like https://music.example.
    allowed_origins: tuple[str, ...] = ()
    # Begin a new era: after the database was put back by other means than `soul restore`.
    new_era: bool = False
    # Make acoustic fingerprints, in the background.
    fingerprints: bool = True
    # They begin once nothing was hashed for so long: files that are being copied here come first.
    fingerprints_rest_seconds: float = 15.0
    # How many files are made into another quality at once; 0 for none.
    transcodes_max: int = 2
    # How much room finished ones may take in the home.
    transcode_cache_bytes: int = 2_000_000_000
    connections_max: int = 1000
    # How long requests in flight may take to finish after SIGTERM.
    stop_seconds: float = 10.0
    # Server processes behind the one port; more than one needs PostgreSQL.
    workers: int = 1
    # How much is told on stderr, and whether as text or as JSON, a line each.
    log_level: str = "warning"
    log_format: str = "text"
    # What a monitoring system shows to read /metrics; empty: only admins may.
    metrics_token: str = field(default="", repr=False)
    # Let devices of the same network find this server by mDNS; needs the extra `discovery`.
    announce: bool = True

    def __post_init__(self) -> None:
        _check(self)

    @property
    def database_url(self) -> str:
        """Where the store is."""
        return self.database or f"sqlite:///{self.home / 'server.db'}"


def read_config(
    home: Path, flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> ServerConfig:
    """The settings of the server in this home. A flag that is None was not given. Raises `ConfigError`."""
    settings: dict[str, Any] = {}
    settings.update(_from_file(home / FILE_NAME))
    settings.update(_from_environment(os.environ if environment is None else environment))
    settings.update({_known(key, "a flag"): value for key, value in (flags or {}).items() if value is not None})
    return ServerConfig(home=home, **{key: _converted(key, value) for key, value in settings.items()})


def settings_of(config: ServerConfig) -> dict[str, object]:
    """Every setting, in the values that JSON knows, to be handed to another process of this very version."""
    values = {each.name: getattr(config, each.name) for each in fields(config) if each.name != "home"}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def config_of(home: Path, settings: Mapping[str, object]) -> ServerConfig:
    """The other way round; neither a file nor the environment is asked."""
    return ServerConfig(home=home, **{key: _converted(key, value) for key, value in settings.items()})


def _plain(value: Any) -> Any:  # noqa: ANN401  # whatever a setting may be
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return os.fspath(value) if isinstance(value, Path) else value


def _from_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return {_known(key, str(path)): value for key, value in found.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name, text in environment.items():
        if name.startswith(ENVIRONMENT_PREFIX):
            key = _known(name.removeprefix(ENVIRONMENT_PREFIX).lower(), "the environment")
            separator = _SEPARATORS.get(key)
            settings[key] = text if separator is None else [each.strip() for each in text.split(separator) if each]
    return settings


def _known(key: str, where: str) -> str:
    if key not in _CONVERTERS:
        raise ConfigError(f"{where}: {key} is no setting of a server (there are {', '.join(sorted(_CONVERTERS))})")
    return key


def _converted(key: str, value: Any) -> Any:  # noqa: ANN401  # whatever TOML or a flag gives
    try:
        return _CONVERTERS[key](value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{key}: {value!r} cannot be used: {error}") from error


def _text(value: Any) -> str:  # noqa: ANN401  # the same
    if not isinstance(value, str):
        raise TypeError("a text is needed")
    return value


def _flag(value: Any) -> bool:  # noqa: ANN401  # the same
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise ValueError("true or false is needed")


def _path(value: Any) -> Path | None:  # noqa: ANN401  # the same
    return Path(value).expanduser().absolute() if value else None


def _paths(value: Any) -> tuple[Path, ...]:  # noqa: ANN401  # the same
    parts = [value] if isinstance(value, str | Path) else value
    if not all(os.fspath(part) for part in parts):
        # Where this process happens to be, for the system: most likely a variable that was never set.
        raise ValueError("a folder has a name")
    return tuple(Path(part).expanduser().absolute() for part in parts)


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401  # the same
    return tuple(_text(part) for part in ([value] if isinstance(value, str) else value))


def _count(value: Any) -> int:  # noqa: ANN401  # the same
    if isinstance(value, bool | float):
        raise TypeError("a whole number is needed")
    return int(value)


# In the environment. A folder may have a comma in its name, an address has colons.
_SEPARATORS = {"music": os.pathsep, "trusted_proxies": ",", "allowed_origins": ","}
_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "host": _text,
    "port": _count,
    "database": _text,
    "music": _paths,
    "name": _text,
    "tls_cert": _path,
    "tls_key": _path,
    "base_path": _text,
    "trusted_proxies": _texts,
    "allowed_origins": _texts,
    "new_era": _flag,
    "fingerprints": _flag,
    "fingerprints_rest_seconds": float,
    "transcodes_max": _count,
    "transcode_cache_bytes": _count,
    "connections_max": _count,
    "stop_seconds": float,
    "workers": _count,
    "log_level": _text,
    "log_format": _text,
    "metrics_token": _text,
    "announce": _flag,
}
_POSTGRES = ("postgresql://", "postgres://")
_DATABASES = ("sqlite:///", *_POSTGRES)
assert set(_CONVERTERS) == {each.name for each in fields(ServerConfig)} - {"home"}


def _check(config: ServerConfig) -> None:
    """Raise `ConfigError` for what could only fail later, and less clearly."""
    if not 0 <= config.port <= 65_535:
        raise ConfigError(f"port: {config.port} is not from 0 to 65535")
    if (config.tls_cert is None) != (config.tls_key is None):
        raise ConfigError("tls_cert and tls_key: one is of no use without the other")
    if config.base_path and (not config.base_path.startswith("/") or config.base_path.endswith("/")):
        raise ConfigError(f"base_path: {config.base_path!r} must begin with / and not end with it")
    if not config.name.strip() or len(config.name) > 200:
        raise ConfigError("name: 1 to 200 characters are needed")
    if config.connections_max < 1 or not 0 <= config.stop_seconds <= 3600:
        raise ConfigError("connections_max must be at least 1, stop_seconds from 0 to 3600")
    if not 0 <= config.fingerprints_rest_seconds <= 3600:
        raise ConfigError("fingerprints_rest_seconds must be from 0 to 3600")
    if not 0 <= config.transcodes_max <= 100 or config.transcode_cache_bytes < 0:
        raise ConfigError("transcodes_max must be from 0 to 100, transcode_cache_bytes not below 0")
    _check_database(config)
    _check_observing(config)
    _check_workers(config)
    for proxy in config.trusted_proxies:
        try:
            ip_network(proxy, strict=False)
        except ValueError as error:
            raise ConfigError(f"trusted_proxies: {proxy!r} is neither an address nor a network") from error


def _check_database(config: ServerConfig) -> None:
    if not config.database_url.startswith(_DATABASES):
        # What stands behind the scheme may hold a password.
        scheme, colon, _ = config.database_url.partition("://")
        wrong = f"{scheme}://" if colon else "without a scheme"
        raise ConfigError(f"database: one is named by sqlite:///PATH or postgresql://..., not {wrong}")


def _check_observing(config: ServerConfig) -> None:
    if config.log_level not in LOG_LEVELS or config.log_format not in LOG_FORMATS:
        raise ConfigError(
            f"log_level must be one of {', '.join(LOG_LEVELS)}, log_format one of {', '.join(LOG_FORMATS)}"
        )
    if config.metrics_token and len(config.metrics_token) < METRICS_TOKEN_CHARS_MIN:
        raise ConfigError(f"metrics_token: at least {METRICS_TOKEN_CHARS_MIN} characters are needed")


def _check_workers(config: ServerConfig) -> None:
    if not 1 <= config.workers <= WORKERS_MAX:
        raise ConfigError(f"workers must be from 1 to {WORKERS_MAX}")
    if config.workers > 1 and not config.database_url.startswith(_POSTGRES):
        raise ConfigError(
            "workers: several server processes need PostgreSQL. SQLite lets one process write at a time, so more of "
            "them would only wait for each other: set server.database to postgresql://..., or workers to 1"
        )
