"""Where MP3 and AAC may be cut, and how far they were heard: on what the servers' encoder really makes."""

import random
from pathlib import Path

import pytest

from soul_player.audio.ffmpeg import run_ffmpeg
from soul_player.client.playback.frames import Frames, cutter_of, format_of
from soul_player.client.playback.ogg import OggPages
from soul_player.protocol.quality import STREAM_CONTENT_TYPES, StreamFormat
from tests.makers_audio import make_audio

ENCODERS = {
    StreamFormat.MP3: ("-c:a", "libmp3lame", "-b:a", "160k", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"),
    StreamFormat.AAC: ("-c:a", "aac", "-b:a", "160k", "-f", "adts"),
}


def made(folder: Path, stream_format: StreamFormat, seconds: float, rate: int = 44_100) -> bytes:
    """As a server sends it."""
    song, target = make_audio(folder / "song", "flac", seconds=seconds), folder / f"made.{stream_format.value}"
    run_ffmpeg(("-y", "-i", song, "-ar", str(rate), *ENCODERS[stream_format], target))
    return target.read_bytes()


@pytest.mark.parametrize("rate", [44_100, 48_000, 22_050, 16_000])
@pytest.mark.parametrize("stream_format", [StreamFormat.MP3, StreamFormat.AAC])
def test_whole_frames_come_out_as_they_went_in(tmp_path: Path, stream_format: StreamFormat, rate: int) -> None:
    content = made(tmp_path, stream_format, 5.0, rate)
    for seed in range(3):
        cutter, randomness = cutter_of(STREAM_CONTENT_TYPES[stream_format]), random.Random(seed)
        got, at = b"", 0
        while at < len(content):
            size = randomness.choice([1, 3, 6, 7, 8, 400, 5_000])
            got += cutter.feed(content[at : at + size])
            at += size
        assert got == content
        assert cutter.rest() == b""
        # The encoder's own delay is in it.
        assert cutter.seconds == pytest.approx(5.0, abs=0.2)


@pytest.mark.parametrize("stream_format", [StreamFormat.MP3, StreamFormat.AAC])
def test_a_stream_cut_anywhere_and_gone_on_with_is_sound(tmp_path: Path, stream_format: StreamFormat) -> None:
    """The decoder finds the sum of both."""
    content = made(tmp_path, stream_format, 8.0)
    cutter = cutter_of(STREAM_CONTENT_TYPES[stream_format])
    front = cutter.feed(content[: len(content) * 2 // 3 + 5])
    assert cutter.seconds is not None
    joined = tmp_path / f"joined.{stream_format.value}"
    joined.write_bytes(front + content)
    run_ffmpeg(("-i", joined, "-ac", "1", "-ar", "48000", "-f", "wav", tmp_path / "out.wav"))
    seconds = ((tmp_path / "out.wav").stat().st_size - 44) / (48_000 * 2)
    assert seconds == pytest.approx(cutter.seconds + 8.0, abs=0.2)


@pytest.mark.parametrize("stream_format", [StreamFormat.MP3, StreamFormat.AAC])
def test_what_is_of_no_such_kind_passes_and_tells_no_time(tmp_path: Path, stream_format: StreamFormat) -> None:
    content = make_audio(tmp_path / "song", "flac", seconds=1.0).read_bytes()
    cutter = cutter_of(STREAM_CONTENT_TYPES[stream_format])
    assert cutter.feed(content) + cutter.rest() == content
    assert cutter.seconds is None


def test_every_format_that_servers_make_has_a_cutter() -> None:
    for stream_format, content_type in STREAM_CONTENT_TYPES.items():
        assert format_of(content_type) is stream_format
        expected = OggPages if stream_format is StreamFormat.OPUS else Frames
        assert isinstance(cutter_of(content_type), expected)
    assert format_of("audio/flac") is None
