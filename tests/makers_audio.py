"""Real, encoded audio for tests: made by ffmpeg once a session, then copied."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from soul_player.audio.ffmpeg import run_ffmpeg

# Suffix and encoder arguments of every format that the scanner reads. `bitexact` keeps versions out of the files.
ENCODERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "mp3": (".mp3", ("-c:a", "libmp3lame", "-b:a", "64k")),
    "flac": (".flac", ("-c:a", "flac")),
    "vorbis": (".ogg", ("-c:a", "libvorbis", "-q:a", "1")),
    "opus": (".opus", ("-c:a", "libopus", "-b:a", "48k")),
    "aac": (".m4a", ("-c:a", "aac", "-b:a", "64k")),
    "alac": (".m4a", ("-c:a", "alac")),
    "wav": (".wav", ("-c:a", "pcm_s16le")),
    "aiff": (".aiff", ("-c:a", "pcm_s16be", "-write_id3v2", "1")),
}
FORMATS = tuple(ENCODERS)
_SAMPLE_RATE = 44_100


@cache
def _folder() -> Path:
    # Kept for the whole test session; the system's temporary folder is emptied by the system.
    return Path(tempfile.mkdtemp(prefix="soul-audio-"))


@cache
def _encoded(name: str, hertz: int, seconds: float) -> Path:
    suffix, arguments = ENCODERS[name]
    made = _folder() / f"{name}-{hertz}-{seconds}{suffix}"
    sine = f"sine=frequency={hertz}:sample_rate={_SAMPLE_RATE}:duration={seconds}"
    run_ffmpeg(("-f", "lavfi", "-i", sine, "-ac", "2", *arguments, "-fflags", "+bitexact", made))
    return made


def make_audio(
    target: Path, name: str = "mp3", *, hertz: int = 440, seconds: float = 1.0, tags: dict[str, str] | None = None
) -> Path:
    """A file at `target` (its suffix is added when it has none) in one of `FORMATS`, tagged if `tags` are given."""
    suffix, _ = ENCODERS[name]
    if not target.suffix:
        target = target.with_suffix(suffix)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = _encoded(name, hertz, seconds)
    if tags is None:
        shutil.copyfile(made, target)
        return target
    return retag(made, target, tags)


def retag(source: Path, target: Path, tags: dict[str, str]) -> Path:
    """`source` with other tags at `target` (which may be `source`), the audio copied packet by packet."""
    arguments: list[str] = []
    for key, value in tags.items():
        arguments += ["-metadata", f"{key}={value}"]
    extra = ("-write_id3v2", "1") if target.suffix == ".aiff" else ()
    # Ogg keeps its tags with the stream, the others with the file.
    stream = [part if part != "-metadata" else "-metadata:s:a" for part in arguments]
    chosen = stream if target.suffix in (".ogg", ".opus") else arguments
    temporary = target.with_name(f".{target.stem[:40]}.new{target.suffix}")
    run_ffmpeg(("-i", source, "-map", "0", "-c", "copy", *chosen, *extra, temporary))
    temporary.replace(target)
    return target
