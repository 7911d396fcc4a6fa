"""Other qualities than the original, made by real servers while they are heard."""

from pathlib import Path

import pytest

from soul_player.audio.ffmpeg import run_ffmpeg
from soul_player.client import Audio, Part, StreamEnded
from soul_player.protocol.quality import StreamQuality
from tests.client.playback.homes import Player, heard, player
from tests.conftest import run

LOW, HIGH, ORIGINAL = StreamQuality.LOW, StreamQuality.HIGH, StreamQuality.ORIGINAL
SAMPLE_BYTES_PER_SECOND = 48_000 * 2


def seconds_of(content: bytes, folder: Path) -> float:
    """How long a decoder finds it."""
    heard_file, decoded = folder / "heard.audio", folder / "decoded.wav"
    heard_file.write_bytes(content)
    run_ffmpeg(("-y", "-i", heard_file, "-ac", "1", "-ar", "48000", "-f", "wav", decoded))
    return (decoded.stat().st_size - 44) / SAMPLE_BYTES_PER_SECOND


def test_a_transcode_is_heard_while_it_is_made_and_begins_where_it_is_asked_to(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            player(tmp_path, servers=1) as one,
            one.client.playback.open(one.track_id, quality=LOW, part=Part(start_seconds=15.0)) as audio,
        ):
            assert (audio.quality, audio.start_seconds, audio.size_bytes) == (LOW, 15.0, None)
            assert not audio.is_seekable
            assert seconds_of(await heard(audio), tmp_path) == pytest.approx(5.0, abs=0.2)

    run(story())


@pytest.mark.parametrize("audio_format", [None, "mp3", "aac"])
def test_a_transcode_broken_off_is_gone_on_with_by_the_next_server_at_the_same_second(
    tmp_path: Path, audio_format: str | None
) -> None:
    """The files differ, the recording does not: what comes is one stream of the right length."""

    async def story() -> None:
        async with player(tmp_path, retagged=True, seconds=90.0) as one:
            got = bytearray()
            one.lines[0].cut_after, one.lines[0].cuts_left = 300_000, 99
            part = Part(audio_format=audio_format)
            async with one.client.playback.open(one.track_id, quality=LOW, part=part) as audio:
                assert audio.source_id == one.source_ids[0]
                async for piece in audio:
                    got += piece
                    if one.lines[0].cuts:
                        one.lines[0].die()
                assert audio.source_id == one.source_ids[1]
            assert seconds_of(bytes(got), tmp_path) == pytest.approx(90.0, abs=0.5)

    run(story())


def test_a_transcode_that_nobody_can_go_on_with_ends_clearly(tmp_path: Path) -> None:
    async def story() -> None:
        async with player(tmp_path, servers=1, seconds=90.0) as one:
            one.lines[0].cut_after = 300_000
            async with one.client.playback.open(one.track_id, quality=LOW) as audio:
                with pytest.raises(StreamEnded):
                    await heard_until_cut(one, audio)

    run(story())


async def heard_until_cut(one: Player, audio: Audio) -> None:
    """The server dies with its line."""
    async for _ in audio:
        if one.lines[0].cuts:
            one.lines[0].die()


def test_a_song_whose_original_is_small_enough_is_sent_as_it_is(tmp_path: Path) -> None:
    """Asked for by the line: no server encodes a file again that would only be the same size and worse."""

    async def story() -> None:
        async with player(tmp_path, servers=1, name="opus") as one:
            async with one.client.playback.open(one.track_id, quality=HIGH) as audio:
                assert audio.quality is ORIGINAL
                assert await heard(audio) == one.song
            async with one.client.playback.open(one.track_id) as audio:
                assert await heard(audio) == one.song

    run(story())
