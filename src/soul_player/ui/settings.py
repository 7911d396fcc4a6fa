"""The settings of this client: what they are, where that comes from, and changing one while it runs."""

import asyncio
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from soul_player.client import (
    CONFIG_FILE,
    ENVIRONMENT_PREFIX,
    LIVE_SETTINGS,
    Client,
    changed_settings,
    load_config,
    setting_types,
    write_settings,
)

SettingValue = str | bool | int | float


@dataclass(frozen=True)
class Setting:
    """`origin`: `default`, the file, or the variable that goes before both."""

    name: str
    value: SettingValue
    origin: str
    is_live: bool


class Settings:
    """Of `client.toml` in the home. Raises `ConfigInvalid` for what cannot be; then nothing was changed."""

    def __init__(self, client: Client, environment: Mapping[str, str] | None = None) -> None:
        self._client = client
        self._home = client.config.home
        self._environment = os.environ if environment is None else environment
        self._turn = asyncio.Lock()

    async def all(self) -> list[Setting]:
        """All of them."""
        return await asyncio.to_thread(self._read)

    async def change(self, name: str, value: SettingValue | None) -> Setting:
        """Keep it in the file, and hold to it at once where that is possible. None: the default."""
        async with self._turn:
            await asyncio.to_thread(self._write, name, value)
            await self._client.settings.apply(load_config(self._home, environment=self._environment))
            return next(one for one in await self.all() if one.name == name)

    def _read(self) -> list[Setting]:
        config = load_config(self._home, environment=self._environment)
        path = self._home / CONFIG_FILE
        kept = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
        names = setting_types()
        return [Setting(name, getattr(config, name), self._origin(name, kept), name in LIVE_SETTINGS) for name in names]

    def _write(self, name: str, value: SettingValue | None) -> None:
        # The client's own reader says whether this can be, before anything is written.
        load_config(self._home, flags={name: value}, environment=self._environment)
        path = self._home / CONFIG_FILE
        text = path.read_text("utf-8") if path.exists() else ""
        write_settings(path, changed_settings(text, name, value))

    def _origin(self, name: str, kept: Mapping[str, object]) -> str:
        variable = ENVIRONMENT_PREFIX + name.upper()
        if variable in self._environment:
            return variable
        return CONFIG_FILE if name in kept else "default"
