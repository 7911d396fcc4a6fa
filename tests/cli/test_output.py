"""What is printed can be read, and cannot command a terminal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.cli.exit_codes import CommandFailed
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, display_width, printable, shortened, table


def test_a_tag_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Titles come from strangers: an escape sequence in one must stay a text."""
    Output(Flags()).result("evil\x1b]0;owned\x07 \x9b31m title\r\x00")
    out = capsys.readouterr().out
    assert not set("\x1b\x07\x9b\r\x00") & set(out)
    assert "evil" in out


@given(st.text())
def test_anything_can_be_printed(text: str) -> None:
    """Also lone surrogates, which a file's name may bring."""
    printable(text).encode()


def test_results_and_messages_go_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """`soul list > file` holds the list and nothing else."""
    output = Output(Flags())
    output.result("a result")
    output.message("a message")
    output.record({"in": "json only"})
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("a result\n", "a message\n")


def test_in_json_mode_there_is_json_only(capsys: pytest.CaptureFixture[str]) -> None:
    """A program reads stdout line by line."""
    output = Output(Flags(json=True))
    output.result("a result")
    output.message("a message")
    output.record({"title": "夜\udcff"})
    output.failure(CommandFailed("code", "message"))
    captured = capsys.readouterr()
    lines = [json.loads(line) for line in captured.out.splitlines()]
    assert lines == [{"title": "夜?"}, {"error": {"code": "code", "message": "message", "hint": None}}]
    assert captured.err == ""


def test_quiet_silences_all_but_results_and_failures(capsys: pytest.CaptureFixture[str]) -> None:
    """For cron."""
    output = Output(Flags(quiet=True))
    output.message("a message")
    output.result("a result")
    output.failure(CommandFailed("code", "it failed", hint="do this"))
    captured = capsys.readouterr()
    assert captured.out == "a result\n"
    assert captured.err == "soul: it failed\n      do this\n"


def test_columns_stand_under_each_other_in_every_script() -> None:
    """East Asian letters take two columns, combining marks none."""
    lines = table([("夜の電車", "x"), ("e\u0301te\u0301", "y"), ("plain", "z")], headings=("album", "n"))
    at = {display_width(line[: line.rindex(line.split()[-1])]) for line in lines}
    assert at == {10}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.integers(1, 20))
def test_what_is_shortened_fits(text: str, width: int) -> None:
    """And what fits is not touched."""
    cut = shortened(text, width)
    assert display_width(cut) <= width
    assert cut == text or cut.endswith("…")
