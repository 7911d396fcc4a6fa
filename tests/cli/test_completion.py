"""`soul completion`: the shells' own completion."""

import pytest

from tests.cli.programs import soul


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(shell: str) -> None:
    """It names the program it completes."""
    ran = soul("completion", shell)
    assert ran.code == 0
    assert "_SOUL_COMPLETE" in ran.out


def test_the_script_completes_commands() -> None:
    """What the script asks when a listener presses tab."""
    ran = soul(_SOUL_COMPLETE="bash_complete", COMP_WORDS="soul se", COMP_CWORD="1")
    assert {line.partition(",")[2] for line in ran.out.splitlines()} == {"search", "serve"}
