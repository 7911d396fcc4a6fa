"""`/api/settings`: the settings of this client, read and changed while it runs."""

from typing import Annotated

import msgspec

from soul_player.client import ConfigInvalid, setting_types
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import Call
from soul_player.ui.settings import Setting, Settings

Text = Annotated[str, msgspec.Meta(max_length=1_000)]


class SettingRow(msgspec.Struct, frozen=True):
    """`origin`: `default`, the file, or the variable that goes before it. `is_live`: else from the next start on."""

    name: str
    value: str | bool | int | float
    origin: str
    is_live: bool


class SettingList(msgspec.Struct, frozen=True):
    """All of them."""

    settings: tuple[SettingRow, ...]


class NewValue(msgspec.Struct, frozen=True):
    """null: the default."""

    value: Text | bool | int | float | None


class SettingRoutes:
    """Parses and answers; `Settings` does it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def all(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Every setting, its value, and where that comes from."""
        return message_answer(SettingList(tuple(_row(one) for one in await self._settings.all())))

    async def change(self, call: Call) -> Answer:
        """Keep a value, and hold to it at once where that is possible."""
        name = call.path_text("name")
        asked = await call.message(NewValue)
        if name not in setting_types():
            raise ConfigInvalid(f"there is no setting {name[:100]!r}")
        return message_answer(_row(await self._settings.change(name, asked.value)))


def _row(setting: Setting) -> SettingRow:
    return SettingRow(setting.name, setting.value, setting.origin, setting.is_live)
