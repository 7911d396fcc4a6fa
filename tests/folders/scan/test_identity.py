"""A track keeps its identity whatever happens to its file: plays, ratings and playlists hang on it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import run
from tests.makers_audio import make_audio, retag
from tests.makers_scan import Scanned, scanned

Step = Callable[[Path], None]


def library(folder: Path) -> Path:
    """Four songs of different lengths, one of them twice."""
    for number, name in enumerate(("mp3", "flac", "vorbis", "aac")):
        make_audio(folder / "album" / f"{number}", name, hertz=300 + number, seconds=1.0 + number / 4,
                   tags={"title": f"Song {number}", "artist": "A", "album": "B", "track": str(number + 1)})  # fmt: skip
    return folder


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.rglob(pattern)
    return found


def rename(music: Path) -> None:
    only(music, "0.mp3").rename(music / "album" / "renamed.mp3")


def move(music: Path) -> None:
    (music / "elsewhere" / "deep").mkdir(parents=True)
    only(music, "1.flac").rename(music / "elsewhere" / "deep" / "1.flac")


def move_folder(music: Path) -> None:
    (music / "album").rename(music / "album (2005)")


def retag_in_place(music: Path) -> None:
    path = only(music, "2.ogg")
    retag(path, path, {"title": "Another title", "comment": "x" * 5000})


def move_and_retag(music: Path) -> None:
    path = only(music, "1.flac")
    retag(path, music / "other.flac", {"title": "Quite another", "album": "Other", "comment": "y" * 9000})
    path.unlink()


def swap(music: Path) -> None:
    one, other = only(music, "0.mp3"), only(music, "1.flac")
    third = music / "third"
    one.rename(third)
    two = one.with_name("1.flac")
    other.rename(one)
    third.rename(two)


def swap_and_retag(music: Path) -> None:
    zero, three = only(music, "0.mp3"), only(music, "3.m4a")
    (zero_bytes, three_bytes) = (zero.read_bytes(), three.read_bytes())
    zero.unlink()
    three.unlink()
    (music / "was-zero.mp3").write_bytes(zero_bytes)
    (music / "was-three.m4a").write_bytes(three_bytes)
    retag(music / "was-zero.mp3", music / "was-zero.mp3", {"title": "z"})
    retag(music / "was-three.m4a", music / "was-three.m4a", {"title": "t"})


def copy_then_delete(music: Path) -> None:
    path = only(music, "3.m4a")
    shutil.copyfile(path, music / "copy.m4a")
    path.unlink()


def rename_over_another(music: Path) -> None:
    """What was at `0.mp3` is no more; what was at `1.flac` is there now."""
    only(music, "1.flac").rename(only(music, "0.mp3"))


KEEPS_EVERY_ID: list[Step] = [
    rename, move, move_folder, retag_in_place, move_and_retag, swap, swap_and_retag, copy_then_delete,
]  # fmt: skip


# A track that was never hashed cannot be known when it is moved and re-tagged at once: its audio is not known.
WITHOUT_HASHES = [step for step in KEEPS_EVERY_ID if step not in (move_and_retag, swap_and_retag)]
CASES = [(step, True) for step in KEEPS_EVERY_ID] + [(step, False) for step in WITHOUT_HASHES]


@pytest.mark.parametrize(("step", "hashes"), CASES, ids=lambda value: getattr(value, "__name__", f"hashed={value}"))
def test_every_track_keeps_its_id(tmp_path: Path, store_url: str, step: Step, hashes: bool) -> None:
    """Whatever people and their tools do to files between two scans."""

    async def body() -> None:
        music = library(tmp_path / "music")
        async with scanned(store_url, music) as library_:
            first = await library_.scan(hashes=hashes)
            assert (first.added, first.unreadable) == (4, ())
            before = await by_audio(library_)
            step(music)
            second = await library_.scan()
            assert (second.added, second.removed) == (0, 0), second
            after = await by_audio(library_)
            assert set(await library_.tracks()) == set(before.values() if hashes else await library_.tracks())
            if hashes:
                assert after == before
            assert await library_.deleted() == set()

    run(body())


async def by_audio(library_: Scanned) -> dict[str | None, str]:
    return {track.audio_hash: track.id for track in (await library_.tracks()).values()}


def test_never_hashed_tracks_keep_their_ids_by_stamp_and_by_tags(tmp_path: Path, store_url: str) -> None:
    """Renamed right after the first phase, or copied by a tool that gives every file a new time."""

    async def body() -> None:
        music = library(tmp_path / "music")
        async with scanned(store_url, music) as library_:
            await library_.scan(hashes=False)
            ids = await library_.ids()
            rename(music)
            copied = only(music, "1.flac")
            shutil.copyfile(copied, music / "copy.flac")
            copied.unlink()
            summary = await library_.scan(hashes=False)
            assert (summary.added, summary.moved, summary.removed) == (0, 2, 0)
            now = await library_.ids()
            assert now["album/renamed.mp3"] == ids["album/0.mp3"]
            assert now["copy.flac"] == ids["album/1.flac"]
            assert library_.readers.hashed == []

    run(body())


def test_a_file_moved_over_another_takes_its_id_along(tmp_path: Path, store_url: str) -> None:
    """The overwritten track is gone; the other one lives on in its place."""

    async def body() -> None:
        music = library(tmp_path / "music")
        async with scanned(store_url, music) as library_:
            await library_.scan()
            ids = await library_.ids()
            rename_over_another(music)
            summary = await library_.scan()
            assert (summary.added, summary.moved, summary.removed) == (0, 1, 1)
            assert (await library_.ids())["album/0.mp3"] == ids["album/1.flac"]
            assert await library_.deleted() == {ids["album/0.mp3"]}

    run(body())


def test_a_better_copy_in_the_same_place_is_the_same_track(tmp_path: Path, store_url: str) -> None:
    """Someone who replaces a rip by a better one keeps what is known of the song."""

    async def body() -> None:
        music = library(tmp_path / "music")
        async with scanned(store_url, music) as library_:
            await library_.scan()
            ids = await library_.ids()
            make_audio(only(music, "0.mp3"), "mp3", hertz=999, seconds=1.5, tags={"title": "Song 0"})
            summary = await library_.scan()
            assert (summary.added, summary.updated, summary.removed) == (0, 1, 0)
            assert await library_.ids() == ids

    run(body())


def test_moves_between_roots_keep_the_id(tmp_path: Path, store_url: str) -> None:
    """People sort new music into another folder."""

    async def body() -> None:
        music, other = library(tmp_path / "music"), tmp_path / "other"
        other.mkdir()
        make_audio(other / "anchor", "wav")
        async with scanned(store_url, music, other) as library_:
            await library_.scan()
            ids = await library_.ids()
            only(music, "2.ogg").rename(other / "2.ogg")
            summary = await library_.scan()
            assert (summary.added, summary.moved, summary.removed) == (0, 1, 0)
            assert (await library_.ids())["2.ogg"] == ids["album/2.ogg"]

    run(body())


def test_two_files_with_the_same_bytes_are_two_tracks(tmp_path: Path, store_url: str) -> None:
    """An album and a sampler may hold the same song; deleting one leaves the other, with its own id."""

    async def body() -> None:
        music = library(tmp_path / "music")
        shutil.copyfile(only(music, "0.mp3"), music / "twin.mp3")
        async with scanned(store_url, music) as library_:
            assert (await library_.scan()).added == 5
            ids = await library_.ids()
            (music / "twin.mp3").unlink()
            summary = await library_.scan()
            assert (summary.moved, summary.removed) == (0, 1)
            assert await library_.deleted() == {ids["twin.mp3"]}

    run(body())


@pytest.mark.parametrize("returns_as", ["the same bytes", "other tags", "another place"])
def test_what_comes_back_is_what_it_was(tmp_path: Path, store_url: str, returns_as: str) -> None:
    """A disk that was away, a folder restored from a backup: the same recording, the same id."""

    async def body() -> None:
        music = library(tmp_path / "music")
        async with scanned(store_url, music) as library_:
            await library_.scan()
            ids = await library_.ids()
            path = only(music, "1.flac")
            kept = tmp_path / "kept.flac"
            path.rename(kept)
            assert (await library_.scan()).removed == 1
            assert await library_.deleted() == {ids["album/1.flac"]}
            if returns_as == "other tags":
                retag(kept, kept, {"title": "back", "comment": "z" * 3000})
            shutil.copyfile(kept, music / "back.flac" if returns_as == "another place" else path)
            summary = await library_.scan()
            assert (summary.added, summary.moved) == (1, 0)
            assert set((await library_.ids()).values()) == set(ids.values())
            assert await library_.deleted() == set()

    run(body())


def test_of_two_deleted_twins_the_one_of_the_same_place_returns(tmp_path: Path, store_url: str) -> None:
    """Same path first, then the latest (protocol, section 3)."""

    async def body() -> None:
        music = library(tmp_path / "music")
        song = only(music, "0.mp3").read_bytes()
        for name in ("a", "b", "c"):
            (music / f"{name}.mp3").write_bytes(song)
        async with scanned(store_url, music) as library_:
            await library_.scan()
            ids = await library_.ids()
            for name in ("b", "a", "c"):
                (music / f"{name}.mp3").unlink()
                await library_.scan()
            (music / "b.mp3").write_bytes(song)
            await library_.scan()
            assert (await library_.ids())["b.mp3"] == ids["b.mp3"]
            (music / "new.mp3").write_bytes(song)
            await library_.scan()
            assert (await library_.ids())["new.mp3"] == ids["c.mp3"]

    run(body())
