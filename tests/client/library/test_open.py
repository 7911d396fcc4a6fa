"""On a disk without any room the library can still be read, by one process, and nothing in it is lost."""

import resource
import shutil
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from soul_player.client.downloads.last_room import make_last_room
from soul_player.client.downloads.places import Places
from soul_player.client.library.download_model import TaskId
from soul_player.client.library.lock import HomeLock
from soul_player.client.library.notes import read_note, write_note
from soul_player.client.library.open import LIBRARY_FILE, open_library
from soul_player.database.errors import DatabaseFull
from tests.conftest import run


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Generator[None, None, None]:
    """No file of this process may grow: what a full disk says, but for the error's number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    usage = shutil.disk_usage("/")
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with monkeypatch.context() as patched:
        patched.setattr("soul_player.database.sqlite_errors.shutil.disk_usage", lambda _: usage._replace(free=0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, former)


async def _made(home: Path) -> None:
    async with open_library(home) as library:
        await library.write(write_note, "kept", "what was there before")


def test_what_is_there_can_be_read_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And once there is room again, everything is as it was."""

    async def story() -> None:
        await _made(tmp_path)
        with full_disk(monkeypatch):
            async with open_library(tmp_path) as library:
                assert await library.read(read_note, "kept") == "what was there before"
                with pytest.raises(DatabaseFull, match="the disk is full"):
                    await library.write(write_note, "kept", "x" * 100_000)
                assert await library.read(read_note, "kept") == "what was there before"
        async with open_library(tmp_path) as library:
            assert await library.read(read_note, "kept") == "what was there before"
            await library.write(write_note, "kept", "what came later")
            assert await library.read(read_note, "kept") == "what came later"

    run(story())


def test_what_was_committed_to_the_log_alone_is_read_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was killed leaves it there, beside the file."""

    async def story() -> None:
        home, left = tmp_path / "home", tmp_path / "left"
        await _made(home)
        async with open_library(home) as library:
            await library.write(write_note, "kept", "what was committed last")
            left.mkdir()
            for name in (LIBRARY_FILE, f"{LIBRARY_FILE}-wal"):
                shutil.copyfile(home / name, left / name)
        assert (left / f"{LIBRARY_FILE}-wal").stat().st_size > 0
        with full_disk(monkeypatch):
            async with open_library(left) as library:
                assert await library.read(read_note, "kept") == "what was committed last"
        async with open_library(left) as library:
            assert await library.read(read_note, "kept") == "what was committed last"

    run(story())


def test_a_library_that_is_not_there_yet_needs_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to read."""

    async def story() -> None:
        with full_disk(monkeypatch), pytest.raises(DatabaseFull, match="the disk is full"):
            async with open_library(tmp_path):
                pass

    run(story())


def test_beginnings_of_files_go_before_anything_else(tmp_path: Path) -> None:
    """They are fetched again; whole copies, and what is not ours, stay. Never under another process's hands."""
    places = Places.of_home(tmp_path)
    for folder in places.all_folders:
        folder.mkdir(parents=True)
    places.part(TaskId(3), "ab" * 32).write_bytes(b"x" * 700)
    (places.parts / "notes.txt").write_bytes(b"my own")
    places.copy(bytes(32)).write_bytes(b"whole")
    lock = HomeLock(tmp_path)
    assert lock.acquire()
    assert make_last_room(tmp_path) == 0
    lock.release()
    assert make_last_room(tmp_path) == 700
    assert [path.name for path in places.parts.iterdir()] == ["notes.txt"]
    assert places.copy(bytes(32)).read_bytes() == b"whole"
    assert make_last_room(tmp_path) == 0
    assert make_last_room(tmp_path / "no home") == 0


def test_room_that_was_made_opens_the_library_as_always(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then everything can be written too: more can be let go of."""

    async def story() -> None:
        await _made(tmp_path)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        asked = []

        def make_room() -> int:
            asked.append(1)
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            return 700

        with full_disk(monkeypatch):
            async with open_library(tmp_path, make_room=make_room) as library:
                await library.write(write_note, "kept", "what came later")
                assert await library.read(read_note, "kept") == "what came later"
        assert len(asked) == 1

    run(story())
