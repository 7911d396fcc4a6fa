"""Where ffmpeg is: the one on PATH, else the one that comes with imageio-ffmpeg. It is run with argv lists only."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg

# A file is what its bytes are, and these are all that music is here: nothing in it may make ffmpeg open another file or
# an address (a playlist with the name of a song would).
ONLY_MUSIC = ("-protocol_whitelist", "file,pipe", "-format_whitelist", "mp3,flac,ogg,mov,mp4,m4a,wav,aiff,aac")


class FfmpegMissing(RuntimeError):
    """No ffmpeg on this machine: what needs it cannot be done, all else can."""


class FfmpegFailed(RuntimeError):
    """ffmpeg ended with an error; the text is the end of what it said."""


def find_ffmpeg() -> Path:
    """Raises `FfmpegMissing`."""
    on_path = shutil.which("ffmpeg")
    if on_path is not None:
        return Path(on_path)
    try:
        bundled = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise FfmpegMissing("ffmpeg was found neither on PATH nor in the package imageio-ffmpeg") from error
    return Path(bundled)


def run_ffmpeg(arguments: Sequence[str | bytes | Path], *, timeout_seconds: float = 120.0) -> None:
    """Run it to its end. Raises `FfmpegFailed`; a file of the same name is overwritten."""
    argv: list[str | bytes] = [str(find_ffmpeg()), "-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
    argv += [os.fspath(argument) for argument in arguments]
    try:
        done = subprocess.run(argv, capture_output=True, timeout=timeout_seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise FfmpegFailed(f"ffmpeg did not end within {timeout_seconds:.0f} seconds") from error
    if done.returncode != 0:
        raise FfmpegFailed(done.stderr.decode(errors="replace").strip()[-2000:] or f"ffmpeg: {done.returncode}")
