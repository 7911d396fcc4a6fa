"""The qualities in which audio can be asked for, with their bit rates."""

from enum import StrEnum
from typing import assert_never


class StreamQuality(StrEnum):
    """`original` is the file's own bytes; the others are transcodes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    ORIGINAL = "original"


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
