"""A scan tells what is new and nothing else, and costs next to nothing when nothing is."""

import os
from pathlib import Path

import pytest

from tests.conftest import run
from tests.folders.scan.test_identity import library, move_folder, retag_in_place
from tests.makers_audio import FORMATS, make_audio
from tests.makers_scan import scanned


def test_a_change_that_changes_nothing_moves_no_row(tmp_path: Path, store_url: str) -> None:
    """A touched library must not be sent to every client again."""

    async def body() -> None:
        music = library(tmp_path / "music")
        async with scanned(store_url, music) as library_:
            await library_.scan()
            tracks, head = await library_.tracks(), await library_.head()
            library_.announced.clear()
            for path in music.rglob("*.*"):
                os.utime(path, ns=(10**18, 10**18))
            summary = await library_.scan()
            assert (summary.added, summary.updated, summary.moved, summary.removed) == (0, 0, 0, 0)
            assert len(library_.readers.hashed) == 8, "a touched file is hashed anew: its bytes may be others"
            await library_.scan(full=True)
            move_folder(music)
            assert (await library_.scan()).moved == 4
            assert (await library_.tracks(), await library_.head()) == (tracks, head)
            assert library_.announced == []

    run(body())


def test_an_unchanged_file_costs_a_stat_and_no_more(tmp_path: Path, store_url: str) -> None:
    """A rescan of a large library must be nothing."""

    async def body() -> None:
        music = library(tmp_path / "music")
        async with scanned(store_url, music) as library_:
            await library_.scan()
            library_.readers.tags_read.clear()
            library_.readers.hashed.clear()
            await library_.scan()
            assert (library_.readers.tags_read, library_.readers.hashed) == ([], [])

    run(body())


@pytest.mark.parametrize("name", FORMATS)
def test_a_track_tells_what_the_file_is(tmp_path: Path, name: str) -> None:
    """What a client gets of each format, before and after the hashes are known."""

    async def body() -> None:
        music = tmp_path / "music"
        path = make_audio(music / "x", name, tags={"title": "T", "artist": "A;B", "album": "C", "genre": "Rock;Pop"})
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library_:
            await library_.scan(hashes=False)
            (track,) = (await library_.tracks()).values()
            assert (track.title, track.artists, track.genres, track.album) == ("T", ("A", "B"), ("Rock", "Pop"), "C")
            assert (track.file_size, track.file_hash, track.audio_hash) == (path.stat().st_size, None, None)
            assert track.seq == await library_.head() == 1
            await library_.scanner.hash_all()
            (hashed,) = (await library_.tracks()).values()
            assert (hashed.file_hash or "").startswith("sha256:")
            assert (hashed.audio_hash or "").startswith("v1:")
            assert hashed.seq == await library_.head() == 2

    run(body())


def test_other_tags_reach_the_client_before_the_new_hash_does(tmp_path: Path) -> None:
    """In between the old hash would be a lie about the bytes, so there is none."""

    async def body() -> None:
        music = library(tmp_path / "music")
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library_:
            await library_.scan()
            retag_in_place(music)
            summary = await library_.scan(hashes=False)
            assert summary.updated == 1
            (changed,) = [track for track in (await library_.tracks()).values() if track.title == "Another title"]
            assert (changed.file_hash, changed.audio_hash) == (None, None)
            await library_.scanner.hash_all()
            assert all(track.file_hash for track in (await library_.tracks()).values())

    run(body())
