"""What a player gets: the right bytes, from the best place, and from another one when that breaks off."""

import hashlib
from pathlib import Path

import pytest

from soul_player.audio.ffmpeg import run_ffmpeg
from soul_player.client import (
    Audio,
    AvailabilityStatus,
    LocalTrackId,
    NothingPlays,
    Part,
    PastTheEnd,
    StreamEnded,
    TrackNotFound,
)
from soul_player.database.access import Reader, Writer
from soul_player.protocol.quality import StreamQuality
from tests.client.clients import database_of
from tests.client.playback.homes import Player, heard, player
from tests.conftest import run

ORIGINAL = StreamQuality.ORIGINAL

PUT_FILE = """
    UPDATE track_sources
       SET status = 'local_file', path = :path
     WHERE source_id = :source_id
"""


async def put_file(library: Writer, *, path: str, source_id: int) -> None:
    """The track is a file of this device, as this source knows it."""
    await library.run(PUT_FILE, path=path, source_id=source_id)


def test_the_active_server_is_asked_first_and_the_bytes_are_the_files(tmp_path: Path) -> None:
    async def story() -> None:
        async with player(tmp_path) as one:
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                assert (audio.size_bytes, audio.first, audio.is_seekable) == (len(one.song), 0, True)
                assert (audio.source_id, audio.origin) == (one.source_ids[0], AvailabilityStatus.STREAM_ONLY)
                assert audio.etag == f'"sha256-{hashlib.sha256(one.song).hexdigest()}"'
                assert audio.content_type.startswith("audio/")
                assert await heard(audio) == one.song
                assert audio.is_whole
            assert one.lines[1].carried_bytes == 0

    run(story())


@pytest.mark.parametrize(("first", "last"), [(0, 0), (1, 1000), (500_000, None), (1_000_000, 1_000_010)])
def test_a_player_that_seeks_gets_the_part_that_it_asks_for(tmp_path: Path, first: int, last: int | None) -> None:
    async def story() -> None:
        async with player(tmp_path, servers=1) as one:
            async with one.client.playback.open(
                one.track_id, quality=ORIGINAL, part=Part(first=first, last=last)
            ) as audio:
                end = len(one.song) if last is None else last + 1
                assert (audio.first, audio.last, audio.size_bytes) == (first, end - 1, len(one.song))
                assert await heard(audio) == one.song[first:end]
            with pytest.raises(PastTheEnd) as caught:
                async with one.client.playback.open(one.track_id, quality=ORIGINAL, part=Part(first=10**9)):
                    pass
            assert caught.value.size_bytes == len(one.song)

    run(story())


@pytest.mark.parametrize("cut_after", [0, 100_000, 1_000_000])
def test_a_server_that_dies_in_mid_track_is_followed_by_the_next_at_the_same_byte(
    tmp_path: Path, cut_after: int
) -> None:
    async def story() -> None:
        async with player(tmp_path) as one:
            one.lines[0].cut_after, one.lines[0].cuts_left = cut_after, 99
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                got = bytearray()
                async for piece in audio:
                    got += piece
                    if one.lines[0].cuts:
                        one.lines[0].die()
                assert bytes(got) == one.song
                assert audio.source_id == one.source_ids[1]
            assert one.lines[1].carried_bytes < len(one.song) + 2_000

    run(story())


def test_a_line_that_is_cut_is_gone_on_with_where_it_was_cut(tmp_path: Path) -> None:
    """Also when no other source is there: nothing of the song comes twice over the line."""

    async def story() -> None:
        async with player(tmp_path, servers=1) as one:
            line = one.lines[0]
            line.cut_after, line.cuts_left = 600_000, 2
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                assert await heard(audio) == one.song
            assert line.cuts == 2

    run(story())


def test_a_server_killed_with_no_other_to_follow_is_a_clear_end(tmp_path: Path) -> None:
    async def story() -> None:
        async with player(tmp_path, servers=1) as one:
            one.lines[0].cut_after, one.lines[0].cuts_left = 600_000, 99
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                with pytest.raises(StreamEnded, match="S0") as caught:
                    await heard_until_it_dies(one, audio)
            assert not caught.value.can_continue_at_time
            with pytest.raises(NothingPlays, match="S0") as refused:
                async with one.client.playback.open(one.track_id):
                    pass
            assert [reason.source_name for reason in refused.value.reasons] == ["S0"]

    run(story())


def decoded(content: bytes, folder: Path) -> bytes:
    """What is heard of it."""
    (folder / "heard.audio").write_bytes(content)
    run_ffmpeg(("-y", "-i", folder / "heard.audio", "-ac", "1", "-f", "s16le", folder / "heard.pcm"))
    return (folder / "heard.pcm").read_bytes()


@pytest.mark.parametrize("name", ["mp3", "flac", "aac", "wav"])
def test_the_same_audio_under_other_tags_goes_on_to_the_sample(tmp_path: Path, name: str) -> None:
    """Two servers, of which one has tagged its file anew: no click, and as many bytes as the player was promised."""

    async def story() -> None:
        seconds = 20.0 if name == "wav" else 120.0
        async with player(tmp_path, name=name, seconds=seconds, retagged=True) as one:
            one.lines[0].cut_after, one.lines[0].cuts_left = len(one.song) * 2 // 3, 99
            got = bytearray()
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                async for piece in audio:
                    got += piece
                    if one.lines[0].cuts:
                        one.lines[0].die()
                assert audio.source_id == one.source_ids[1]
                assert len(got) == audio.size_bytes == len(one.song)
            assert decoded(bytes(got), tmp_path) == decoded(one.song, tmp_path)
            # Where the tags are all in front, it is the first server's file to the byte, and is kept as such.
            is_the_file = bytes(got) == one.song
            assert bool(await one.client.downloads.store.copies_of(one.track_id)) is is_the_file

    run(story())


def test_other_audio_of_the_same_recording_is_never_put_behind(tmp_path: Path) -> None:
    """A player would hear noise: it is told that the recording goes on elsewhere, by time."""

    async def story() -> None:
        async with player(tmp_path, name="wav", other_name="flac") as one:
            one.lines[0].cut_after, one.lines[0].cuts_left = 600_000, 99
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                with pytest.raises(StreamEnded) as caught:
                    await heard_until_it_dies(one, audio)
            assert caught.value.can_continue_at_time
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                assert audio.source_id == one.source_ids[1]

    run(story())


def test_a_file_of_this_device_needs_no_server(tmp_path: Path) -> None:
    async def story() -> None:
        async with player(tmp_path) as one:
            await keep_file(one, tmp_path / "kept.wav")
            for line in one.lines:
                line.die()
            async with one.client.playback.open(one.track_id, part=Part(first=10)) as audio:
                assert (audio.origin, audio.source_id) == (AvailabilityStatus.LOCAL_FILE, None)
                assert await heard(audio) == one.song[10:]
            assert not one.client.playback.is_playing()

    run(story())


@pytest.mark.parametrize("what", ["gone", "changed", "a folder"])
def test_a_file_that_is_not_what_it_was_is_passed_over_and_its_row_put_right(tmp_path: Path, what: str) -> None:
    async def story() -> None:
        async with player(tmp_path) as one:
            path = tmp_path / "kept.wav"
            await keep_file(one, path)
            path.unlink()
            if what == "changed":
                path.write_bytes(one.song[:-1])
            elif what == "a folder":
                path.mkdir()
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                assert await heard(audio) == one.song
                assert audio.origin is AvailabilityStatus.STREAM_ONLY
            rows = (await one.client.library.track_sources([one.track_id]))[one.track_id]
            assert all(row.path != str(path) for row in rows)
            # What was streamed whole is a copy now.
            assert (await one.client.library.track(one.track_id)).status is AvailabilityStatus.CACHED

    run(story())


def test_a_file_that_is_cut_short_while_it_plays_is_gone_on_with_from_a_server(tmp_path: Path) -> None:
    async def story() -> None:
        async with player(tmp_path) as one:
            path = tmp_path / "kept.wav"
            await keep_file(one, path)
            got = bytearray()
            async with one.client.playback.open(one.track_id) as audio:
                async for piece in audio:
                    got += piece
                    if len(got) < 600_000:
                        path.write_bytes(one.song[:600_000])
            assert bytes(got) == one.song

    run(story())


def test_a_track_that_nobody_knows_is_not_found(tmp_path: Path) -> None:
    async def story() -> None:
        async with player(tmp_path, servers=1) as one:
            with pytest.raises(TrackNotFound):
                async with one.client.playback.open(LocalTrackId(one.track_id + 1)):
                    pass

    run(story())


def test_one_source_alone_is_heard_or_nothing(tmp_path: Path) -> None:
    """To compare sources by ear: not the file of this device, not the active server, nor another in its place."""

    async def story() -> None:
        async with player(tmp_path, name="wav", other_name="flac") as one:
            playback = one.client.playback
            rows = (await one.client.library.track_sources([one.track_id]))[one.track_id]
            keys = {row.source_id: (row.source_id, row.remote_id) for row in rows}
            first, second = (keys[source_id] for source_id in one.source_ids)
            async with playback.open(one.track_id, quality=ORIGINAL, only=second) as audio:
                assert (audio.source_id, audio.content_type) == (one.source_ids[1], "audio/flac")
                other = await heard(audio)
            assert one.lines[0].carried_bytes == 0
            async with playback.open(one.track_id, quality=ORIGINAL, only=first) as audio:
                assert await heard(audio) == one.song != other
            # Each is a copy now, and is still the one that is asked for.
            one.restart_counts()
            for key, song in ((first, one.song), (second, other)):
                async with playback.open(one.track_id, only=key) as audio:
                    assert await heard(audio) == song
            assert [line.carried_bytes for line in one.lines] == [0, 0]
            with pytest.raises(TrackNotFound):
                async with playback.open(one.track_id, only=(first[0], second[1])):
                    pass

    run(story())


def test_a_source_that_is_away_is_not_replaced_where_it_alone_is_wanted(tmp_path: Path) -> None:
    async def story() -> None:
        async with player(tmp_path) as one:
            rows = (await one.client.library.track_sources([one.track_id]))[one.track_id]
            (away,) = [row for row in rows if row.source_id == one.source_ids[1]]
            one.lines[1].die()
            with pytest.raises(NothingPlays, match="S1") as caught:
                async with one.client.playback.open(one.track_id, only=(away.source_id, away.remote_id)):
                    pass
            assert [reason.source_name for reason in caught.value.reasons] == ["S1"]
            assert one.lines[0].carried_bytes == 0

    run(story())


def test_what_a_listener_waits_for_goes_before_downloads(tmp_path: Path) -> None:
    async def story() -> None:
        async with player(tmp_path, servers=1) as one:
            assert not one.client.playback.is_playing()
            async with one.client.playback.open(one.track_id, quality=ORIGINAL) as audio:
                assert await heard(audio) == one.song
            assert one.client.playback.is_playing()
            measured = one.client.playback.bandwidth.bytes_per_second(one.source_ids[0])
            assert measured is not None
            assert measured > 100_000

    run(story())


def test_a_play_is_counted_at_the_source_that_it_came_from(tmp_path: Path) -> None:
    async def story() -> None:
        async with player(tmp_path) as one:
            session = one.client.playback.session(one.track_id, source_id=one.source_ids[1])
            for second in range(16):
                session.play_at(float(second))
            assert await session.finish()
            assert (await one.client.playlists.marks(one.track_id)).play_count == 1
            await one.client.sync.run()
            counts = [await running.server.store.database.read(_plays) for running in one.servers]
            assert counts == [0, 1]

    run(story())


async def keep_file(one: Player, path: Path) -> None:
    """The song as a file of this device."""
    write(path, one.song)
    await database_of(one.client).write(put_file, path=str(path), source_id=one.source_ids[1])


def write(path: Path, content: bytes) -> None:
    """A file."""
    path.write_bytes(content)


async def heard_until_it_dies(one: Player, audio: Audio) -> None:
    """The first server dies in mid-track."""
    async for _ in audio:
        if one.lines[0].cuts:
            one.lines[0].die()


async def _plays(store: Reader) -> int:
    row = await store.one("SELECT COALESCE(SUM(play_count), 0) FROM user_data")
    assert row is not None
    return int(row[0])
