"""A file that a person keeps is changed in one key only."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.client import ConfigInvalid
from soul_player.client.settings_file import changed_settings, toml_value, write_settings

KEPT = '# my server\nport = 8420   # the usual\n\nname = "Home"\n'
values = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])), st.booleans(), st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False), st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
)  # fmt: skip


@given(values)
def test_every_value_comes_back_as_it_went(value: str | bool | float | list[str]) -> None:
    """Quotes, control characters, folders with spaces."""
    assert tomllib.loads(f"key = {toml_value(value)}")["key"] == value


@given(values)
def test_the_rest_of_the_file_stays(value: str | bool | float | list[str]) -> None:
    """Comments, order and other keys are the person's."""
    edited = changed_settings(KEPT, "name", value)
    assert edited.startswith("# my server\nport = 8420   # the usual\n\nname = ")
    assert tomllib.loads(edited) == {"port": 8420, "name": value}
    assert changed_settings(edited, "name", None) == "# my server\nport = 8420   # the usual\n\n"


def test_a_new_key_goes_to_the_end() -> None:
    """Also after a last line without its end."""
    assert changed_settings("port = 1", "name", "x") == 'port = 1\nname = "x"\n'
    assert changed_settings("", "port", 5) == "port = 5\n"


@pytest.mark.parametrize("text", ['music = [\n  "/a",\n  "/b",\n]\n', 'name = """\nmusic = 1\n"""\nmusic = "x"\n'])
def test_what_a_line_cannot_change_is_left_to_a_person(text: str) -> None:
    """A list over several lines: a clear error, nothing written."""
    with pytest.raises(ConfigInvalid):
        changed_settings(text, "music", ["/c"])


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """A database's address may hold a password."""
    write_settings(tmp_path / "server.toml", "port = 1\n")
    assert (tmp_path / "server.toml").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["server.toml"]
