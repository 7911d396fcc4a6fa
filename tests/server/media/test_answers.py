"""A file on its way out, and what may come between."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from soul_player.server.media.answers import PIECE_BYTES, FileAnswer
from soul_player.server.media.files import OpenedFile, open_below
from tests.conftest import run

LENGTH = PIECE_BYTES * 4 + 17


class Listener:
    """Who takes the pieces; `after` runs once so many bytes are there."""

    def __init__(self, after: Any = None, *, at_bytes: int = PIECE_BYTES) -> None:  # a callable or None
        self.body = b""
        self.is_complete = False
        self._after = after
        self._at_bytes = at_bytes

    async def send(self, event: dict[str, Any]) -> None:
        """As uvicorn takes it."""
        self.body += bytes(event.get("body", b""))
        self.is_complete = event["type"] == "http.response.body" and not event.get("more_body", False)
        if self._after is not None and len(self.body) >= self._at_bytes:
            after, self._after = self._after, None
            await after()


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A few pieces long."""
    path = tmp_path / "song"
    path.write_bytes(os.urandom(LENGTH))
    return path


def answer(song: Path, *, first: int = 0, stalled_seconds: float = 60.0) -> tuple[FileAnswer, OpenedFile]:
    """All from `first` on."""
    file = open_below(os.fsencode(song.parent), os.fsencode(song.name))
    found = FileAnswer(
        file, status=200, headers=(), first=first, length=LENGTH - first, stalled_seconds=stalled_seconds
    )
    return found, file


def send(found: FileAnswer, listener: Listener, *, method: str = "GET", extensions: Any = None) -> None:  # ASGI's
    """Run it to its end."""

    async def receive() -> dict[str, Any]:
        raise AssertionError("nothing is received")

    run(found({"method": method, "extensions": extensions or {}}, receive, listener.send))


def is_closed(file: OpenedFile) -> bool:
    """Whether its descriptor was let go."""
    try:
        os.fstat(file.descriptor)
    except OSError:
        return True
    return False


@pytest.mark.parametrize("first", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, LENGTH - 1])
def test_the_bytes_arrive_whole_and_the_file_is_closed(song: Path, first: int) -> None:
    """From any place on."""
    found, file = answer(song, first=first)
    listener = Listener()
    send(found, listener)
    assert listener.body == song.read_bytes()[first:]
    assert listener.is_complete
    assert is_closed(file)


def test_a_file_that_is_written_to_meanwhile_is_not_sent_to_its_end(song: Path) -> None:
    """The tag promised other bytes: half an answer is better than a whole one that lies."""
    found, file = answer(song)

    async def write() -> None:
        with song.open("r+b") as other:
            other.seek(-1, os.SEEK_END)
            other.write(b"!")

    listener = Listener(write)
    send(found, listener)
    assert not listener.is_complete
    assert len(listener.body) < LENGTH
    assert is_closed(file)


def test_a_file_that_is_cut_off_meanwhile_does_not_spin(song: Path) -> None:
    """Nothing more can be read: the loop must not wait for it."""
    found, file = answer(song)

    async def truncate() -> None:
        os.truncate(song, PIECE_BYTES)

    listener = Listener(truncate)
    send(found, listener)
    assert not listener.is_complete
    assert is_closed(file)


def test_nothing_is_read_for_a_listener_who_has_gone(song: Path) -> None:
    """uvicorn takes what is sent to nobody, and drops it: the disk would be read to the end."""
    gone = [False]
    found, file = answer(song)

    async def go() -> None:
        gone[0] = True

    listener = Listener(go)
    send(found, listener, extensions={"soul_player": {"is_gone": lambda: gone[0]}})
    assert len(listener.body) == PIECE_BYTES
    assert is_closed(file)


def test_a_listener_who_takes_nothing_is_not_waited_for_for_ever(song: Path) -> None:
    """Each connection that stalls holds a file and a piece of memory."""
    found, file = answer(song, stalled_seconds=0.2)

    async def stall() -> None:
        await asyncio.sleep(60)

    listener = Listener(stall)
    send(found, listener)
    assert not listener.is_complete
    assert is_closed(file)


def test_a_cancelled_answer_closes_its_file(song: Path) -> None:
    """A server that stops cancels what is not done in time."""
    found, file = answer(song)

    async def story() -> None:
        async def stall() -> None:
            await asyncio.sleep(60)

        async def receive() -> dict[str, Any]:
            raise AssertionError("nothing is received")

        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(found({"method": "GET"}, receive, Listener(stall).send))
            await asyncio.sleep(0.05)
            sending.cancel()

    run(story())
    assert is_closed(file)


def test_head_reads_nothing(song: Path) -> None:
    """And closes the file too."""
    found, file = answer(song)
    listener = Listener()
    send(found, listener, method="HEAD")
    assert (listener.body, listener.is_complete) == (b"", True)
    assert is_closed(file)
