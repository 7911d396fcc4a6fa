"""A claim that does not hold ends the demo."""

import pytest

from soul_player.cli.demo.claims import Claims
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output


def test_a_claim_is_told_once_it_held(capsys: pytest.CaptureFixture[str]) -> None:
    """And counted."""
    claims = Claims(Output(Flags()))
    claims.held_that("two and two is four", seen=2 + 2, expected=4)
    assert claims.held == 1
    assert capsys.readouterr().out == "  ✓ two and two is four\n"


def test_a_claim_that_does_not_hold_is_never_told(capsys: pytest.CaptureFixture[str]) -> None:
    """It ends the demo with exit code 1, saying what was seen."""
    claims = Claims(Output(Flags()))
    with pytest.raises(CommandFailed) as caught:
        claims.held_that("two and two is five", seen=4, expected=5)
    assert caught.value.exit_code is ExitCode.FAILED
    assert "expected 5, saw 4" in caught.value.message
    assert claims.held == 0
    assert capsys.readouterr().out == ""
