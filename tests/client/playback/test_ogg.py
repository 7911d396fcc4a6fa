"""Where one Ogg stream may be cut, and how far it was heard: on real Opus."""

import random
from pathlib import Path

import pytest

from soul_player.audio.ffmpeg import run_ffmpeg
from soul_player.client.playback.ogg import OggPages
from tests.makers_audio import make_audio


def feed(pages: OggPages, content: bytes, *, seed: int) -> bytes:
    """In pieces of any size."""
    randomness = random.Random(seed)
    got, at = b"", 0
    while at < len(content):
        size = randomness.choice([1, 26, 27, 28, 300, 5_000])
        got += pages.feed(content[at : at + size])
        at += size
    return got


@pytest.mark.parametrize("seed", range(5))
def test_whole_pages_come_out_as_they_went_in(tmp_path: Path, seed: int) -> None:
    content = make_audio(tmp_path / "song", "opus", seconds=7.0).read_bytes()
    pages = OggPages()
    assert feed(pages, content, seed=seed) == content
    assert pages.rest() == b""
    assert pages.seconds == pytest.approx(7.0, abs=0.05)


def test_a_stream_cut_anywhere_and_gone_on_with_is_sound(tmp_path: Path) -> None:
    """The decoder finds the sum of both, without a word about damage."""
    song = make_audio(tmp_path / "song", "opus", seconds=9.0).read_bytes()
    cut = OggPages()
    front = cut.feed(song[: len(song) * 2 // 3])
    assert cut.seconds is not None
    assert 3 < cut.seconds < 8
    chained = tmp_path / "chained.opus"
    chained.write_bytes(front + song)
    run_ffmpeg(("-i", chained, "-ac", "1", "-f", "wav", tmp_path / "out.wav"))
    seconds = ((tmp_path / "out.wav").stat().st_size - 44) / (48_000 * 2)
    assert seconds == pytest.approx(cut.seconds + 9.0, abs=0.2)


@pytest.mark.parametrize("name", ["mp3", "flac", "vorbis"])
def test_what_is_no_opus_passes_and_tells_no_time(tmp_path: Path, name: str) -> None:
    content = make_audio(tmp_path / "song", name, seconds=2.0).read_bytes()
    pages = OggPages()
    assert feed(pages, content, seed=1) + pages.rest() == content
    assert pages.seconds is None
