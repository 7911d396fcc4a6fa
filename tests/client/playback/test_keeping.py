"""What was heard whole is kept, if it is what it should be; and what was not leaves nothing behind."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from soul_player.client.library.model import TrackSource
from soul_player.client.playback.keeping import Keeping, original_hash
from tests.client.playback.test_choose import row
from tests.conftest import run

CONTENT = os.urandom(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Shelf:
    """Takes files over, as downloads do."""

    taken: list[tuple[str, bytes]] = field(default_factory=list)

    async def adopt(self, row: TrackSource, streamed: Path, *, sha256: str) -> None:
        """Moves it away."""
        self.taken.append((sha256, taken_away(streamed)))


def taken_away(path: Path) -> bytes:
    """What it held."""
    content = path.read_bytes()
    path.unlink()
    return content


def names_in(folder: Path) -> list[str]:
    """What is there."""
    return sorted(path.name for path in folder.iterdir())


async def stream(folder: Path, shelf: Shelf, content: bytes, *, sha256: str = SHA256) -> bool:
    """In pieces, then offered."""
    keeping = Keeping(row(1), folder / "a.part", sha256=sha256, size_bytes=len(CONTENT))
    try:
        for at in range(0, len(content), 70_000):
            await keeping.write(content[at : at + 70_000])
        return await keeping.keep(shelf.adopt)
    finally:
        await keeping.close()


def test_the_whole_is_offered_once_it_is_verified(tmp_path: Path) -> None:
    async def story() -> None:
        shelf = Shelf()
        assert await stream(tmp_path / "new", shelf, CONTENT)
        assert shelf.taken == [(SHA256, CONTENT)]
        assert names_in(tmp_path / "new") == []

    run(story())


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"x", CONTENT[:-1] + b"\0\1", b""])
def test_anything_else_is_thrown_away(tmp_path: Path, content: bytes) -> None:
    async def story() -> None:
        shelf = Shelf()
        assert not await stream(tmp_path, shelf, content)
        assert shelf.taken == []
        assert names_in(tmp_path) == []

    run(story())


def test_a_disk_that_cannot_be_written_ends_the_keeping_and_not_the_music(tmp_path: Path) -> None:
    async def story() -> None:
        shelf = Shelf()
        # A file stands where the folder should be.
        (tmp_path / "blocked").write_bytes(b"")
        assert not await stream(tmp_path / "blocked" / "below", shelf, CONTENT)
        assert shelf.taken == []

    run(story())


def test_the_servers_tag_and_the_library_must_agree() -> None:
    """A file replaced at the server is not kept under the name of the one before it."""
    known = row(1, file_hash=f"sha256:{SHA256}")
    other = f'"sha256-{"0" * 64}"'
    assert original_hash(known, f'"sha256-{SHA256}"') == SHA256
    assert original_hash(known, None) == SHA256
    assert original_hash(row(1), other) == "0" * 64
    assert original_hash(known, other) is None
    assert original_hash(row(1), None) is None
