"""`soul user`: accounts, beside a running server or alone; a password comes by stdin, never as an argument."""

from pathlib import Path

from tests.cli.programs import serving, soul

PASSWORD = "correct horse battery staple\n"


def test_accounts_come_and_go(tmp_path: Path) -> None:
    """Made, listed, changed, removed."""
    assert soul("user", "add", "ann", "--admin", "--password-stdin", home=tmp_path, stdin=PASSWORD).code == 0
    added = soul("user", "add", "bob", "--password-stdin", "--json", home=tmp_path, stdin=PASSWORD)
    assert added.json()["user"]["is_admin"] is False
    listed = soul("user", "list", "--json", home=tmp_path).json()["users"]
    assert [(user["username"], user["is_admin"]) for user in listed] == [("ann", True), ("bob", False)]
    assert soul("user", "list", home=tmp_path).out.splitlines()[1].split()[:2] == ["ann", "admin"]
    assert soul("user", "passwd", "bob", "--password-stdin", home=tmp_path, stdin="another good one\n").code == 0
    assert soul("user", "remove", "bob", "--yes", home=tmp_path).code == 0
    assert len(soul("user", "list", "--json", home=tmp_path).json()["users"]) == 1


def test_what_cannot_be_done_says_why(tmp_path: Path) -> None:
    """Each with a code of its own."""
    soul("user", "add", "ann", "--admin", "--password-stdin", home=tmp_path, stdin=PASSWORD)
    cases = {
        ("add", "ANN", "--password-stdin"): (1, "user_exists"),
        ("add", "x" * 100, "--password-stdin"): (2, "invalid"),
        ("passwd", "ghost", "--password-stdin"): (3, "user_not_found"),
        ("remove", "ghost", "--yes"): (3, "user_not_found"),
        # Nobody is asked whether to remove what is not there.
        ("remove", "ghost"): (3, "user_not_found"),
        ("remove", "ann", "--yes"): (1, "last_admin"),
    }
    for arguments, expected in cases.items():
        ran = soul("user", *arguments, "--json", home=tmp_path, stdin=PASSWORD)
        assert (ran.code, ran.json()["error"]["code"]) == expected, arguments


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    """It fails, and names the flag."""
    soul("user", "add", "ann", "--password-stdin", home=tmp_path / "home", stdin=PASSWORD)
    with serving(tmp_path / "server") as server:
        for arguments, flag in (
            (("user", "add", "ann"), "--password-stdin"),
            (("user", "remove", "ann"), "--yes"),
            (("source", "add", server.url), "--username"),
            (("source", "add", server.url, "--username", "x"), "--password-stdin"),
        ):
            ran = soul(*arguments, home=tmp_path / "home")
            assert ran.code == 2, arguments
            assert flag in ran.err


def test_an_empty_or_endless_password_is_refused(tmp_path: Path) -> None:
    """stdin is read to a bound."""
    for stdin in ("", "\n", "x" * 100_000):
        ran = soul("user", "add", "ann", "--password-stdin", "--json", home=tmp_path, stdin=stdin)
        assert ran.code == 2, stdin[:10]


def test_an_account_made_beside_the_server_can_sign_in(tmp_path: Path) -> None:
    """And once removed, no longer."""
    with serving(tmp_path / "server") as server:
        assert soul("user", "add", "ann", "--password-stdin", home=server.home, stdin=PASSWORD).code == 0
        client = tmp_path / "client"
        signing_in = ("source", "add", server.url, "--username", "ann", "--password-stdin")
        assert soul(*signing_in, home=client, stdin=PASSWORD).code == 0
        assert soul("user", "remove", "ann", "--yes", home=server.home).code == 0
        ran = soul("sync", "--json", home=client)
        assert ran.code == 4
        assert ran.events()[-1]["sources"][0]["error"]["code"] == "sign_in_needed"
