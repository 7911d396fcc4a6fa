"""What a command says to type is what a shell reads as that name."""

import shlex

import pytest

from soul_player.client import quoted

NAMES = ("Home", "Home Server", "Ann's", 'the "big" one', "$HOME", "a\\b", "`ls`", "hé!", "", "夜")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_typed_as_one_word(name: str) -> None:
    """`soul source login Home Server` names a source that is called Home."""
    assert shlex.split(f"soul source login {quoted(name)}") == ["soul", "source", "login", name]


def test_a_plain_name_is_left_as_it_is() -> None:
    assert [quoted(name) for name in ("Home", "Home Server")] == ["Home", '"Home Server"']
