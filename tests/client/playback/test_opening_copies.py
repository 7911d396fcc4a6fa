"""Copies on this device while they are heard: nobody takes them away, and one that is not right is put right."""

import asyncio
import sqlite3
from datetime import UTC
from pathlib import Path

import pytest

from soul_player.client import AvailabilityStatus, DownloadLimits, Wish, parse_query, query_condition
from soul_player.protocol.quality import StreamQuality
from tests.client.playback.homes import Player, heard, player
from tests.conftest import run

ORIGINAL = StreamQuality.ORIGINAL


def copies_in(one: Player) -> list[Path]:
    """The files of the cache."""
    folder = one.client.config.home / "downloads" / "copies"
    return sorted(folder.iterdir()) if folder.exists() else []


async def hear_it_whole(one: Player) -> Path:
    """It becomes an automatic copy; its file."""
    async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
        await heard(audio)
    (path,) = copies_in(one)
    return path


async def download(one: Player, *, quality: StreamQuality = ORIGINAL) -> Path:
    """Asked for by a person; its file."""
    condition = query_condition(parse_query(""), now_seconds=1_800_000_000, zone=UTC)
    await one.client.downloads.ask(Wish("everything", "", condition, quality=quality))
    await one.client.downloads.run(until_idle=True)
    (path,) = copies_in(one)
    return path


def test_a_copy_that_is_heard_is_not_evicted_before_it_was_heard(tmp_path: Path) -> None:
    """There is no room for it at all: it goes, but not under the listener."""

    async def story() -> None:
        async with player(tmp_path, servers=1) as one:
            path = await hear_it_whole(one)
            await one.client.downloads.set_limits(DownloadLimits(cache_bytes=0, free_bytes=0))
            async with one.client.playback.open(one.track_id) as audio:
                assert audio.origin is AvailabilityStatus.CACHED
                await one.client.downloads.run(until_idle=True)
                assert path.exists()
                assert await heard(audio) == one.song
            await one.client.downloads.run(until_idle=True)
            assert not path.exists()

    run(story())


@pytest.mark.parametrize("what", ["cut short", "gone"])
def test_a_copy_that_is_not_right_is_passed_over_and_fetched_again(tmp_path: Path, what: str) -> None:
    async def story() -> None:
        async with player(tmp_path, servers=1) as one:
            path = await download(one)
            if what == "gone":
                path.unlink()
            else:
                path.write_bytes(one.song[:-1])
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                assert audio.origin is AvailabilityStatus.STREAM_ONLY
                # It is wanted here: that it is missing is written down before anybody looks for it.
                (queued,) = await one.client.downloads.list()
                assert queued.task.track_id == one.track_id
                assert queued.task.is_asked
                async for _ in audio:
                    break
            await one.client.downloads.run(until_idle=True)
            assert path.read_bytes() == one.song

    run(story())


def test_a_copy_that_is_cut_short_while_it_is_heard_is_gone_on_with_from_a_server(tmp_path: Path) -> None:
    async def story() -> None:
        async with player(tmp_path, servers=1) as one:
            path = await download(one)
            got = bytearray()
            async with one.client.playback.open(one.track_id) as audio:
                async for piece in audio:
                    if not got:
                        path.write_bytes(one.song[:600_000])
                    got += piece
                assert audio.source_id == one.source_ids[0]
            assert bytes(got) == one.song
            await one.client.downloads.run(until_idle=True)
            assert path.read_bytes() == one.song

    run(story())


def test_a_quality_is_asked_of_the_line_and_not_of_a_file_that_is_here(tmp_path: Path) -> None:
    """Less than the copy has costs more than it; more is fetched while a server can give it, and else there is the
    copy."""

    async def story() -> None:
        async with player(tmp_path, servers=1) as one:
            await download(one, quality=StreamQuality.MEDIUM)
            one.restart_counts()
            for quality in (None, StreamQuality.LOW, StreamQuality.MEDIUM):
                async with one.client.playback.open(one.track_id, quality=quality) as audio:
                    assert (audio.origin, audio.quality) == (AvailabilityStatus.CACHED, StreamQuality.MEDIUM)
            assert one.lines[0].carried_bytes == 0
            for quality in (StreamQuality.HIGH, ORIGINAL):
                async with one.client.playback.open(one.track_id, quality=quality) as audio:
                    assert (audio.origin, audio.quality) == (AvailabilityStatus.STREAM_ONLY, quality)
            one.lines[0].die()
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                assert (audio.origin, audio.quality) == (AvailabilityStatus.CACHED, StreamQuality.MEDIUM)

    run(story())


def test_a_library_that_cannot_be_written_keeps_nobody_from_hearing(tmp_path: Path) -> None:
    """Another process writes for long, or the disk is full: the music begins at once."""

    async def story() -> None:
        async with player(tmp_path, servers=1) as one:
            await download(one)
            library = sqlite3.connect(one.client.config.home / "library.db", isolation_level=None)
            library.execute("BEGIN IMMEDIATE")
            async with one.client.playback.open(one.track_id) as audio:
                async with asyncio.timeout(2):
                    assert await heard(audio) == one.song
            library.execute("ROLLBACK")
            library.close()

    run(story())
