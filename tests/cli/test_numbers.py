"""Numbers as people mistype them: told as unknown or as none, never as a fault of the program."""

from pathlib import Path

import pytest

from soul_player.cli.numbers import ID_MAX, id_number
from tests.cli.programs import soul

HUGE = "9" * 23


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("007", 7), (str(ID_MAX), ID_MAX), (str(ID_MAX + 1), None), (HUGE, None), ("9" * 5_000, None),
     ("0", None), ("-1", None), ("²", None), ("٣", None), ("1_0", None), (" 1", None), ("", None)],
)  # fmt: skip
def test_only_what_a_row_can_have_is_an_id(text: str, number: int | None) -> None:
    """Python's own words for digits take more than its numbers do, and its numbers more than a database."""
    assert id_number(text) == number


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (("resolve", HUGE), 3),
        (("resolve", "²"), 3),
        (("resolve", HUGE, "--undo"), 3),
        (("resolve", HUGE, "--edit", "²"), 3),
        (("download", HUGE), 3),
        (("downloads", "cancel", HUGE), 2),
        (("downloads", "move", "1", "--after", HUGE), 2),
        (("show", HUGE), 3),
        (("playlist", "show", HUGE), 3),
        (("merge", HUGE, "²"), 3),
        (("source", "remove", HUGE), 3),
    ],
    ids=str,
)
def test_an_id_that_cannot_be_is_unknown_to_every_command(line: tuple[str, ...], code: int, tmp_path: Path) -> None:
    ran = soul(*line, home=tmp_path)
    assert ran.code == code
    assert "fault" not in ran.err


def test_a_name_that_is_empty_names_nothing(tmp_path: Path) -> None:
    """`soul source remove "$NAME" --yes` with a variable that was never set."""
    (tmp_path / "music").mkdir()
    home = tmp_path / "home"
    assert soul("source", "add-folder", tmp_path / "music", home=home).code == 0
    assert soul("playlist", "create", "Night Drive", "--local", home=home).code == 0
    assert soul("source", "remove", "", "--yes", home=home).code == 3
    assert soul("playlist", "delete", "", home=home).code == 3
    assert "music" in soul("source", "list", home=home).out
    assert "Night Drive" in soul("playlist", "list", home=home).out


@pytest.mark.parametrize("text", ["nan", "inf", "1e400", "-1"])
@pytest.mark.parametrize(
    "line", [("play", "1", "--record-only", "--seconds"), ("play", "1", "--output", "x", "--start"),
             ("source", "discover", "--seconds")],
)  # fmt: skip
def test_seconds_end(tmp_path: Path, line: tuple[str, ...], text: str) -> None:
    """`nan` is neither below a limit nor above it."""
    done = soul(*line, text, home=tmp_path / "home")
    assert done.code == 2
    assert "Invalid value" in done.err
