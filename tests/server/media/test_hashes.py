"""The hash behind a strong tag, which must be that of the bytes that are sent."""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from soul_player.audio.source import Stamp
from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused
from soul_player.server.media.files import OpenedFile, open_below
from soul_player.server.media.hashes import SETTLED_NS, FileHashing
from tests.edges.fake_clock import FakeClock

LONG_AGO_NS = 1_000_000_000_000_000_000
LATER_MS = LONG_AGO_NS // 1_000_000 + 60_000


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A file that was written long ago."""
    path = tmp_path / "song.flac"
    path.write_bytes(b"the first bytes")
    os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))
    return path


@pytest.fixture
def hashing() -> Iterator[FileHashing]:
    """At a time long after the song was written."""
    found = FileHashing(FakeClock())
    yield found
    found.close()


def opened(song: Path) -> OpenedFile:
    """The song, open."""
    return open_below(os.fsencode(song.parent), os.fsencode(song.name))


def test_a_stored_hash_counts_while_the_file_is_the_one_that_was_hashed(song: Path, hashing: FileHashing) -> None:
    """An unchanged file costs a `stat`."""
    with opened(song) as file:
        assert hashing.known(file, stored=file.stamp, stored_hash=b"stored", stored_at_ms=LATER_MS) == b"stored"
        assert hashing.files_hashed == 0


@pytest.mark.parametrize("change", ["size_bytes", "mtime_ns", "inode"])
def test_a_stored_hash_of_another_state_does_not_count(song: Path, hashing: FileHashing, change: str) -> None:
    """Size, time and inode: any of them tells that the file was replaced."""
    with opened(song) as file:
        stamp = {"size_bytes": file.stamp.size_bytes, "mtime_ns": file.stamp.mtime_ns, "inode": file.stamp.inode}
        other = Stamp(**stamp | {change: stamp[change] + 1})
        assert hashing.known(file, stored=other, stored_hash=b"stored", stored_at_ms=LATER_MS) is None


def test_a_file_that_was_written_a_moment_ago_is_read_whatever_is_stored(song: Path) -> None:
    """Within one tick of the file system's clock a second write leaves the same time behind."""
    just_written = FileHashing(FakeClock(now_ms=(LONG_AGO_NS + SETTLED_NS) // 1_000_000))
    a_moment_later = FileHashing(FakeClock(now_ms=(LONG_AGO_NS + SETTLED_NS) // 1_000_000 + 1))
    with opened(song) as file:
        assert just_written.known(file, stored=file.stamp, stored_hash=b"stored", stored_at_ms=LATER_MS) is None
        assert a_moment_later.known(file, stored=file.stamp, stored_hash=b"stored", stored_at_ms=LATER_MS) == b"stored"


def test_a_hash_that_was_stored_too_soon_does_not_count(song: Path, hashing: FileHashing) -> None:
    """Hashed, written to within the same tick, and asked for a week later: the stored hash is of the bytes before."""
    settled_ms = (LONG_AGO_NS + SETTLED_NS) // 1_000_000
    with opened(song) as file:
        known = [
            hashing.known(file, stored=file.stamp, stored_hash=b"stored", stored_at_ms=stored_at_ms)
            for stored_at_ms in (settled_ms - 2_000, settled_ms, settled_ms + 1)
        ]
    assert known == [None, None, b"stored"]


def test_a_file_is_read_once_and_then_known(song: Path, hashing: FileHashing) -> None:
    """A player asks for one file in many ranges."""

    async def hash_twice() -> None:
        for _ in range(2):
            with opened(song) as file:
                known = hashing.known(file, stored=Stamp(0, 0, 0), stored_hash=None, stored_at_ms=LATER_MS)
                found = known if known is not None else await hashing.hash(file)
                assert found == hashlib.sha256(b"the first bytes").digest()

    asyncio.run(hash_twice())
    assert hashing.files_hashed == 1


def test_the_hash_is_of_the_descriptor_that_is_sent_not_of_the_name(song: Path, hashing: FileHashing) -> None:
    """A tagger that replaces the file meanwhile must not lend its new hash to the old bytes."""

    async def hash_replaced() -> bytes:
        with opened(song) as file:
            new = song.with_name("new.flac")
            new.write_bytes(b"other bytes!!!!")
            new.replace(song)
            return await hashing.hash(file)

    assert asyncio.run(hash_replaced()) == hashlib.sha256(b"the first bytes").digest()


def test_a_file_that_was_written_to_since_is_hashed_as_it_is_now(song: Path, hashing: FileHashing) -> None:
    """In place, as some taggers do it."""

    with opened(song) as file:
        song.write_bytes(b"longer than it was before")
        found = asyncio.run(hashing.hash(file))
        assert file.stamp.size_bytes == len(b"longer than it was before")
    assert found == hashlib.sha256(b"longer than it was before").digest()


def test_a_descriptor_that_cannot_be_read_is_an_answer_not_a_crash(song: Path, hashing: FileHashing) -> None:
    """A disk that gives errors: try again later."""
    file = opened(song)
    descriptor = os.open(song, os.O_WRONLY)
    file.close()
    file.descriptor = descriptor
    with pytest.raises(RequestRefused) as caught:
        asyncio.run(hashing.hash(file))
    file.close()
    assert caught.value.code is ProblemCode.FILE_UNREADABLE
