"""Album art comes with the first track that shows it, once an album, within its own room."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from soul_player.cli.demo.albums import SONGS
from soul_player.cli.demo.music import make_with_cover
from tests.client.downloads.shelves import LONG_AGO_S, content_of, shelf, statuses
from tests.conftest import run


def two_songs_of_an_album(music: Path) -> None:
    """Each with the album's cover inside."""
    music.mkdir()
    for number, song in enumerate(SONGS[:2]):
        make_with_cover(music / f"{number}.flac", song)
        os.utime(music / f"{number}.flac", (LONG_AGO_S, LONG_AGO_S))


def test_a_picture_is_fetched_once_and_is_there_without_the_server(tmp_path: Path) -> None:
    two_songs_of_an_album(tmp_path / "music")

    async def story() -> None:
        async with shelf(tmp_path, songs=0, downloads_at_once=1) as one:
            await one.fetch()
            assert await statuses(one.client) == ["cached", "cached"]
            one.proxy.is_down = True
            pictures = one.client.downloads.store.pictures
            found = [await pictures.of(await one.track_id(song.title)) for song in SONGS[:2]]
            assert found[0] is not None
            assert found[0] == found[1]
            path, content_type = found[0]
            assert content_type == "image/jpeg"
            assert hashlib.sha256(content_of(path)).hexdigest() == path.name
            # Somebody removed the file: it is not told to be there.
            path.unlink()
            assert await pictures.of(await one.track_id(SONGS[0].title)) is None

    run(story())


def test_pictures_stay_within_their_room(tmp_path: Path) -> None:
    two_songs_of_an_album(tmp_path / "music")

    async def story() -> None:
        async with shelf(tmp_path, songs=0, picture_limit_bytes=10) as one:
            await one.fetch()
            assert await statuses(one.client) == ["cached", "cached"]
            assert list((tmp_path / "client/downloads/pictures").iterdir()) == []
            assert await one.client.downloads.store.pictures.of(await one.track_id(SONGS[0].title)) is None

    run(story())


def test_what_a_crash_left_of_pictures_is_put_right(tmp_path: Path) -> None:
    """A file without a row goes, a row without its file too; and what tracks show is brought again."""
    two_songs_of_an_album(tmp_path / "music")

    async def story() -> None:
        async with shelf(tmp_path, songs=0) as one:
            await one.fetch()
            folder = tmp_path / "client/downloads/pictures"
            (picture,) = folder.iterdir()
            content = picture.read_bytes()
            picture.unlink()
            (folder / ("0" * 64)).write_bytes(b"nobody knows of it")
            (folder / f"{picture.name}.new").write_bytes(b"half of it")
            await one.client.downloads.run(until_idle=True)
            assert [path.name for path in folder.iterdir()] == [picture.name]
            assert picture.read_bytes() == content
            found = await one.client.downloads.store.pictures.of(await one.track_id(SONGS[0].title))
            assert found == (picture, "image/jpeg")

    run(story())


def test_a_source_that_cannot_be_asked_for_pictures_is_not_asked_for_each(tmp_path: Path) -> None:
    """Until it is back: then they come, though no track does."""
    two_songs_of_an_album(tmp_path / "music")

    async def story() -> None:
        async with shelf(tmp_path, songs=0) as one:
            await one.fetch()
            pictures = one.client.downloads.store.pictures
            (picture,) = (tmp_path / "client/downloads/pictures").iterdir()
            picture.unlink()
            await pictures.reconcile()
            one.proxy.is_down = True
            await pictures.bring_missing()
            assert not picture.exists()
            one.proxy.is_down = False
            await pictures.bring_missing()
            assert picture.exists()

    run(story())


def test_more_pictures_than_are_read_at_once_are_brought_in_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing behind the first thousand would wait for the next time a source comes back."""
    monkeypatch.setattr("soul_player.client.downloads.pictures.MISSING_A_READ", 1)
    two_songs_of_an_album(tmp_path / "music")
    other = replace(SONGS[0].album, title="Another", shade=(SONGS[0].album.shade + 90) % 256)
    make_with_cover(tmp_path / "music/other.flac", replace(SONGS[0], album=other))
    os.utime(tmp_path / "music/other.flac", (LONG_AGO_S, LONG_AGO_S))

    async def story() -> None:
        async with shelf(tmp_path, songs=0) as one:
            await one.fetch()
            folder = tmp_path / "client/downloads/pictures"
            before = {path.name for path in folder.iterdir()}
            assert len(before) == 2
            for path in folder.iterdir():
                path.unlink()
            await one.client.downloads.store.pictures.reconcile()
            await one.client.downloads.store.pictures.bring_missing()
            assert {path.name for path in folder.iterdir()} == before

    run(story())
