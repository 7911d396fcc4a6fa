"""One copy serves whatever has its content: across re-tagging, new ids, other sources, removal and return."""

import asyncio
import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as given_by

from soul_player.client.library.copy_links import Hashes, fit
from soul_player.protocol.quality import StreamQuality
from tests.client.downloads.shelves import LONG_AGO_S, assert_the_law, content_of, rows, shelf, statuses, write_song
from tests.conftest import run
from tests.makers_audio import make_audio, retag

ENTRY = "SELECT status, path, copy_id FROM track_sources ORDER BY id"


def test_new_tags_alone_fetch_nothing(tmp_path: Path) -> None:
    """Other bytes, the same audio: what is here goes on serving it."""

    async def story() -> None:
        song = make_audio(tmp_path / "music/tune", "flac", tags={"title": "Before"})
        os.utime(song, (LONG_AGO_S, LONG_AGO_S))
        async with shelf(tmp_path, songs=0) as one:
            await one.fetch("title:Before")
            carried = one.proxy.carried_bytes
            before = await rows(one.client, ENTRY)
            await asyncio.to_thread(retag, song, song, {"title": "After", "artist": "Somebody"})
            await one.rescan()
            await one.client.sync.run()
            await one.client.downloads.rules.evaluate()
            await one.fetch("title:After")
            assert await rows(one.client, ENTRY) == before
            assert (await statuses(one.client), one.proxy.carried_bytes) == (["cached"], carried)

    run(story())


def test_changed_audio_plays_the_old_copy_until_the_new_one_is_whole(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path) as one:
            old = one.files["song0"].read_bytes()
            await one.fetch("title:song0")
            new = write_song(one.files["song0"], 99, seconds=5.0)
            await one.rescan()
            await one.client.sync.run()
            await one.client.downloads.rules.evaluate()
            ((status, path, _),) = await rows(one.client, ENTRY)
            assert (status, content_of(path)) == ("cached", old)
            (item,) = await one.client.downloads.list()
            assert not item.task.is_asked, "it waits behind all that is not here at all"
            await one.client.downloads.run(until_idle=True)
            ((status, path, _),) = await rows(one.client, ENTRY)
            assert (status, content_of(path)) == ("cached", new)
            # The old one has nobody left.
            assert len(list((tmp_path / "client/downloads/copies").iterdir())) == 1
            await assert_the_law(one.client)

    run(story())


def test_what_the_server_has_deleted_stays_and_plays(tmp_path: Path) -> None:
    """The scan lets go of it, the feed tells of it, the copy is here all the same."""

    async def story() -> None:
        async with shelf(tmp_path, songs=2) as one:
            await one.fetch("title:song0")
            one.files["song0"].unlink()
            await one.rescan()
            await one.client.sync.run()
            ((status, path, _), (other, *_)) = await rows(one.client, ENTRY)
            assert (status, other) == ("unavailable", "stream_only")
            assert path is not None
            assert await statuses(one.client) == ["cached", "stream_only"]
            await assert_the_law(one.client)

    run(story())


def test_a_source_that_was_removed_and_added_again_finds_its_copies(tmp_path: Path) -> None:
    """In the very page that brings the rows; nothing is fetched, and what was asked for is still kept."""

    async def story() -> None:
        async with shelf(tmp_path, songs=3) as one:
            await one.fetch("title:song")
            carried = one.proxy.carried_bytes
            (source,) = await one.client.sources.list()
            await one.client.sources.remove(source.id)
            await one.client.downloads.run(until_idle=True)
            await one.client.sources.add(
                one.proxy.url, username=one.running.username, password=one.running.password, name="Again"
            )
            await one.client.sync.run()
            assert await statuses(one.client) == ["cached"] * 3
            await one.client.downloads.run(until_idle=True)
            assert one.proxy.carried_bytes == carried
            stored = await one.client.downloads.store.storage()
            assert (stored.copies, stored.automatic_bytes) == (3, 0)
            await assert_the_law(one.client)

    run(story())


def test_a_reset_of_the_feed_wipes_no_copy(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path, songs=2) as one:
            await one.fetch("title:song")
            before = await rows(one.client, ENTRY)
            await one.client.sync.run(full=True)
            assert await rows(one.client, ENTRY) == before

    run(story())


def test_two_tracks_with_the_same_bytes_share_one_copy(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "music").mkdir()
        write_song(tmp_path / "music/song0.wav", 5)
        write_song(tmp_path / "music/other.wav", 5)
        async with shelf(tmp_path) as one:
            await one.fetch("title:song0")
            assert await statuses(one.client) == ["cached", "cached"]
            assert len(one.proxy.ranges) == 1
            assert (await one.client.downloads.store.storage()).copies == 1
            await assert_the_law(one.client)

    run(story())


def test_an_original_streamed_to_its_end_is_not_fetched_again(tmp_path: Path) -> None:
    """It becomes an automatic copy; asked for, it is kept without a byte from the line."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            track_id = await one.track_id()
            async with one.client.playback.open(track_id, quality=StreamQuality.ORIGINAL) as audio:
                heard = b"".join([piece async for piece in audio])
            assert heard == one.files["song0"].read_bytes()
            assert await statuses(one.client) == ["cached"]
            stored = await one.client.downloads.store.storage()
            assert (stored.automatic_bytes, stored.kept_bytes) == (len(heard), 0)
            await one.fetch("title:song0")
            assert one.proxy.ranges == []
            assert (await one.client.downloads.store.storage()).kept_bytes == len(heard)

    run(story())


hashes = given_by.sampled_from([None, "one", "other"])


@given(hashes, hashes, hashes, hashes, given_by.sampled_from(StreamQuality))
def test_a_copy_fits_only_what_has_its_content(
    file_hash: str | None, audio_hash: str | None, copy_file: str | None, copy_audio: str | None, quality: StreamQuality
) -> None:
    """Two unknown hashes are not the same hash."""
    rank = fit(Hashes(file_hash, audio_hash), Hashes(copy_file, copy_audio), quality)
    same_file = file_hash is not None and file_hash == copy_file
    same_audio = audio_hash is not None and audio_hash == copy_audio
    assert (rank is not None) == (same_file or same_audio)
    if rank is not None:
        assert (rank <= 1) == (quality is StreamQuality.ORIGINAL)
