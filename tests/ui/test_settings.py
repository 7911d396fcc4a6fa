"""The settings of a client that runs: kept in the file, and held to at once where that is possible."""

from pathlib import Path

import pytest

from soul_player.client import CONFIG_FILE, LIVE_SETTINGS, ConfigInvalid, setting_types
from soul_player.ui.settings import Setting, Settings
from tests.client.clients import opened_client
from tests.conftest import run


def named(settings: list[Setting], name: str) -> Setting:
    return next(one for one in settings if one.name == name)


def test_a_setting_is_kept_and_held_to_at_once(tmp_path: Path) -> None:
    """What a person has written beside it stays."""

    async def story() -> None:
        (tmp_path / CONFIG_FILE).write_text('# mine\ndevice_name = "desk"   # here\n')
        async with opened_client(tmp_path) as client:
            settings = Settings(client, {})
            assert {one.name for one in await settings.all()} == set(setting_types())
            changed = await settings.change("download_bytes_per_second", 250_000)
            assert changed == Setting("download_bytes_per_second", 250_000, CONFIG_FILE, is_live=True)
            assert client.downloads.throttler.bytes_per_second == 250_000
            await settings.change("cache_limit_bytes", 7_000_000)
            assert client.downloads.limits.cache_bytes == 7_000_000
            await settings.change("download_bytes_per_second", None)
            assert client.downloads.throttler.bytes_per_second is None
            assert (tmp_path / CONFIG_FILE).read_text().startswith('# mine\ndevice_name = "desk"   # here\n')
            found = await settings.all()
            assert named(found, "device_name") == Setting("device_name", "desk", CONFIG_FILE, is_live=False)
            assert named(found, "download_bytes_per_second").origin == "default"

    run(story())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cache_limit_bytes", -1),
        ("cache_limit_bytes", "many"),
        ("cache_limit_bytes", True),
        ("stream_quality", "loud"),
        ("keyring", 1),
        ("page_rows", 10_000),
        ("request_seconds", 0),
        ("home", "/"),
        ("no_such", 1),
    ],
)
def test_what_cannot_be_changes_nothing(tmp_path: Path, name: str, value: str | int | bool) -> None:
    async def story() -> None:
        (tmp_path / CONFIG_FILE).write_text("page_rows = 500\n")
        async with opened_client(tmp_path) as client:
            settings, before = Settings(client, {}), client.downloads.limits
            with pytest.raises(ConfigInvalid):
                await settings.change(name, value)
            assert (tmp_path / CONFIG_FILE).read_text() == "page_rows = 500\n"
            assert client.downloads.limits == before

    run(story())


def test_a_variable_goes_before_the_file_and_that_is_said(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            settings = Settings(client, {"SOUL_CLIENT_STREAM_QUALITY": "low"})
            assert named(await settings.all(), "stream_quality").origin == "SOUL_CLIENT_STREAM_QUALITY"
            changed = await settings.change("stream_quality", "high")
            assert changed.value == "low"
            assert 'stream_quality = "high"' in (tmp_path / CONFIG_FILE).read_text()

    run(story())


def test_what_is_said_to_be_live_is(tmp_path: Path) -> None:
    """By the settings' own names."""
    assert set(setting_types()) > LIVE_SETTINGS
