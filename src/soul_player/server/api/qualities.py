"""Pure: which quality and format a request asks for, and what is sent for it."""

import math
from dataclasses import dataclass

from soul_player.audio.formats import CONTENT_TYPES, AudioFormat
from soul_player.audio.transcode import Recipe
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.quality import StreamFormat, StreamQuality, stream_bitrate
from soul_player.server.api.calls import Call
from soul_player.server.errors import RequestRefused

START_SECONDS_MAX = 1_000_000.0
# No encoder goes lower, whatever a file's head says of itself.
BITS_PER_SECOND_MIN = 8_000

# Who plays the format plays these files.
_SAME_FORMAT = {
    StreamFormat.OPUS: CONTENT_TYPES[AudioFormat.OPUS],
    StreamFormat.MP3: CONTENT_TYPES[AudioFormat.MP3],
    StreamFormat.AAC: CONTENT_TYPES[AudioFormat.MP4],
}


@dataclass(frozen=True)
class Wanted:
    """A quality other than the original."""

    quality: StreamQuality
    format: StreamFormat
    start_seconds: float


def read_wanted(call: Call, *, is_possible: bool, takes_start: bool) -> Wanted | None:
    """None: the original. Raises `RequestRefused` for what is no quality, no format or no place to begin at."""
    quality = call.query("quality")
    if quality is None:
        quality = StreamQuality.ORIGINAL.value
    if quality not in set(StreamQuality):
        raise RequestRefused(ProblemCode.INVALID_QUALITY, "quality is one of " + ", ".join(StreamQuality))
    start_seconds = _start_seconds(call) if takes_start else 0.0
    if quality == StreamQuality.ORIGINAL:
        if start_seconds:
            raise RequestRefused(ProblemCode.INVALID, "originals are sought in by ranges, not by start_seconds")
        return None
    text = call.query("format")
    if text is None:
        text = StreamFormat.OPUS.value
    if text not in set(StreamFormat):
        raise RequestRefused(ProblemCode.INVALID_QUALITY, "format is one of " + ", ".join(StreamFormat))
    if not is_possible:
        raise RequestRefused(ProblemCode.INVALID_QUALITY, "this server sends originals only: ask for quality=original")
    return Wanted(StreamQuality(quality), StreamFormat(text), start_seconds)


def recipe_for(wanted: Wanted, *, content_type: str, source_bitrate: int | None) -> Recipe | None:
    """What is to be made; never above the source's own bit rate.

    None: the original is sent, because it is small enough and of a format that the player can.
    """
    bits_per_second = stream_bitrate(wanted.quality, wanted.format)
    assert bits_per_second is not None, "the original has no recipe"
    if source_bitrate is not None and source_bitrate > 0:
        is_same = content_type == _SAME_FORMAT[wanted.format]
        if is_same and source_bitrate <= bits_per_second and not wanted.start_seconds:
            return None
        bits_per_second = max(BITS_PER_SECOND_MIN, min(bits_per_second, source_bitrate))
    return Recipe(wanted.format, bits_per_second, wanted.start_seconds)


def _start_seconds(call: Call) -> float:
    text = call.query("start_seconds")
    if text is None:
        return 0.0
    try:
        seconds = float(text)
    except ValueError as error:
        raise RequestRefused(ProblemCode.INVALID, "start_seconds must be a number") from error
    if not (math.isfinite(seconds) and 0.0 <= seconds <= START_SECONDS_MAX):
        raise RequestRefused(ProblemCode.INVALID, f"start_seconds must be from 0 to {START_SECONDS_MAX:.0f}")
    # ffmpeg is told milliseconds: what is less is the beginning.
    return round(seconds, 3)
