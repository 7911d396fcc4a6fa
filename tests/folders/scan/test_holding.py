"""Absence is not deletion: no fault of a disk may empty a library."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.folders.scan.holding import RootCount, must_hold
from soul_player.protocol.scan import ScanState
from soul_player.server.scanner.scan import NothingHeld
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.makers_scan import Scanned, scanned


@given(
    known=st.integers(0, 500),
    missing_share=st.floats(0, 1),
    files=st.integers(0, 500),
    is_configured=st.booleans(),
    is_listed=st.booleans(),
)
def test_what_may_go_without_asking(
    known: int, missing_share: float, files: int, is_configured: bool, is_listed: bool
) -> None:
    """Only from a root that is there, not empty, and at most a fifth of it where that is a number to speak of."""
    missing = round(known * missing_share)
    count = RootCount(known, files, missing, is_configured=is_configured, is_listed=is_listed)
    if not must_hold(count) and missing:
        assert is_configured
        assert is_listed
        assert files > 0
        assert known < 50 or missing <= 0.2 * known
    confirmed = RootCount(known, files, missing, is_configured, is_listed, confirmed_missing=missing)
    assert not must_hold(confirmed)
    if missing > 1 and must_hold(count):
        too_few = RootCount(known, files, missing, is_configured, is_listed, confirmed_missing=missing - 1)
        assert must_hold(too_few), "more than what was confirmed is held anew"


def many(music: Path, count: int) -> Path:
    """So many different files, in folders of ten (each a real wav, its last sample its own)."""
    song = make_audio(music / "original", "wav", seconds=0.1).read_bytes()
    (music / "original.wav").unlink()
    for number in range(count):
        path = music / f"{number // 10:02d}" / f"{number:03d}.wav"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(song[:-4] + number.to_bytes(4, "little"))
    return music


async def holds(library: Scanned, music: Path, missing: int) -> None:
    status = library.scanner.status()
    assert (status.state, status.code) == (ScanState.HELD, "mass_deletion_held")
    assert (status.root, status.missing) == (str(music), missing)
    assert await library.deleted() == set()


@pytest.mark.parametrize("fault", ["unmounted", "emptied", "another file is there"])
def test_a_root_that_is_away_retires_nothing(tmp_path: Path, store_url: str, fault: str) -> None:
    """Three tracks or three million: when the disk is away the library stays, and heals when it is back."""

    async def body() -> None:
        music = many(tmp_path / "music", 3)
        async with scanned(store_url, music) as library:
            await library.scan()
            tracks, head = await library.tracks(), await library.head()
            music.rename(tmp_path / "away")
            if fault != "unmounted":
                music.mkdir()
            if fault == "another file is there":
                (music / "MOUNT_ME.txt").write_text("not mounted")
            assert (await library.scan()).removed == 0
            await holds(library, music, 3)
            shutil.rmtree(music, ignore_errors=True)
            (tmp_path / "away").rename(music)
            await library.scan()
            assert library.scanner.status().state is ScanState.IDLE
            assert (await library.tracks(), await library.head()) == (tracks, head)

    run(body())


def test_a_fifth_goes_a_file_more_is_held(tmp_path: Path, store_url: str) -> None:
    """People do tidy up: twelve of sixty are no catastrophe. Thirteen may be one."""

    async def body() -> None:
        for name, goes in (("twelve", 12), ("thirteen", 13)):
            music = many(tmp_path / name, 60)
            async with scanned(store_url, music, tmp_path / "twelve") as library:
                await library.scan()
                for path in sorted(music.rglob("*.wav"))[:goes]:
                    path.unlink()
                assert (await library.scan()).removed == (12 if goes == 12 else 0)
                assert (library.scanner.status().state is ScanState.HELD) == (goes == 13)

    run(body())


def test_more_than_what_was_confirmed_is_held_anew(tmp_path: Path, store_url: str) -> None:
    """Between the question and the answer the disk may have lost more."""

    async def body() -> None:
        music = many(tmp_path / "music", 60)
        async with scanned(store_url, music) as library:
            await library.scan()
            ids = await library.ids()
            shutil.rmtree(music / "00")
            for number in range(3):
                (music / "01" / f"01{number}.wav").unlink()
            assert (await library.scan()).removed == 0
            await holds(library, music, 13)
            with pytest.raises(NothingHeld):
                await library.scanner.confirm(str(tmp_path), 13)
            await library.scanner.confirm(str(music), 13)
            (music / "01" / "013.wav").unlink()
            assert (await library.scan()).removed == 0
            await holds(library, music, 14)
            assert (await library.scan()).removed == 0, "the old answer is used up"
            await library.scanner.confirm(str(music), 14)
            assert (await library.scan()).removed == 14
            assert library.scanner.status().state is ScanState.IDLE
            assert len(await library.ids()) == 46
            assert await library.deleted() == set(ids.values()) - set((await library.ids()).values())

    run(body())


def test_what_moved_is_not_missing(tmp_path: Path, store_url: str) -> None:
    """Renaming the folder of everything is no mass deletion."""

    async def body() -> None:
        music = many(tmp_path / "music", 60)
        async with scanned(store_url, music) as library:
            await library.scan()
            for folder in sorted(music.iterdir()):
                folder.rename(music / f"renamed {folder.name}")
            summary = await library.scan()
            assert (summary.moved, summary.removed, summary.added) == (60, 0, 0)
            assert library.scanner.status().state is ScanState.IDLE

    run(body())


def test_a_root_taken_out_of_the_settings_waits_for_a_person(tmp_path: Path, store_url: str) -> None:
    """A typing mistake in the settings must not delete a library; its files under another root are found again."""

    async def body() -> None:
        music, other = many(tmp_path / "music", 4), many(tmp_path / "other", 2)
        (other / "00" / "001.wav").unlink()
        async with scanned(store_url, music, other) as library:
            await library.scan()
            ids = await library.ids()
        async with scanned(store_url, music) as library:
            assert (await library.scan()).removed == 0
            await holds(library, other, 1)
        async with scanned(store_url, music, other) as library:
            summary = await library.scan()
            assert (summary.added, summary.removed) == (0, 0)
            assert library.scanner.status().state is ScanState.IDLE
        async with scanned(store_url, music) as library:
            await library.scan()
            await library.scanner.confirm(str(other), 1)
            assert (await library.scan()).removed == 1
            assert set((await library.ids()).values()) < set(ids.values()) or len(await library.ids()) == 4

    run(body())


def test_settings_that_name_the_folders_anew_keep_every_id(tmp_path: Path, store_url: str) -> None:
    """/music becomes /music/00 and /music/01: the same files, the same tracks."""

    async def body() -> None:
        music = many(tmp_path / "music", 14)
        async with scanned(store_url, music) as library:
            await library.scan()
            ids = set((await library.ids()).values())
        async with scanned(store_url, music / "00", music / "01") as library:
            summary = await library.scan()
            assert (summary.moved, summary.added, summary.removed) == (14, 0, 0)
            assert set((await library.ids()).values()) == ids
            assert library.scanner.status().state is ScanState.IDLE

    run(body())
