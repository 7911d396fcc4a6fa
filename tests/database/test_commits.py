"""Noticing what another connection, or another process, has committed."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from soul_player.database.commits import Commits

WRITE = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('INSERT INTO t VALUES (1)'); c.commit()"


def test_every_commit_of_anybody_is_noticed_and_nothing_else(tmp_path: Path) -> None:
    """What is rolled back, and what is only read, is no reason to look."""
    file = tmp_path / "library.db"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE t (x)")
    commits = Commits(file)
    seen = [commits.version(), commits.version()]
    other.execute("SELECT * FROM t").fetchall()
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO t VALUES (1)")
    seen.append(commits.version())
    other.execute("ROLLBACK")
    seen.append(commits.version())
    assert len(set(seen)) == 1
    other.execute("INSERT INTO t VALUES (1)")
    seen.append(commits.version())
    subprocess.run([sys.executable, "-c", WRITE, file], check=True)
    seen.append(commits.version())
    assert len(set(seen)) == 3
    commits.close()
    other.close()


def test_a_file_that_cannot_be_opened_is_no_error_of_whoever_asks(tmp_path: Path) -> None:
    """Whoever reads it next meets that, and tells it; as soon as it can be opened, commits are noticed."""
    file = tmp_path / "home" / "library.db"
    commits = Commits(file)
    assert commits.version() == 0
    file.parent.mkdir()
    assert commits.version() > 0
    commits.close()
