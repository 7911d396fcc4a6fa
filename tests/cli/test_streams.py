"""Standard streams that are closed, full, gone or of another encoding: nothing is hidden, nothing a traceback."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.programs import SOUL, environment, soul

NAME = "夜の電車 - Sólveig"


def in_shell(line: str, home: Path, **extra: str) -> "subprocess.CompletedProcess[bytes]":
    """`soul` stands for the program in this home; the shell does with its streams what people do."""
    script = f'soul() {{ "$SOUL" --home "$PLACE" "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", script], capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
        env=environment(SOUL=str(SOUL), PLACE=str(home), **extra),
    )  # fmt: skip


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_one_that_says_nothing_and_takes_anything(closed: str, tmp_path: Path) -> None:
    """As services and cron start programs. The files of the library must not get its number."""
    ran = in_shell(f"(soul playlist create '{NAME}' --local {closed})", tmp_path)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert NAME in soul("playlist", "list", home=tmp_path).out


def test_with_stdin_closed_nobody_can_be_asked(tmp_path: Path) -> None:
    """The flag is named, as without a terminal."""
    for line, flag in (("user add ann", "--password-stdin"), ("user add ann --password-stdin", "empty")):
        ran = in_shell(f"(soul {line} <&-)", tmp_path)
        assert ran.returncode == 2
        assert flag in ran.stderr.decode()


@pytest.mark.parametrize("flags", ["", "--json"])
def test_a_full_disk_behind_the_output_is_told_and_is_a_failure(flags: str, tmp_path: Path) -> None:
    """`soul list > file`: half a list that ends in success is worse than none."""
    ran = in_shell(f"(soul config list {flags} > /dev/full)", tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.decode() == "soul: the output cannot be written: No space left on device\n"


def test_a_failure_that_nobody_reads_keeps_its_exit_code(tmp_path: Path) -> None:
    """`soul --json show 7 | head`: the reader may be gone, the script still asks for the code."""
    for line in ("show 7 --json", "show"):
        ran = in_shell(f"(sleep 0.3; soul {line} 2>&1; echo $? >&3) 3>&2 | true", tmp_path)
        assert ran.stderr.decode() in {"3\n", "2\n"}


def test_help_that_nobody_reads_is_no_fault(tmp_path: Path) -> None:
    ran = in_shell("(sleep 0.3; soul --help; echo $? >&2) | true", tmp_path)
    assert ran.stderr.decode() == "0\n"


def test_a_sync_whose_reader_has_gone_ends_quietly(tmp_path: Path) -> None:
    """Its events are written beside the work, in a task of their own."""
    (tmp_path / "music").mkdir()
    assert soul("source", "add-folder", tmp_path / "music", home=tmp_path / "home").code == 0
    ran = in_shell("(soul sync --json; echo $? >&2) | true", tmp_path / "home")
    assert ran.stderr.decode() == "0\n"


def test_an_encoding_that_lacks_a_letter_shows_a_question_mark_and_json_escapes_it(tmp_path: Path) -> None:
    """Latin-1 still exists."""
    assert soul("playlist", "create", NAME, "--local", home=tmp_path).code == 0
    latin = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    ran = in_shell("soul playlist list", tmp_path, **latin)
    assert ran.returncode == 0
    assert "Sólveig".encode("latin-1") in ran.stdout
    ran = in_shell("soul playlist list --json", tmp_path, **latin)
    assert json.loads(ran.stdout)["name"] == NAME
