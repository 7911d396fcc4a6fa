"""A file that kills or holds its reader costs one process and one file."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from soul_player.folders.messages import Failed, Hashed, Picture, TagsRead
from soul_player.folders.pool import WORKER_COMMAND, WorkerPool
from tests.audio.test_artwork import picture
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.makers_bytes import hashes_of

# The real worker, but for files of certain names: crashes and hangs cannot be had of it otherwise.
DANGEROUS = """
import os, time
from soul_player.folders import read, worker
honest = read.OpenFolders.open
def open_dangerously(self, path):
    if b"crash" in path: os._exit(11)
    if b"hang" in path: time.sleep(3600)
    if b"memory" in path: bytearray(8 << 30)
    if b"noise" in path: print("a library that prints")
    return honest(self, path)
read.OpenFolders.open = open_dangerously
worker.main()
"""
COMMAND = (sys.executable, "-c", DANGEROUS)


def songs(folder: Path, *names: str) -> list[bytes]:
    for name in names:
        make_audio(folder / name, "mp3", tags={"title": name})
    return [f"{name}.mp3".encode() for name in names]


@pytest.mark.parametrize("danger", ["crash", "hang"])
def test_a_reader_that_is_lost_costs_one_file(tmp_path: Path, danger: str) -> None:
    """All others of its batch are read, and it is named."""
    paths = songs(tmp_path, "one", danger, "two")

    async def body() -> None:
        async with WorkerPool(1, command=COMMAND) as pool:
            answers = await pool.read_tags(os.fsencode(tmp_path), paths, timeout_seconds=1.5)
            titles = [answer.metadata.title if isinstance(answer, TagsRead) else answer.reason for answer in answers]
            assert titles == ["one", "reading it crashed or hung; it was given up", "two"]
            again = await pool.read_tags(os.fsencode(tmp_path), paths[:1])
            assert isinstance(again[0], TagsRead), "the pool goes on"

    run(body())


def test_memory_and_noise_do_no_harm(tmp_path: Path) -> None:
    """A file that asks for more memory than there is fails alone; what a library prints is no answer."""
    paths = songs(tmp_path, "noise", "memory", "two")

    async def body() -> None:
        async with WorkerPool(1, command=COMMAND) as pool:
            noise, memory, two = await pool.read_tags(os.fsencode(tmp_path), paths)
            assert isinstance(noise, TagsRead)
            assert isinstance(memory, Failed)
            assert "memory" in memory.reason
            assert isinstance(two, TagsRead)

    run(body())


def test_a_cancelled_question_leaves_no_answer_behind(tmp_path: Path) -> None:
    """The next one must not get the answer of the one before."""
    paths = songs(tmp_path, "hang", "one")

    async def body() -> None:
        async with WorkerPool(1, command=COMMAND) as pool:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.0):
                    await pool.read_tags(os.fsencode(tmp_path), paths[:1])
            (answer,) = await pool.read_tags(os.fsencode(tmp_path), paths[1:])
            assert isinstance(answer, TagsRead)
            assert answer.metadata.title == "one"

    run(body())


def test_files_that_cannot_be_opened_are_answers(tmp_path: Path) -> None:
    """Gone, no file, a link, a path that leads out: each is told, none is followed."""
    (path,) = songs(tmp_path / "music", "one")
    (tmp_path / "music" / "link.mp3").symlink_to(tmp_path / "music" / "one.mp3")
    (tmp_path / "music" / "folder").symlink_to(tmp_path)
    (tmp_path / "music" / "real.mp3").mkdir()
    root = os.fsencode(tmp_path / "music")
    paths = [path, b"gone.mp3", b"link.mp3", b"folder/music/one.mp3", b"../music/one.mp3", b"real.mp3"]

    async def body() -> None:
        async with WorkerPool(2, command=WORKER_COMMAND) as pool:
            answers = await pool.read_tags(root, paths)
            assert [isinstance(answer, TagsRead) for answer in answers] == [True, False, False, False, False, False]
            gone = answers[1]
            assert isinstance(gone, Failed)
            assert gone.is_gone

    run(body())


def test_hashes_and_pictures_come_from_the_same_processes(tmp_path: Path) -> None:
    """The same digests as here, and the id of the picture beside the file."""
    (path,) = songs(tmp_path, "one")
    (tmp_path / "cover.png").write_bytes(picture("red", size=(500, 400)))

    async def body() -> None:
        async with WorkerPool(1) as pool:
            (hashed,) = await pool.hash_files(os.fsencode(tmp_path), [path], size_bytes=1)
            expected = hashes_of(tmp_path / "one.mp3")
            assert isinstance(hashed, Hashed)
            assert (hashed.file_hash, hashed.audio_hash) == (expected.file, expected.audio)
            small = await pool.artwork(os.fsencode(tmp_path), path, size=100)
            whole = await pool.artwork(os.fsencode(tmp_path), path, size=None)
            assert isinstance(small, Picture)
            assert isinstance(whole, Picture)
            assert small.artwork_id == whole.artwork_id == hashed.artwork_id
            assert whole.image == (tmp_path / "cover.png").read_bytes()
            assert len(small.image) < 3000
            (tmp_path / "cover.png").unlink()
            none = await pool.artwork(os.fsencode(tmp_path), path, size=100)
            assert isinstance(none, Failed)
            assert none.is_gone

    run(body())


def test_no_process_outlives_the_pool(tmp_path: Path) -> None:
    """Nor is any started before it is needed."""
    paths = songs(tmp_path, "one")

    def children() -> set[str]:
        return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())

    async def body() -> None:
        before = children()
        pool = WorkerPool(2)
        assert children() == before
        await pool.read_tags(os.fsencode(tmp_path), paths)
        assert len(children() - before) == 1
        await pool.close()
        deadline = time.monotonic() + 5
        while children() - before and time.monotonic() < deadline:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.01)
        assert children() == before

    run(body())
