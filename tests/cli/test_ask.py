"""Asking: at a terminal a secret is not shown, and only a yes is a yes."""

import os
import pty
import subprocess
from pathlib import Path

from tests.cli.programs import SOUL, environment, soul


def at_terminal(home: Path, *arguments: str, answers: str) -> tuple[int, str]:
    """Run a command at a terminal, typing these answers; its exit code and what the terminal showed."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [SOUL, "--home", home, *arguments], stdin=follower, stdout=follower, stderr=follower, env=environment(),
        start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    shown = ""
    for answer in answers.splitlines():
        # One answer a question, as people do: what is typed before a prompt for a password is thrown away.
        while not shown.rstrip(" ").endswith((":", "[y/N]")):
            shown += os.read(leader, 4096).decode()
        os.write(leader, (answer + "\n").encode())
        shown += "\n"
    code = process.wait(timeout=30)
    shown += os.read(leader, 65536).decode()
    os.close(leader)
    return code, shown


def names(home: Path) -> list[str]:
    """Of the accounts."""
    return [user["username"] for user in soul("user", "list", "--json", home=home).json()["users"]]


def test_a_password_is_asked_twice_and_never_shown(tmp_path: Path) -> None:
    """Whoever looks over a shoulder sees nothing."""
    secret = "correct horse battery"
    code, shown = at_terminal(tmp_path, "user", "add", "ann", answers=f"{secret}\n{secret}\n")
    assert (code, names(tmp_path)) == (0, ["ann"]), shown
    assert secret not in shown


def test_two_passwords_that_differ_change_nothing(tmp_path: Path) -> None:
    """A typing error must not lock anyone out."""
    code, shown = at_terminal(tmp_path, "user", "add", "ann", answers="correct horse battery\nanother horse\n")
    assert (code, names(tmp_path)) == (1, [])
    assert "do not match" in shown


def test_only_a_yes_is_a_yes(tmp_path: Path) -> None:
    """Enter alone is a no."""
    for name in ("ann", "bob"):
        add = ("user", "add", name, "--admin", "--password-stdin")
        assert soul(*add, home=tmp_path, stdin="correct horse battery\n").code == 0
    code, _ = at_terminal(tmp_path, "user", "remove", "bob", answers=" \n")
    assert (code, names(tmp_path)) == (1, ["ann", "bob"])
    code, _ = at_terminal(tmp_path, "user", "remove", "bob", answers="y\n")
    assert (code, names(tmp_path)) == (0, ["ann"])


def test_the_end_of_the_input_is_no_password(tmp_path: Path) -> None:
    """Ctrl-D at the prompt."""
    code, shown = at_terminal(tmp_path, "user", "add", "ann", answers="\x04")
    assert (code, names(tmp_path)) == (1, [])
    assert "no password was given" in shown
