"""`soul config`: every setting, where it comes from, and that a wrong one is never kept."""

from pathlib import Path

from soul_player.cli.config import setting_names, without_password
from tests.cli.programs import soul


def test_every_setting_is_listed_with_its_origin(tmp_path: Path) -> None:
    """Flags over environment over file over default."""
    assert soul("config", "set", "server.port", "8421", home=tmp_path).code == 0
    listed = soul("config", "list", "--json", home=tmp_path, SOUL_SERVER_NAME="Attic").json()["settings"]
    found = {setting["name"]: (setting["value"], setting["from"]) for setting in listed}
    assert set(found) == set(setting_names())
    assert found["server.port"] == (8421, "server.toml")
    assert found["server.name"] == ("Attic", "SOUL_SERVER_NAME")
    assert found["server.host"] == ("127.0.0.1", "default")
    assert found["client.page_rows"] == (1000, "default")


def test_a_setting_is_kept_and_forgotten(tmp_path: Path) -> None:
    """Each kind of value; without a value the default is back."""
    for name, values, shown in (
        ("server.port", ("0",), "0\n"),
        ("server.music", ("/a b", "/ü"), "/a b\n/ü\n"),
        ("server.stop_seconds", ("2.5",), "2.5\n"),
        ("server.name", ('Attic "7"',), 'Attic "7"\n'),
        ("client.keyring", ("off",), "false\n"),
        ("client.page_rows", ("10",), "10\n"),
    ):
        assert soul("config", "set", name, *values, home=tmp_path).code == 0, name
        assert soul("config", "get", name, home=tmp_path).out == shown
    assert soul("config", "set", "server.port", home=tmp_path).code == 0
    assert soul("config", "get", "server.port", "--json", home=tmp_path).json() == {
        "name": "server.port",
        "value": 8420,
    }


def test_a_value_that_cannot_be_is_not_kept(tmp_path: Path) -> None:
    """The program's own reader decides, before the file is touched."""
    for name, value in (
        ("server.port", "99999"), ("server.port", "x"), ("client.keyring", "maybe"), ("server.base_path", "soul/"),
        ("client.page_rows", "0"), ("client.read_seconds", "soon"),
    ):  # fmt: skip
        ran = soul("config", "set", name, value, "--json", home=tmp_path)
        assert ran.code == 2, (name, value)
        assert ran.json()["error"]["message"]
    assert list(tmp_path.glob("*.toml")) == []
    assert soul("config", "set", "server.port", "1", "2", home=tmp_path).code == 2


def test_an_unknown_setting_is_exit_3(tmp_path: Path) -> None:
    """Also in a file that a person wrote: exit 2 then, for every command that reads it."""
    assert soul("config", "get", "server.nonsense", home=tmp_path).code == 3
    assert soul("config", "set", "nonsense", "1", home=tmp_path).code == 3
    (tmp_path / "server.toml").write_text("nonsense = 1\n")
    ran = soul("serve", "--json", home=tmp_path)
    assert (ran.code, ran.json()["error"]["code"]) == (2, "config_invalid")
    assert "nonsense" in ran.json()["error"]["message"]


def test_the_scrapers_token_is_not_shown(tmp_path: Path) -> None:
    """Set, it is said to be there, and no more."""
    token = "a scraper's own token"
    ran = soul("config", "set", "server.metrics_token", token, home=tmp_path)
    assert ran.code == 0
    shown = [ran, soul("config", "list", home=tmp_path), soul("config", "get", "server.metrics_token", home=tmp_path)]
    assert all(token not in one.out + one.err for one in shown)
    assert shown[2].out == "***\n"
    assert (tmp_path / "server.toml").stat().st_mode & 0o077 == 0


def test_a_databases_password_is_not_shown(tmp_path: Path) -> None:
    """A list of settings is what people paste into reports."""
    assert without_password("postgresql://soul:secret@db:5432/soul?x=1") == "postgresql://soul:***@db:5432/soul?x=1"
    assert without_password("sqlite:////srv/soul.db") == "sqlite:////srv/soul.db"
    assert soul("config", "set", "server.database", "postgresql://u:secret@h/n", home=tmp_path).code == 0
    for arguments in (("list",), ("list", "--json"), ("get", "server.database")):
        assert "secret" not in soul("config", *arguments, home=tmp_path).out
    assert (tmp_path / "server.toml").stat().st_mode & 0o777 == 0o600
