"""Settings: where they come from, and what is refused."""

from pathlib import Path

import pytest

from soul_player.client import ClientConfig, ConfigInvalid, load_config


def test_flags_beat_the_environment_and_that_beats_the_file(tmp_path: Path) -> None:
    (tmp_path / "client.toml").write_text('page_rows = 10\nread_seconds = 5\ndevice_name = "file"\nkeyring = false\n')
    environment = {"SOUL_CLIENT_PAGE_ROWS": "20", "SOUL_CLIENT_DEVICE_NAME": "environment", "HOME": "/x"}
    config = load_config(tmp_path, flags={"page_rows": 30, "read_seconds": None}, environment=environment)
    assert (config.page_rows, config.device_name, config.read_seconds) == (30, "environment", 5.0)
    assert (config.keyring, config.connect_seconds) == (False, ClientConfig(tmp_path).connect_seconds)


@pytest.mark.parametrize(
    ("file", "environment", "said"),
    [
        ("unknown = 1", {}, "no setting unknown"),
        ("home = '/x'", {}, "no setting home"),
        ("page_rows = '10'", {}, "page_rows"),
        ("page_rows = true", {}, "page_rows"),
        ("page_rows = 0", {}, "page_rows"),
        ("page_rows = 1001", {}, "page_rows"),
        ("read_seconds = -1", {}, "read_seconds"),
        ("read_seconds = nan", {}, "read_seconds"),
        ("keyring = 1", {}, "keyring"),
        ("page_rows =", {}, "client.toml"),
        ("", {"SOUL_CLIENT_PAGE_ROWS": "ten"}, "SOUL_CLIENT_PAGE_ROWS"),
        ("", {"SOUL_CLIENT_KEYRING": "perhaps"}, "SOUL_CLIENT_KEYRING"),
        ("", {"SOUL_CLIENT_PAGE_ROW": "10"}, "no setting page_row"),
    ],
)
def test_what_cannot_be_is_an_error_that_names_the_place(
    tmp_path: Path, file: str, environment: dict[str, str], said: str
) -> None:
    (tmp_path / "client.toml").write_text(file)
    with pytest.raises(ConfigInvalid, match=said):
        load_config(tmp_path, environment=environment)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "client.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigInvalid, match=r"client\.toml"):
        load_config(tmp_path)
