"""The settings: flags over environment over file over default."""

import json
import os
from pathlib import Path

import pytest

from soul_player.server.config import ServerConfig, config_of, read_config, settings_of
from soul_player.server.errors import ConfigError


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    """SQLite in the home, and only this machine can reach it."""
    config = read_config(tmp_path, environment={})
    assert config == ServerConfig(home=tmp_path)
    assert (config.host, config.port) == ("127.0.0.1", 8420)
    assert config.database_url == f"sqlite:///{tmp_path}/server.db"


def test_a_flag_counts_more_than_the_environment_and_that_more_than_the_file(tmp_path: Path) -> None:
    """And each only where it says something."""
    (tmp_path / "server.toml").write_text('host = "file"\nname = "file"\nport = 1\nmusic = ["/file"]\n')
    environment = {"SOUL_SERVER_NAME": "environment", "SOUL_SERVER_PORT": "2", "HOME": "/nowhere"}
    config = read_config(tmp_path, {"port": 3, "name": None}, environment)
    assert (config.host, config.name, config.port, config.music) == ("file", "environment", 3, (Path("/file"),))


def test_several_folders_in_the_environment_are_written_as_in_path(tmp_path: Path) -> None:
    """A folder's name may have a comma in it."""
    text = os.pathsep.join(["/a, b", "/c"])
    assert read_config(tmp_path, {}, {"SOUL_SERVER_MUSIC": text}).music == (Path("/a, b"), Path("/c"))


def test_several_addresses_in_the_environment_have_commas_between_them(tmp_path: Path) -> None:
    """Those of IPv6 are full of colons."""
    environment = {"SOUL_SERVER_TRUSTED_PROXIES": "::1, 10.0.0.0/8"}
    assert read_config(tmp_path, {}, environment).trusted_proxies == ("::1", "10.0.0.0/8")


def test_another_process_gets_the_very_same_settings(tmp_path: Path) -> None:
    """Through JSON, and whatever the file says by then."""
    given = {
        "database": "postgresql://soul@host/db", "music": ["/a", "/b"], "tls_cert": "/c.pem", "tls_key": "/k.pem",
        "workers": 4, "trusted_proxies": ["::1"], "stop_seconds": 2.5, "announce": False, "metrics_token": "x" * 20,
    }  # fmt: skip
    config = read_config(tmp_path, given, {})
    (tmp_path / "server.toml").write_text("port = 1\nname = 'another'\n")
    sent = json.loads(json.dumps(settings_of(config)))
    assert config_of(tmp_path, sent) == config
    assert "x" * 20 not in repr(config)


def test_a_database_url_is_not_shown(tmp_path: Path) -> None:
    """It may hold a password."""
    config = read_config(tmp_path, {"database": "postgresql://soul:secret@host/db"}, {})
    assert "secret" not in repr(config)


@pytest.mark.parametrize(
    ("file", "environment", "flags", "names"),
    [
        ("colour = 1", {}, {}, "colour"),
        ("", {"SOUL_SERVER_COLOUR": "1"}, {}, "colour"),
        ("", {}, {"colour": 1}, "colour"),
        ("port = 'high'", {}, {}, "port"),
        ("port = 1.5", {}, {}, "port"),
        ("port = true", {}, {}, "port"),
        ("port = 70000", {}, {}, "port"),
        ("host = 5", {}, {}, "host"),
        ("music = 5", {}, {}, "music"),
        ("", {}, {"music": ("",)}, "music: .* a folder has a name"),
        ("music = ['']", {}, {}, "music: .* a folder has a name"),
        ("database = 'mysql://me:secret@host/x'", {}, {}, "not mysql://$"),
        ("", {}, {"database": "my-secret"}, "not without a scheme$"),
        ("not toml", {}, {}, "server.toml"),
        ("tls_cert = 'a.pem'", {}, {}, "tls_key"),
        ("base_path = 'soul'", {}, {}, "base_path"),
        ("base_path = '/soul/'", {}, {}, "base_path"),
        ("trusted_proxies = ['everyone']", {}, {}, "trusted_proxies"),
        ("connections_max = 0", {}, {}, "connections_max"),
        ("new_era = 'maybe'", {}, {}, "new_era"),
        ("name = ''", {}, {}, "name"),
        ("log_level = 'loud'", {}, {}, "log_level"),
        ("log_format = 'xml'", {}, {}, "log_format"),
        ("metrics_token = 'short'", {}, {}, "metrics_token"),
        ("workers = 0", {}, {}, "workers"),
        ("workers = 2", {}, {}, "PostgreSQL"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    tmp_path: Path, file: str, environment: dict[str, str], flags: dict[str, object], names: str
) -> None:
    """Not ignored: a misspelt setting is one that somebody believes to be in force."""
    (tmp_path / "server.toml").write_text(file)
    with pytest.raises(ConfigError, match=names):
        read_config(tmp_path, flags, environment)
