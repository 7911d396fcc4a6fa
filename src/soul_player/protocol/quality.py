"""The qualities in which audio can be asked for, with their bit rates, and the formats of what is not the original."""

from enum import StrEnum
from typing import assert_never


class StreamQuality(StrEnum):
    """`original` is the file's own bytes; the others are transcodes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    ORIGINAL = "original"


class StreamFormat(StrEnum):
    """What a transcode is: opus where the player can, else mp3 or aac (in ADTS frames)."""

    OPUS = "opus"
    MP3 = "mp3"
    AAC = "aac"


STREAM_CONTENT_TYPES: dict[StreamFormat, str] = {
    StreamFormat.OPUS: "audio/ogg; codecs=opus",
    StreamFormat.MP3: "audio/mpeg",
    StreamFormat.AAC: "audio/aac",
}


def opus_bitrate(quality: StreamQuality) -> int | None:
    """Bits per second of the opus transcode; None for the original (protocol, section 3, *Bytes*)."""
    match quality:
        case StreamQuality.LOW:
            return 96_000
        case StreamQuality.MEDIUM:
            return 160_000
        case StreamQuality.HIGH:
            return 256_000
        case StreamQuality.ORIGINAL:
            return None
        case _:
            assert_never(quality)


def stream_bitrate(quality: StreamQuality, stream_format: StreamFormat) -> int | None:
    """Bits per second in that format: mp3 and aac need a quarter more for the same sound."""
    opus = opus_bitrate(quality)
    return opus if opus is None or stream_format is StreamFormat.OPUS else opus * 5 // 4
