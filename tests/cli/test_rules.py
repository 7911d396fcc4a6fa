"""`soul rule`: previewed, made, listed with what it keeps, let go of."""

import shutil
from pathlib import Path

import pytest

from soul_player.cli.exit_codes import CommandFailed
from soul_player.cli.rules import bytes_of
from tests.cli.programs import soul


def test_a_rule_is_previewed_made_and_removed(synced_home: Path, tmp_path: Path) -> None:
    """Everything works with the server down; what it wants waits."""
    home = Path(shutil.copytree(synced_home, tmp_path / "client"))
    preview = soul("rule", "preview", "artist:amber", home=home)
    assert preview.out.startswith("2 tracks, ")
    made = soul("rule", "add", "Amber", "artist:amber", "--budget", "5MB", "--weight", "70", "--json", home=home)
    assert (made.code, made.json()["tracks"]) == (0, 2)
    rules = {rule["name"]: rule for rule in soul("rule", "list", "--json", home=home).json()["rules"]}
    assert {"recently played", "high play count", "playlists", "Amber"} <= set(rules)
    assert (rules["Amber"]["weight"], rules["Amber"]["budget_bytes"], rules["Amber"]["tracks"]) == (70, 5_000_000, 2)
    items = soul("downloads", "list", "--json", home=home).json()["items"]
    assert [item["priority"] for item in items] == [10, 10]
    assert soul("rule", "add", "Amber", "artist:amber", home=home).code == 2
    assert soul("rule", "remove", "amber", home=home).code == 0
    assert soul("downloads", "list", "--json", home=home).json() == {"items": []}


def test_a_rule_is_changed_switched_off_and_on(synced_home: Path, tmp_path: Path) -> None:
    """What is not named stays; off, it keeps nothing."""
    home = Path(shutil.copytree(synced_home, tmp_path / "client"))
    soul("rule", "add", "Amber", "artist:amber", "--budget", "5MB", "--weight", "70", home=home)
    low = soul("rule", "change", "amber", "--quality", "low", "--budget", "none", "--json", home=home).json()
    assert (low["name"], low["quality"], low["budget_bytes"], low["weight"]) == ("Amber", "low", None, 70)
    off = soul("rule", "change", "Amber", "--off", "--name", "Warm", home=home)
    assert (off.code, "Warm is off" in off.out) == (0, True)
    rules = {rule["name"]: rule for rule in soul("rule", "list", "--json", home=home).json()["rules"]}
    assert (rules["Warm"]["live"], rules["Warm"]["tracks"]) == (False, 0)
    assert soul("rule", "change", "Warm", "--on", home=home).out.strip() == "Warm: keeps 2 tracks"
    assert soul("rule", "change", "Warm", "--query", "year:x", home=home).code == 2
    assert soul("rule", "change", "playlists", "--query", "year:2020", home=home).code == 2
    assert soul("rule", "change", "Nothing", "--off", home=home).code == 3


def test_a_rule_that_cannot_be_says_where_it_is_wrong(synced_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(synced_home, tmp_path / "client"))
    wrong = soul("rule", "add", "Odd", "year:nineteen", home=home)
    assert (wrong.code, "character" in wrong.err) == (2, True)
    assert soul("rule", "preview", "artist:amber", "--budget", "much", home=home).code == 2
    assert soul("rule", "remove", "Odd", home=home).code == 3


@pytest.mark.parametrize(
    ("text", "size"), [("5GB", 5_000_000_000), ("800 mb", 800_000_000), ("1000", 1000), ("1.5k", 1500)]
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["", "0", "-5MB", "5 parsecs", "much"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(CommandFailed):
        bytes_of(text)
