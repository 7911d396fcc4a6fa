"""What SQLite says of a file that this user may not write: not that it will be better later."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from soul_player.database.errors import DatabaseForbidden, DatabaseUnavailable
from soul_player.database.sqlite_errors import is_writable, sqlite_errors


def write(path: Path) -> None:
    """As to a file that is for reading only."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("CREATE TABLE kept (what TEXT)")


def open_at(path: Path) -> None:
    """Any statement is enough."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("SELECT * FROM sqlite_schema")


def test_a_file_of_another_user_is_told_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs these tests may be allowed everything: what the system answers them is said here."""
    path = tmp_path / "library.db"
    open_at(path)
    path.touch()
    # It may be written: what is wrong with it now may be gone in a moment, as after a restore.
    with pytest.raises(DatabaseUnavailable), sqlite_errors(path):
        write(path)
    monkeypatch.setattr("soul_player.database.sqlite_errors.os.access", lambda *_: False)
    with pytest.raises(DatabaseForbidden, match="cannot be written by this user"), sqlite_errors(path):
        write(path)


def test_what_is_no_file_is_no_library(tmp_path: Path) -> None:
    """A folder with its name can be opened at no later time."""
    path = tmp_path / "library.db"
    assert is_writable(path)
    path.mkdir()
    with pytest.raises(DatabaseForbidden), sqlite_errors(path):
        open_at(path)
