"""The client's settings, read once: flags over environment over `client.toml` over default; unknown keys are errors."""

import socket
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from soul_player.client.errors import ConfigInvalid
from soul_player.protocol.quality import StreamQuality

CONFIG_FILE = "client.toml"
ENVIRONMENT_PREFIX = "SOUL_CLIENT_"
# The quality of a stream goes by the line.
AUTOMATIC_QUALITY = "auto"


@dataclass(frozen=True)
class ClientConfig:
    """`home` holds the library, the tokens and `client.toml`; it is no setting of its own file.

    `page_rows`: tracks asked for at once. `connect_seconds`: until a server must have accepted a connection.
    `read_seconds`: until the next bytes must have come. `request_seconds`: until an answer must be whole.
    `stream_quality`: what is asked of a server to be heard: `auto` goes by the line, else a `StreamQuality`.
    `download_quality`: what is downloaded where nobody says another quality.
    `keyring`: keep tokens in the system's keyring where there is one.
    `downloads_at_once`: files that are received side by side. `download_bytes_per_second`: of all of them together; 0
    is no limit. `cache_limit_bytes`: room for all downloads. `disk_free_bytes`: what they leave free on the disk.
    `picture_limit_bytes`: room for album art.
    """

    home: Path
    device_name: str = field(default_factory=socket.gethostname)
    page_rows: int = 1_000
    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    request_seconds: float = 120.0
    stream_quality: str = AUTOMATIC_QUALITY
    download_quality: str = StreamQuality.ORIGINAL.value
    keyring: bool = True
    downloads_at_once: int = 4
    download_bytes_per_second: int = 0
    cache_limit_bytes: int = 50_000_000_000
    disk_free_bytes: int = 1_000_000_000
    picture_limit_bytes: int = 500_000_000

    def __post_init__(self) -> None:
        """Raises `ConfigInvalid` for what cannot be."""
        if not 1 <= self.page_rows <= 1_000:
            raise ConfigInvalid(f"page_rows is 1 to 1000, not {self.page_rows}")
        if not 1 <= self.downloads_at_once <= 32:
            raise ConfigInvalid(f"downloads_at_once is 1 to 32, not {self.downloads_at_once}")
        for name in ("download_bytes_per_second", "cache_limit_bytes", "disk_free_bytes", "picture_limit_bytes"):
            if not 0 <= getattr(self, name) < 1 << 60:
                raise ConfigInvalid(f"{name} is a number of bytes, not {getattr(self, name)}")
        for name in ("connect_seconds", "read_seconds", "request_seconds"):
            if not 0 < getattr(self, name) <= 3_600:
                raise ConfigInvalid(f"{name} is above 0 and at most 3600, not {getattr(self, name)}")
        qualities = (AUTOMATIC_QUALITY, *StreamQuality)
        if self.stream_quality not in qualities:
            raise ConfigInvalid(f"stream_quality is one of {', '.join(qualities)}, not {self.stream_quality}")
        if self.download_quality not in tuple(StreamQuality):
            raise ConfigInvalid(f"download_quality is one of {', '.join(StreamQuality)}, not {self.download_quality}")


def load_config(
    home: Path, *, flags: Mapping[str, object] | None = None, environment: Mapping[str, str] | None = None
) -> ClientConfig:
    """Raises `ConfigInvalid`, which names the place. Flags that are None were not given."""
    settings = {**_of_file(home / CONFIG_FILE), **_of_environment(environment or {}), **_of_flags(flags or {})}
    return ClientConfig(home=home, **settings)  # type: ignore[arg-type]  # each was checked against its field


def setting_types() -> dict[str, type]:
    """Every setting and what kind of value it takes."""
    return {one.name: one.type for one in fields(ClientConfig) if one.name != "home" and isinstance(one.type, type)}


def _of_file(path: Path) -> dict[str, object]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigInvalid(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigInvalid(f"{path} cannot be read: {error}") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigInvalid(f"{path}: {error}") from error
    return {name: _typed(name, value, place=str(path)) for name, value in values.items()}


def _of_environment(environment: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for variable, text in environment.items():
        if variable.startswith(ENVIRONMENT_PREFIX):
            name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
            found[name] = parse_setting(name, text, place=f"the variable {variable}")
    return found


def _of_flags(flags: Mapping[str, object]) -> dict[str, object]:
    return {name: _typed(name, value, place="a flag") for name, value in flags.items() if value is not None}


def parse_setting(name: str, text: str, *, place: str) -> object:
    """A value that came as text. Raises `ConfigInvalid`."""
    kind = _kind(name, place)
    if kind is bool:
        if text.lower() not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
            raise ConfigInvalid(f"{place}: {name} is true or false, not {text!r}")
        return text.lower() in {"true", "1", "yes", "on"}
    try:
        return kind(text)
    except ValueError as error:
        raise ConfigInvalid(f"{place}: {name} is a number, not {text!r}") from error


def _typed(name: str, value: object, *, place: str) -> object:
    kind = _kind(name, place)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise ConfigInvalid(f"{place}: {name} takes a value of the type {kind.__name__}, not {value!r}")
    return value


def _kind(name: str, place: str) -> type:
    kinds = setting_types()
    if name not in kinds:
        raise ConfigInvalid(f"{place}: there is no setting {name}", hint=f"there are: {', '.join(sorted(kinds))}")
    return kinds[name]
