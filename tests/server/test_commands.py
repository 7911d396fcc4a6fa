"""What the command line does to a store, beside a running server."""

from pathlib import Path

import pytest

from soul_player.protocol.problem import ProblemCode
from soul_player.server.commands import add_account, list_accounts, remove_account, set_account_password
from soul_player.server.config import ServerConfig
from soul_player.server.errors import AccountError
from tests.server.running import PASSWORD


def test_accounts_are_made_listed_changed_and_removed(tmp_path: Path, store_url: str) -> None:
    """In an empty home, on either engine."""
    config = ServerConfig(home=tmp_path / "home", database=store_url)
    made = add_account(config, "Amber", PASSWORD, is_admin=True)
    add_account(config, "Basil", PASSWORD, is_admin=False)
    assert [(user.username, user.is_admin) for user in list_accounts(config)] == [("Amber", True), ("Basil", False)]
    assert made.id == list_accounts(config)[0].id
    set_account_password(config, "amber", "another password")
    remove_account(config, "basil")
    assert [user.username for user in list_accounts(config)] == ["Amber"]


def test_nobody_is_told_apart_from_the_last_admin(tmp_path: Path) -> None:
    """The command line's exit codes hang on it."""
    config = ServerConfig(home=tmp_path)
    add_account(config, "Amber", PASSWORD, is_admin=True)
    with pytest.raises(AccountError) as caught:
        remove_account(config, "nobody")
    assert caught.value.code is ProblemCode.USER_NOT_FOUND
    with pytest.raises(AccountError) as caught:
        set_account_password(config, "nobody", PASSWORD)
    assert caught.value.code is ProblemCode.USER_NOT_FOUND
    with pytest.raises(AccountError) as caught:
        remove_account(config, "Amber")
    assert caught.value.code is ProblemCode.LAST_ADMIN
    with pytest.raises(AccountError) as caught:
        add_account(config, "amber", PASSWORD, is_admin=False)
    assert caught.value.code is ProblemCode.USER_EXISTS
