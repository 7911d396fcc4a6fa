"""The acoustic fingerprint of one file: by fpcalc on PATH, else by an ffmpeg that can, else none."""

import os
import re
import shutil
import subprocess
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import imageio_ffmpeg

from soul_player.audio.ffmpeg import ONLY_MUSIC

SECONDS_MAX = 120
TIMEOUT_SECONDS = 120.0
WORD_BYTES = 4
# Two minutes are about 950 words of at most eleven characters.
OUTPUT_BYTES_MAX = 200_000

_RAW = re.compile(rb"^FINGERPRINT=([0-9,-]+)\s*$", re.MULTILINE)


class FingerprintFailed(RuntimeError):
    """The tool could make nothing of the file; the text is the end of what it said."""


@dataclass(frozen=True)
class FingerprintTool:
    """A program that makes fingerprints. Both kinds give the same words, bit by bit."""

    program: Path
    is_fpcalc: bool


def find_fingerprint_tool() -> FingerprintTool | None:
    """None: no such program is here, and the step is left out."""
    fpcalc = shutil.which("fpcalc")
    if fpcalc is not None:
        return FingerprintTool(Path(fpcalc), is_fpcalc=True)
    for program in _ffmpegs():
        if _has_chromaprint(program):
            return FingerprintTool(Path(program), is_fpcalc=False)
    return None


def fingerprint_file(tool: FingerprintTool, path: bytes) -> bytes:
    """Little-endian words of 32 bits, one a frame of 0.124 s, of the first two minutes. Raises `FingerprintFailed`.

    A file that is shorter than a frame gives no bytes.
    """
    done = _run(fingerprint_argv(tool, path))
    return read_words(tool, returncode=done.returncode, said=done.stdout, complained=done.stderr)


def fingerprint_argv(tool: FingerprintTool, path: bytes) -> list[str | bytes]:
    """The command that fingerprints the file of this name, whatever the name is."""
    if tool.is_fpcalc:
        # `--` does not end its options: a name that begins with a dash gets a folder.
        name = path if os.path.isabs(path) else os.path.join(b".", path)
        return [str(tool.program), "-raw", "-length", str(SECONDS_MAX), name]
    # `file:` keeps a name with a colon or a leading dash from being read as a protocol or an option.
    head = [str(tool.program), "-hide_banner", "-nostdin", "-loglevel", "error", *ONLY_MUSIC, "-i"]
    tail = ["-map", "0:a:0", "-t", str(SECONDS_MAX), "-f", "chromaprint", "-fp_format", "raw", "-"]
    return [*head, b"file:" + path, *tail]


def read_words(tool: FingerprintTool, *, returncode: int, said: bytes, complained: bytes) -> bytes:
    """The words in what that command printed, as `fingerprint_file` gives them. Raises `FingerprintFailed`."""
    if not tool.is_fpcalc:
        if returncode != 0:
            raise FingerprintFailed(_end_of(complained) or f"ffmpeg: {returncode}")
        return said[: len(said) // WORD_BYTES * WORD_BYTES]
    # 1.5.1 ends with 3 on short files, and prints a valid fingerprint all the same.
    found = _RAW.search(said)
    if found is None:
        raise FingerprintFailed(_end_of(complained) or f"fpcalc: {returncode}")
    words = array("I", [int(word) & 0xFFFFFFFF for word in found.group(1).split(b",") if word])
    if sys.byteorder == "big":
        words.byteswap()
    return words.tobytes()


def _run(argv: Sequence[str | bytes]) -> subprocess.CompletedProcess[bytes]:
    try:
        done = subprocess.run(argv, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise FingerprintFailed(f"no fingerprint within {TIMEOUT_SECONDS:.0f} seconds") from error
    except OSError as error:
        raise FingerprintFailed(f"{os.fsdecode(argv[0])} does not start: {error}") from error
    if len(done.stdout) > OUTPUT_BYTES_MAX:
        raise FingerprintFailed("far more came than a fingerprint of two minutes")
    return done


def _ffmpegs() -> list[str]:
    found = [shutil.which("ffmpeg")]
    try:
        found.append(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        # The package came without its program: then there is one fewer to ask.
        found.append(None)
    return [program for program in dict.fromkeys(found) if program is not None]


@lru_cache(maxsize=8)
def _has_chromaprint(program: str) -> bool:
    try:
        done = _run([program, "-hide_banner", "-muxers"])
    except FingerprintFailed:
        return False
    return any(line.split()[1:2] == [b"chromaprint"] for line in done.stdout.splitlines())


def _end_of(said: bytes) -> str:
    return said.decode(errors="replace").strip()[-500:]
