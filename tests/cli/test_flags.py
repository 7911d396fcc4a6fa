"""The home that a command line names: what can be none is told before anything is made."""

import os
from pathlib import Path

import pytest

from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from tests.cli.programs import soul


def test_a_home_that_is_named_by_nothing_is_no_home(tmp_path: Path) -> None:
    """`soul --home "$H" restore FILE --yes` with a variable that was never set took the default home."""
    done = soul("--home", "", "status", "--json", SOUL_HOME=str(tmp_path / "other"))
    assert (done.code, done.json()["error"]["code"]) == (ExitCode.USAGE, "home_unusable")
    assert not (tmp_path / "other").exists()


def test_a_home_whose_name_is_no_text_is_told(tmp_path: Path) -> None:
    """The library keeps the paths of its files as text: nothing of it could be written."""
    home = os.fsdecode(os.fsencode(tmp_path) + b"/h\x80x")
    with pytest.raises(CommandFailed, match="its name is no UTF-8"):
        Flags(home_option=home).make_home()
    assert list(tmp_path.iterdir()) == []
