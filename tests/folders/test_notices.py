"""The system's word that something in a folder was written."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from soul_player.folders.notices import open_notices
from tests.conftest import run

WRITE = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('INSERT INTO t VALUES (1)'); c.commit()"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's own")


def test_writing_making_replacing_and_removing_is_told_and_reading_is_not(tmp_path: Path) -> None:
    notices = open_notices(tmp_path)
    assert notices is not None
    try:
        file = tmp_path / "client.toml"
        assert not notices.take()
        file.write_text("")
        assert notices.take()
        assert not notices.take()
        file.read_text()
        assert not notices.take()
        file.write_text("offline = true")
        assert notices.take()
        draft = tmp_path.parent / "draft"
        draft.write_text("offline = false")
        draft.replace(file)
        assert notices.take()
        file.unlink()
        assert notices.take()
    finally:
        notices.close()


def test_what_another_process_commits_to_a_database_wakes_the_loop(tmp_path: Path) -> None:
    """Also before the log was folded into the file, and without anybody reading it."""
    file = tmp_path / "library.db"
    own = sqlite3.connect(file, isolation_level=None)
    own.execute("PRAGMA journal_mode = WAL")
    own.execute("CREATE TABLE t (x)")

    async def story() -> None:
        notices = open_notices(tmp_path)
        assert notices is not None
        told = asyncio.Event()
        notices.listen(told.set)
        try:
            own.execute("SELECT * FROM t").fetchall()
            await asyncio.sleep(0.05)
            assert not told.is_set(), "reading is no news"
            await asyncio.to_thread(_write_elsewhere, file)
            async with asyncio.timeout(5.0):
                await told.wait()
            assert notices.take()
            notices.stop_listening()
            told.clear()
            own.execute("INSERT INTO t VALUES (2)")
            await asyncio.sleep(0.05)
            assert not told.is_set(), "who does not listen is left alone"
            assert notices.take(), "and finds it afterwards"
        finally:
            notices.close()

    run(story())
    own.close()


def test_a_folder_that_cannot_be_watched_is_looked_at_by_the_clock(tmp_path: Path) -> None:
    """And nothing stays open."""
    before = sorted(Path("/proc/self/fd").iterdir())
    assert open_notices(tmp_path / "gone") is None
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def _write_elsewhere(file: Path) -> None:
    subprocess.run([sys.executable, "-c", WRITE, file], check=True)
