"""Whatever a file system takes, and wherever a write begins and ends, the bytes in the file are those that came."""

import errno
import fcntl
import mmap
import os
import random
import threading
import weakref
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.downloads.writing import (
    BLOCK_BYTES,
    DIRECT_BYTES_MIN,
    MEMORY_BYTES,
    FileWriter,
    Memories,
    Piece,
)

MODULE = "soul_player.client.downloads.writing"
_SIZES = st.one_of(
    st.integers(0, 9_000),
    st.integers(DIRECT_BYTES_MIN - 5_000, DIRECT_BYTES_MIN + 5_000),
    st.integers(MEMORY_BYTES - 5_000, MEMORY_BYTES),
)


def _bytes(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def _lent(content: bytes, *, at: int = 0) -> memoryview:
    """In memory that begins at a block's border, from byte `at` of it on."""
    memory = memoryview(mmap.mmap(-1, at + len(content) + 1))
    memory[at : at + len(content)] = content
    return memory[at : at + len(content)]


@settings(max_examples=40, deadline=None)
@given(
    batches=st.lists(st.tuples(_SIZES, st.sampled_from(["in step", "anywhere", "bytes"])), min_size=1, max_size=5),
    seed=st.integers(0, 1_000),
)
def test_all_pieces_land_in_their_order(
    batches: list[tuple[int, str]], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Blocks that lie in memory as they will on the disk or elsewhere, odd beginnings as after a resume, odd ends."""
    path = tmp_path_factory.mktemp("writing") / "file"
    writer, expected = FileWriter(), b""
    for number, (size, where) in enumerate(batches):
        content = _bytes(size, seed + number)
        begin = len(expected) % BLOCK_BYTES if where == "in step" else (seed + number) % BLOCK_BYTES
        piece: Piece = content if where == "bytes" else _lent(content, at=begin)
        # Opened anew each time, as a part that goes on is.
        with path.open("ab", buffering=0) as file:
            assert 0 <= writer.append(file, [piece]) <= size
        expected += content
        assert path.read_bytes() == expected


def test_whole_blocks_do_not_wait_for_a_sync(tmp_path: Path) -> None:
    """Where the file system has such writes; the odd bytes at both ends do. Elsewhere everything does."""
    path = tmp_path / "file"
    with path.open("ab", buffering=0) as file:
        assert FileWriter().append(file, [_bytes(100, 0)]) == 100
        cached = FileWriter().append(file, [_lent(_bytes(MEMORY_BYTES, 1), at=100)])
        assert cached == (BLOCK_BYTES if _has_direct(tmp_path) else MEMORY_BYTES)
        assert path.stat().st_size == 100 + MEMORY_BYTES


@pytest.mark.parametrize("at", [0, 99])
def test_what_begins_elsewhere_is_an_ordinary_write(tmp_path: Path, at: int) -> None:
    """And no reason to believe that the file system has no others."""
    writer = FileWriter()
    with (tmp_path / "file").open("ab", buffering=0) as file:
        assert writer.append(file, [_bytes(100, 0)]) == 100
        assert writer.append(file, [_lent(_bytes(MEMORY_BYTES, 1), at=at)]) == MEMORY_BYTES
        cached = writer.append(file, [_lent(_bytes(MEMORY_BYTES, 1), at=100)])
        assert cached == (BLOCK_BYTES if _has_direct(tmp_path) else MEMORY_BYTES)


class RefusesFlag:
    """A file system that has no such writes, and says so when they are asked for."""

    F_GETFL, F_SETFL = fcntl.F_GETFL, fcntl.F_SETFL

    def __init__(self) -> None:
        self.refused = 0

    def fcntl(self, descriptor: int, act: int, value: int = 0) -> int:
        """Everything else."""
        if value & os.O_DIRECT:
            self.refused += 1
            raise OSError(errno.EINVAL, "Invalid argument")
        return fcntl.fcntl(descriptor, act, value)


class Writes:
    """`os`, whose writes land by `count` bytes at most, or fail."""

    def __init__(self, *, count: int = 0, error: int = 0) -> None:
        self._count = count
        self._error = error
        self.refused = 0

    def write(self, descriptor: int, block: memoryview) -> int:
        """Some of it."""
        if self._error:
            self.refused += 1
            raise OSError(self._error, os.strerror(self._error))
        return os.write(descriptor, block[: self._count])


@pytest.mark.parametrize("name", ["fcntl", "os"])
def test_a_file_system_without_such_writes_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Some refuse the flag, some the first write."""
    refusing = RefusesFlag() if name == "fcntl" else Writes(error=errno.EINVAL)
    monkeypatch.setattr(f"{MODULE}.{name}", refusing)
    writer, content = FileWriter(), _bytes(2 * MEMORY_BYTES, 2)
    with (tmp_path / "file").open("ab", buffering=0) as file:
        assert writer.append(file, [_lent(content)]) == len(content)
        assert writer.append(file, [_lent(content)]) == len(content)
    assert (tmp_path / "file").read_bytes() == content * 2
    assert refusing.refused == 1


def test_a_write_that_lands_in_part_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk says then whether it is full."""
    monkeypatch.setattr(f"{MODULE}.os", Writes(count=5 * BLOCK_BYTES + 7))
    content = _bytes(2 * MEMORY_BYTES, 3)
    with (tmp_path / "file").open("ab", buffering=0) as file:
        FileWriter().append(file, [_lent(content)])
    assert (tmp_path / "file").read_bytes() == content


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no refusal of such writes."""
    monkeypatch.setattr(f"{MODULE}.os", Writes(error=errno.ENOSPC))
    with (tmp_path / "full").open("ab", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        FileWriter().append(file, [_lent(_bytes(MEMORY_BYTES, 4))])


def test_several_threads_write_side_by_side(tmp_path: Path) -> None:
    """What one file system was found to have or not is known to all of them."""
    writer = FileWriter()
    contents = [_bytes(3 * MEMORY_BYTES + number, number) for number in range(4)]

    def write(number: int) -> None:
        with (tmp_path / str(number)).open("ab", buffering=0) as file:
            for at in range(0, len(contents[number]), MEMORY_BYTES):
                writer.append(file, [_lent(contents[number][at : at + MEMORY_BYTES])])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [(tmp_path / str(number)).read_bytes() for number in range(4)] == contents


def test_memory_is_lent_again_while_anybody_receives_and_kept_no_longer() -> None:
    """A client at rest has none of it."""
    memories = Memories()
    with memories.lending() as outer:
        first = outer()
        with memories.lending() as inner:
            second = inner()
            assert second is not first
            gone = weakref.ref(second.obj)
        del second
        assert gone() is not None
        with memories.lending() as inner:
            assert inner().obj is gone()
            assert inner().obj is not gone()
        assert len(outer()) == MEMORY_BYTES
    del first
    assert gone() is None


def _has_direct(folder: Path) -> bool:
    try:
        os.close(os.open(folder / "probe", os.O_WRONLY | os.O_CREAT | os.O_DIRECT))
    except OSError:
        return False
    return True
