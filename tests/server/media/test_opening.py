"""A disk that does not answer costs one request, and no descriptor."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused
from soul_player.server.media.files import OpenedFile, open_below
from soul_player.server.media.opening import FileOpening
from tests.conftest import run


class SlowDisk:
    """Opens a file only once it is let."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.opened: list[OpenedFile] = []

    def open(self, root: bytes, path: bytes) -> OpenedFile:
        """As a network file system does that has lost its server."""
        assert self.answers.wait(30)
        self.opened.append(open_below(root, path))
        return self.opened[-1]


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A file."""
    (tmp_path / "song").write_bytes(b"song")
    return tmp_path / "song"


async def is_closed_soon(disk: SlowDisk) -> bool:
    """Whether the file that nobody waits for any more is let go."""
    for _ in range(500):
        await asyncio.sleep(0.01)
        if disk.opened:
            try:
                os.fstat(disk.opened[0].descriptor)
            except OSError:
                return True
    return False


def test_a_file_is_opened(song: Path) -> None:
    """The common case."""

    async def story() -> None:
        opening = FileOpening()
        with await opening.open(os.fsencode(song.parent), b"song") as file:
            assert os.pread(file.descriptor, 9, 0) == b"song"
        with pytest.raises(RequestRefused) as caught:
            await opening.open(os.fsencode(song.parent), b"other")
        assert caught.value.code is ProblemCode.TRACK_GONE
        opening.close()

    run(story())


def test_a_disk_that_does_not_answer_is_not_waited_for(song: Path) -> None:
    """503: the client comes back. What the thread opens in the end is closed."""
    disk = SlowDisk()

    async def story() -> None:
        opening = FileOpening(opener=disk.open, seconds=0.05)
        with pytest.raises(RequestRefused) as caught:
            await opening.open(os.fsencode(song.parent), b"song")
        assert caught.value.code is ProblemCode.FILE_UNREADABLE
        disk.answers.set()
        assert await is_closed_soon(disk)
        opening.close()

    run(story())


def test_a_request_that_is_cancelled_meanwhile_leaves_no_file_open(song: Path) -> None:
    """A client that gave up, or a server that stops."""
    disk = SlowDisk()

    async def story() -> None:
        opening = FileOpening(opener=disk.open)
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(opening.open(os.fsencode(song.parent), b"song"))
            await asyncio.sleep(0.05)
            asking.cancel()
        disk.answers.set()
        assert await is_closed_soon(disk)
        opening.close()

    run(story())
