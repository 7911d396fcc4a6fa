"""A look that knows what the last one saw finds the same as one that compares everything."""

import os
import random
from pathlib import Path

import pytest

from soul_player.database.access import Row
from soul_player.folders.scan.looking import Look, look
from soul_player.folders.scan.stored import Root
from soul_player.folders.walk import walk
from tests.conftest import run


class _Store:
    """What is known of a folder, as of the last time it was taken over."""

    def __init__(self, folder: Path) -> None:
        self.root = Root(1, os.fsencode(folder), is_configured=True, confirmed_missing=None)
        self.rows: list[Row] = []
        self.asked = 0

    async def places(self) -> list[Row]:
        """Counted."""
        self.asked += 1
        return list(self.rows)

    def take_over(self) -> None:
        """Everything that is there is known."""
        files = [file for listing in walk(self.root.path) for file in listing.files]
        self.rows = [(path, *stamp, path[:16]) for path, stamp in files]

    async def look(self, before: dict[bytes, bytes]) -> Look:
        """With what the last look saw, or without."""
        return await look(self.root, self.places, before=before, full=False, told=lambda _files: None)


def _found(one: Look) -> tuple[object, ...]:
    found = one.found
    changed = [(file.path, file.stamp) for file in found.changed]
    missing = sorted(row[0] for row in found.missing)
    return sorted(found.added), sorted(changed), missing, found.images, found.files, found.left_out


def _mutate(rng: random.Random, folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    match rng.randrange(6):
        case 0:
            rng.choice(files).write_bytes(rng.randbytes(rng.randrange(1, 9)))
        case 1:
            rng.choice(files).unlink()
        case 2:
            place = folder / f"new{rng.randrange(4)}"
            place.mkdir(exist_ok=True)
            (place / f"{rng.randrange(99)}.mp3").write_bytes(b"new")
        case 3:
            path = rng.choice(files)
            path.rename(path.with_name(f"moved {path.name}"))
        case 4:
            rng.choice(files).with_name("cover.jpg").write_bytes(rng.randbytes(rng.randrange(1, 9)))
        case _:
            os.utime(rng.choice(files), ns=(1, rng.randrange(10**9)))


@pytest.mark.parametrize("seed", range(40))
def test_what_is_found_is_the_same_with_and_without_the_last_look(tmp_path: Path, seed: int) -> None:
    async def story() -> None:
        rng = random.Random(seed)
        for number in range(12):
            path = tmp_path / f"album {number % 4}" / f"disc {number % 2}" / f"{number}.mp3"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"song")
        (tmp_path / "loose.flac").write_bytes(b"song")
        store = _Store(tmp_path)
        store.take_over()
        seen = (await store.look({})).seen
        for _ in range(rng.randrange(4)):
            _mutate(rng, tmp_path)
        assert _found(await store.look(seen)) == _found(await store.look({}))

    run(story())


def test_nothing_is_read_of_the_store_while_the_disk_is_as_it_was(tmp_path: Path) -> None:
    async def story() -> None:
        for number in range(5):
            (tmp_path / f"{number}").mkdir()
            (tmp_path / f"{number}" / "song.mp3").write_bytes(b"song")
        store = _Store(tmp_path)
        store.take_over()
        first = await store.look({})
        again = await store.look(first.seen)
        assert (store.asked, first.is_news, again.is_news, again.found.files) == (1, False, False, 5)
        assert again.seen == first.seen
        # A folder that went is found by what is not there.
        (tmp_path / "3" / "song.mp3").unlink()
        (tmp_path / "3").rmdir()
        gone = await store.look(first.seen)
        assert (store.asked, [row[0] for row in gone.found.missing]) == (2, [b"3/song.mp3"])

    run(story())
