"""Whatever a file system takes, and wherever a write begins and ends, the bytes in the file are those that came."""

import errno
import fcntl
import os
import random
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.downloads.writing import (
    BLOCK_BYTES,
    DIRECT_BYTES_MIN,
    STAGE_BYTES,
    FileWriter,
    Piece,
    cut_at_block,
)

MODULE = "soul_player.client.downloads.writing"
_SIZES = st.one_of(
    st.integers(0, 9_000),
    st.integers(DIRECT_BYTES_MIN - 5_000, DIRECT_BYTES_MIN + 5_000),
    st.integers(STAGE_BYTES - 5_000, STAGE_BYTES + 70_000),
)


def _bytes(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


@settings(max_examples=40, deadline=None)
@given(batches=st.lists(st.lists(_SIZES, min_size=1, max_size=4), min_size=1, max_size=3), seed=st.integers(0, 1_000))
def test_all_pieces_land_in_their_order(
    batches: list[list[int]], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Runs of blocks, odd beginnings as after a resume, odd ends, and more than fits into the stage."""
    path = tmp_path_factory.mktemp("writing") / "file"
    writer, expected = FileWriter(), b""
    for batch in batches:
        # Opened anew each time, as a part that goes on is.
        with path.open("ab", buffering=0) as file:
            pieces = [_bytes(size, seed + number) for number, size in enumerate(batch)]
            cached = writer.append(file, [memoryview(piece) if seed % 2 else piece for piece in pieces])
            assert 0 <= cached <= sum(batch)
        expected += b"".join(pieces)
        assert path.read_bytes() == expected


def test_whole_blocks_do_not_wait_for_a_sync(tmp_path: Path) -> None:
    """Where the file system has such writes; the odd bytes at both ends do. Elsewhere everything does."""
    path = tmp_path / "file"
    with path.open("ab", buffering=0) as file:
        assert FileWriter().append(file, [_bytes(100, 0)]) == 100
        cached = FileWriter().append(file, [_bytes(3 * STAGE_BYTES, 1)])
        assert cached == (BLOCK_BYTES if _has_direct(tmp_path) else 3 * STAGE_BYTES)
        assert path.stat().st_size == 100 + 3 * STAGE_BYTES


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
    writer, content = FileWriter(), _bytes(2 * STAGE_BYTES + 5, 2)
    with (tmp_path / "file").open("ab", buffering=0) as file:
        assert writer.append(file, [content]) == len(content)
        assert writer.append(file, [content]) == len(content)
    assert (tmp_path / "file").read_bytes() == content * 2
    assert refusing.refused == 1


def test_a_write_that_lands_in_part_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk says then whether it is full."""
    monkeypatch.setattr(f"{MODULE}.os", Writes(count=5 * BLOCK_BYTES + 7))
    content = _bytes(2 * STAGE_BYTES, 3)
    with (tmp_path / "file").open("ab", buffering=0) as file:
        FileWriter().append(file, [content])
    assert (tmp_path / "file").read_bytes() == content


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no refusal of such writes."""
    monkeypatch.setattr(f"{MODULE}.os", Writes(error=errno.ENOSPC))
    with (tmp_path / "full").open("ab", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        FileWriter().append(file, [_bytes(STAGE_BYTES, 4)])


def test_several_threads_write_side_by_side(tmp_path: Path) -> None:
    """The memory between is one thread's at a time."""
    writer = FileWriter()
    contents = [_bytes(3 * STAGE_BYTES + number, number) for number in range(4)]

    def write(number: int) -> None:
        with (tmp_path / str(number)).open("ab", buffering=0) as file:
            for at in range(0, len(contents[number]), 300_000):
                writer.append(file, [contents[number][at : at + 300_000]])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [(tmp_path / str(number)).read_bytes() for number in range(4)] == contents


@settings(deadline=None)
@given(sizes=st.lists(st.integers(1, 10_000), min_size=1, max_size=4), before=st.integers(0, 10_000))
def test_a_batch_ends_at_a_block_if_its_last_piece_reaches_one(sizes: list[int], before: int) -> None:
    pieces: list[Piece] = [_bytes(size, number) for number, size in enumerate(sizes)]
    end = before + sum(sizes)
    whole, rest = cut_at_block(pieces, end)
    assert b"".join([*whole, *rest]) == b"".join(pieces)
    if rest:
        assert (end - sum(map(len, rest))) % BLOCK_BYTES == 0
        assert len(rest[0]) < BLOCK_BYTES
    else:
        assert end % BLOCK_BYTES == 0 or end % BLOCK_BYTES >= sizes[-1]


def _has_direct(folder: Path) -> bool:
    try:
        os.close(os.open(folder / "probe", os.O_WRONLY | os.O_CREAT | os.O_DIRECT))
    except OSError:
        return False
    return True
