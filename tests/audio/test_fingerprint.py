"""Fingerprints of real files: one recording in every format, trimmed and padded, sounds like itself and no other."""

import struct
from functools import cache
from pathlib import Path

import pytest

from soul_player.audio.ffmpeg import run_ffmpeg
from soul_player.audio.fingerprint import (
    FingerprintFailed,
    FingerprintTool,
    find_fingerprint_tool,
    fingerprint_file,
)
from tests.makers_audio import ENCODERS
from tests.makers_tune import tune


@cache
def tool() -> FingerprintTool:
    """The one of this machine; the package of ffmpeg brings one, so there is one wherever the tests run."""
    found = find_fingerprint_tool()
    assert found is not None
    return found


def test_the_same_tune_in_two_formats_has_nearly_the_same_words(tmp_path: Path) -> None:
    """Compression turns a few bits."""
    song = tune(tmp_path / "song.wav", 1)
    suffix, arguments = ENCODERS["mp3"]
    copy = tmp_path / f"song{suffix}"
    run_ffmpeg(("-i", song, *arguments, copy))
    words, other = (fingerprint_file(tool(), str(path).encode()) for path in (song, copy))
    assert len(words) % 4 == 0
    assert len(words) > 4 * 250
    length = min(len(words), len(other))
    wrong = (int.from_bytes(words[:length], "little") ^ int.from_bytes(other[:length], "little")).bit_count()
    assert wrong / (length * 8) < 0.1


@pytest.mark.parametrize("name", [b"-i.wav", b"a:b.wav", b"\xff\xfe.wav", "ä ö.wav".encode()])
def test_any_name_is_a_name(tmp_path: Path, name: bytes) -> None:
    """No option, no protocol, no text that must be UTF-8."""
    path = bytes(tmp_path) + b"/" + name
    short = tune(tmp_path / "plain.wav", 2).read_bytes()
    with open(path, "wb") as file:  # noqa: PTH123  # the name is bytes
        file.write(short)
    assert fingerprint_file(tool(), path) == fingerprint_file(tool(), bytes(tmp_path / "plain.wav"))


@pytest.mark.parametrize("content", [b"", b"no audio at all" * 100])
def test_what_is_no_audio_fails_with_a_reason(tmp_path: Path, content: bytes) -> None:
    """One bad file must not end the queue."""
    path = tmp_path / "bad.mp3"
    path.write_bytes(content)
    with pytest.raises(FingerprintFailed) as failed:
        fingerprint_file(tool(), bytes(path))
    assert str(failed.value)


def test_a_program_that_is_gone_fails_with_a_reason(tmp_path: Path) -> None:
    """It was there when it was looked for."""
    gone = FingerprintTool(tmp_path / "fpcalc", is_fpcalc=True)
    with pytest.raises(FingerprintFailed, match="does not start"):
        fingerprint_file(gone, b"song.wav")


def test_fpcalc_is_believed_although_it_ends_with_an_error(tmp_path: Path) -> None:
    """Version 1.5.1 ends with 3 on short files and prints a valid fingerprint; signed words are the same words."""
    program = tmp_path / "fpcalc"
    program.write_text("#!/bin/sh\necho DURATION=3\necho FINGERPRINT=1,-2,4294967295\nexit 3\n")
    program.chmod(0o755)
    words = fingerprint_file(FingerprintTool(program, is_fpcalc=True), b"song.wav")
    assert struct.unpack("<3I", words) == (1, 0xFFFFFFFE, 0xFFFFFFFF)
