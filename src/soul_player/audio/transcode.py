"""Pure: the command that makes another encoding of one open file, whatever the file is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soul_player.audio.ffmpeg import ONLY_MUSIC
from soul_player.protocol.quality import StreamFormat

# Part of what a finished transcode is known by: raised when the same recipe gives other bytes than before.
RECIPE_VERSION = 1

_ENCODERS: dict[StreamFormat, tuple[str, ...]] = {
    # Constrained: where the line is narrow, a passage that would take half as much again is what breaks off.
    StreamFormat.OPUS: ("-c:a", "libopus", "-vbr", "constrained", "-f", "opus"),
    # No Xing frame: it would have to be filled in at the end, which a pipe cannot.
    StreamFormat.MP3: ("-c:a", "libmp3lame", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"),
    StreamFormat.AAC: ("-c:a", "aac", "-f", "adts"),
}


@dataclass(frozen=True)
class Recipe:
    """What is to be made: the format, its bit rate, and from which second on."""

    format: StreamFormat
    bits_per_second: int
    start_seconds: float = 0.0


def transcode_argv(ffmpeg: Path, recipe: Recipe, descriptor: int) -> Sequence[str]:
    """Of the open file of this number, which the process inherits, to its standard output.

    No name of a file is in it, so none can be read as an option, a protocol or a pattern; and no file can be swapped
    between the check and the opening. Nothing but the audio comes out: the same audio gives the same bytes.
    """
    head = (str(ffmpeg), "-hide_banner", "-nostdin", "-loglevel", "error")
    seek = ("-ss", f"{recipe.start_seconds:.3f}") if recipe.start_seconds else ()
    source = ("-i", f"file:/dev/fd/{descriptor}")
    audio_alone = ("-map", "0:a:0", "-map_metadata", "-1", "-map_chapters", "-1")
    # More than two channels share a bit rate that is meant for two.
    encoding = ("-ac", "2", "-b:a", str(recipe.bits_per_second), *_ENCODERS[recipe.format])
    same_bytes = ("-fflags", "+bitexact", "-flags:a", "+bitexact")
    return (*head, *ONLY_MUSIC, *seek, *source, *audio_alone, *same_bytes, *encoding, "pipe:1")
