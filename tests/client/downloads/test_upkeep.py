"""Rows and files in step, whatever happened to the files while nobody looked."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as given_by

from soul_player.client import LIBRARY_FILE
from soul_player.client.downloads.disk import Disk
from soul_player.client.downloads.upkeep import compare
from soul_player.client.library.download_model import Copy, CopyId
from soul_player.protocol.quality import StreamQuality
from tests.client.downloads.shelves import assert_the_law, downloading_client, rows, shelf, statuses
from tests.conftest import run


def copies_in(home: Path) -> list[Path]:
    """The files."""
    return sorted((home / "client/downloads/copies").iterdir())


@pytest.mark.parametrize("harm", ["removed", "cut short", "emptied"])
def test_a_copy_that_is_gone_is_missed_at_the_start_and_fetched_again(tmp_path: Path, harm: str) -> None:
    async def story() -> None:
        async with shelf(tmp_path) as one:
            await one.fetch("title:song0")
            (copy,) = copies_in(tmp_path)
            content = copy.read_bytes()
            if harm == "removed":
                copy.unlink()
            else:
                copy.write_bytes(content[: len(content) // 2] if harm == "cut short" else b"")
            await one.client.downloads.run(until_idle=True)
            assert copies_in(tmp_path) == [copy]
            assert copy.read_bytes() == content
            assert await statuses(one.client) == ["cached"]
            await assert_the_law(one.client)

    run(story())


def test_a_damaged_copy_is_found_by_reading_it_and_repaired(tmp_path: Path) -> None:
    """Same length, one bit other: only the scrub can know. The row stops saying `cached` before the file is fetched."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            await one.fetch("title:song0")
            (copy,) = copies_in(tmp_path)
            content = bytearray(copy.read_bytes())
            content[5000] ^= 1
            copy.write_bytes(content)
            assert await one.client.downloads.store.verify_all() == 1
            assert await statuses(one.client) == ["stream_only"]
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached"]
            assert await one.client.downloads.store.verify_all() == 0
            await assert_the_law(one.client)

    run(story())


def test_files_without_a_row_are_adopted_by_their_hash(tmp_path: Path) -> None:
    """A library that was lost and made anew: nothing that is here is fetched again."""

    async def story() -> None:
        async with shelf(tmp_path, songs=2) as one:
            await one.fetch("title:song")
            shelter = tmp_path / "second"
            (shelter / "downloads").mkdir(parents=True)
            for copy in copies_in(tmp_path):
                target = shelter / "downloads/copies" / copy.name
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(copy.read_bytes())
            (shelter / "downloads/copies" / ("0" * 64)).write_bytes(b"not what its name says")
            carried = one.proxy.carried_bytes
            async with downloading_client(shelter) as client:
                await client.sources.add(one.proxy.url, username=one.running.username, password=one.running.password)
                await client.sync.run()
                await client.downloads.run(until_idle=True)
                upkeep = client.downloads._upkeep
                while await upkeep.scrub_once():
                    pass
                assert await statuses(client) == ["cached"] * 2
                assert one.proxy.carried_bytes == carried
                assert len(list((shelter / "downloads/copies").iterdir())) == 2
                await assert_the_law(client)

    run(story())


class Telling(Disk):
    """Notes what was made durable, and whether a row said so already."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.synced: list[tuple[str, int]] = []

    def make_durable(self, path: Path) -> None:
        """With the number of rows at that moment."""
        super().make_durable(path)
        with closing(sqlite3.connect(self.home / LIBRARY_FILE)) as library:
            (count,) = library.execute("SELECT COUNT(*) FROM copies").fetchone()
        self.synced.append((path.name, count))


def test_a_file_without_a_row_is_durable_before_it_gets_one(tmp_path: Path) -> None:
    """The process that left it may have been killed before it came to that; the file and its name were only read."""

    async def story() -> None:
        disk = Telling(tmp_path / "client")
        name = hashlib.sha256(b"music").hexdigest()
        async with downloading_client(tmp_path / "client", disk=disk) as client:
            copies = tmp_path / "client/downloads/copies"
            copies.mkdir(parents=True)
            (copies / name).write_bytes(b"music")
            await client.downloads.run(until_idle=True)
            disk.synced.clear()
            assert await client.downloads._upkeep.scrub_once()
            assert disk.synced == [(name, 0), ("copies", 0)]
            assert await rows(client, "SELECT lower(hex(sha256)) FROM copies") == [(name,)]

    run(story())


def test_a_home_that_moved_keeps_what_it_has(tmp_path: Path) -> None:
    """The paths in the rows follow it."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            await one.fetch("title:song0")
        (tmp_path / "client").rename(tmp_path / "moved")
        async with downloading_client(tmp_path / "moved") as client:
            ((path,),) = await rows(client, "SELECT path FROM track_sources")
            assert path.startswith(str(tmp_path / "moved"))
            await assert_the_law(client)

    run(story())


names = given_by.integers(0, 9).map(lambda number: f"{number:064x}")


@given(here=given_by.dictionaries(names, given_by.integers(0, 2)), known=given_by.dictionaries(names, given_by.just(1)))
def test_comparing_finds_every_difference_and_nothing_else(here: dict[str, int], known: dict[str, int]) -> None:
    copies = [
        Copy(CopyId(number), bytes.fromhex(name), size, "audio/wav", StreamQuality.ORIGINAL, None, None, 0, 0)
        for number, (name, size) in enumerate(known.items())
    ]
    found = compare(copies, {**here, "no name of ours": 5})
    assert {copy.sha256.hex() for copy in found.lost} == {name for name in known if here.get(name) != known[name]}
    assert {orphan.sha256.hex() for orphan in found.orphans} == set(here) - set(known)
