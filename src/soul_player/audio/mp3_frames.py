"""Where the frames of an mp3 lie: behind the tags in front and the Xing frame, before the tags at the end."""

from dataclasses import dataclass

from soul_player.audio.source import MalformedAudio, Source
from soul_player.audio.tag_edges import end_of_leading_tags, start_of_trailing_tags

# Padding and garbage between the tags and the first frame are common, but not for longer than this.
_SEARCH_BYTES = 1 << 20
# The frame nearly always stands right where it is looked for.
_FIRST_WINDOW_BYTES = 1 << 11
_WINDOW_BYTES = 1 << 16
# Xing frames that promise somewhat more than there is come from honest tools that cut mp3s; such files play well.
_SHARE_MIN = 0.9

_V1_KBITS = {
    1: (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_V2_KBITS = {
    1: (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    3: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What the four bytes in front of a frame say. `family` is equal for all frames of one stream."""

    size_bytes: int
    side_info_bytes: int
    family: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Mp3Audio:
    """`start` and `end` of the frames; `is_short`: much less is there than the Xing frame promises."""

    start: int
    end: int
    is_short: bool


def find_frames(source: Source) -> Mp3Audio:
    """Raises `MalformedAudio` when there is no frame that another one, or the end, follows."""
    first = end_of_leading_tags(source)
    end = start_of_trailing_tags(source, min(first, source.size_bytes))
    start, header = _first_frame(source, first, end)
    frame = source.read_at(start, min(header.size_bytes, 256))
    is_xing, promised_bytes = _xing(frame, header)
    # What is promised counts the Xing frame itself.
    is_short = end - start < promised_bytes * _SHARE_MIN
    if is_xing:
        start += header.size_bytes
    if start >= end:
        raise MalformedAudio("a Xing frame without audio behind it")
    return Mp3Audio(start, end, is_short)


def parse_header(four: bytes) -> FrameHeader | None:
    """None for anything that is no frame header of known length (free format has none)."""
    if len(four) < 4 or four[0] != 0xFF or four[1] & 0xE0 != 0xE0:
        return None
    version, layer_bits = four[1] >> 3 & 3, four[1] >> 1 & 3
    bitrate_index, rate_index = four[2] >> 4, four[2] >> 2 & 3
    if version == 1 or layer_bits == 0 or bitrate_index in (0, 15) or rate_index == 3:
        return None
    layer = 4 - layer_bits
    bits_per_second = (_V1_KBITS if version == 3 else _V2_KBITS)[layer][bitrate_index] * 1000
    sample_rate = _SAMPLE_RATES[version][rate_index]
    padding = four[2] >> 1 & 1
    if layer == 1:
        size_bytes = (12 * bits_per_second // sample_rate + padding) * 4
    else:
        factor = 72 if layer == 3 and version != 3 else 144
        size_bytes = factor * bits_per_second // sample_rate + padding
    is_mono = four[3] >> 6 == 3
    side_info_bytes = (17 if is_mono else 32) if version == 3 else (9 if is_mono else 17)
    return FrameHeader(size_bytes, side_info_bytes, (version, layer, sample_rate))


def _first_frame(source: Source, first: int, end: int) -> tuple[int, FrameHeader]:
    stop = min(end, first + _SEARCH_BYTES)
    window_start, window_bytes = first, _FIRST_WINDOW_BYTES
    while window_start < stop:
        # Four bytes of overlap, so that a header across two windows is seen.
        size = min(window_bytes, stop - window_start)
        window = source.read_at(window_start, size + 4)
        at = window.find(b"\xff")
        while 0 <= at < size:
            header = parse_header(window[at : at + 4])
            if header is not None and _is_followed(source, window_start + at, header, end):
                return window_start + at, header
            at = window.find(b"\xff", at + 1)
        window_start += size
        window_bytes = _WINDOW_BYTES
    raise MalformedAudio("no audio frame found")


def _is_followed(source: Source, at: int, header: FrameHeader, end: int) -> bool:
    """A frame counts when a frame of the same family, or the end of the audio, comes right behind it."""
    behind = at + header.size_bytes
    if behind == end:
        return True
    following = parse_header(source.read_at(behind, 4)) if behind + 4 <= end else None
    return following is not None and following.family == header.family


def _xing(frame: bytes, header: FrameHeader) -> tuple[bool, int]:
    """Whether the frame is a Xing, Info or VBRI frame, which holds no audio, and the bytes that it promises."""
    for offset in (4 + header.side_info_bytes, 6 + header.side_info_bytes):
        if frame[offset : offset + 4] in (b"Xing", b"Info"):
            flags = int.from_bytes(frame[offset + 4 : offset + 8], "big")
            at = offset + 8 + (4 if flags & 1 else 0)
            return True, int.from_bytes(frame[at : at + 4], "big") if flags & 2 else 0
    if frame[36:40] == b"VBRI":
        return True, int.from_bytes(frame[46:50], "big")
    return False, 0
