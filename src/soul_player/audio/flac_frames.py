"""Where the frames of a flac lie: behind the last metadata block, before whatever tags were appended."""

from dataclasses import dataclass

from soul_player.audio.source import MalformedAudio, Source
from soul_player.audio.tag_edges import end_of_leading_tags, start_of_trailing_tags

_BLOCKS_MAX = 10_000
_STREAMINFO_BYTES = 34
_FRAME_HEADER_BYTES_MAX = 16
_TAIL_BYTES = 1 << 16
_BLOCK_SAMPLES = {1: 192, **{n: 576 << n - 2 for n in range(2, 6)}, **{n: 256 << n - 8 for n in range(8, 16)}}


@dataclass(frozen=True, slots=True)
class FlacAudio:
    """`start` and `end` of the frames; `streaminfo`: the first metadata block."""

    start: int
    end: int
    streaminfo: bytes


def find_frames(source: Source) -> FlacAudio:
    """Raises `MalformedAudio` when no frame follows the metadata."""
    at = end_of_leading_tags(source)
    if source.read_exactly(at, 4) != b"fLaC":
        raise MalformedAudio("no flac marker")
    at += 4
    streaminfo = b""
    for _ in range(_BLOCKS_MAX):
        header = source.read_exactly(at, 4)
        size = int.from_bytes(header[1:], "big")
        if header[0] & 0x7F == 0 and not streaminfo:
            streaminfo = source.read_exactly(at + 4, min(size, _STREAMINFO_BYTES))
        at += 4 + size
        if header[0] & 0x80:
            break
    else:
        raise MalformedAudio("metadata without end")
    sync = source.read_exactly(at, 2)
    if sync[0] != 0xFF or sync[1] & 0xFE != 0xF8:
        raise MalformedAudio("no flac frame behind the metadata")
    return FlacAudio(at, start_of_trailing_tags(source, at), streaminfo)


def is_cut_off(source: Source, audio: FlacAudio) -> bool:
    """Whether the last frame that begins in the file is not the last one of the stream. Costs one read at the end."""
    if len(audio.streaminfo) < _STREAMINFO_BYTES:
        return False
    block_samples = int.from_bytes(audio.streaminfo[2:4], "big")
    frame_bytes_max = int.from_bytes(audio.streaminfo[7:10], "big") or _TAIL_BYTES
    samples = int.from_bytes(audio.streaminfo[13:18], "big") & 0xF_FFFF_FFFF
    start = max(audio.start, audio.end - min(frame_bytes_max + _FRAME_HEADER_BYTES_MAX, _TAIL_BYTES))
    tail = source.read_at(start, audio.end - start)
    at = len(tail)
    while samples and (at := tail.rfind(b"\xff", 0, at)) >= 0:
        end_sample = _end_sample(tail[at : at + _FRAME_HEADER_BYTES_MAX], block_samples)
        if end_sample is not None and end_sample <= samples:
            return end_sample < samples
    return False


def _end_sample(header: bytes, block_samples: int) -> int | None:
    """The number of the sample behind the frame; None when this is no frame header."""
    if len(header) < 6 or header[1] & 0xFE != 0xF8 or header[3] & 1:
        return None
    size_code, rate_code = header[2] >> 4, header[2] & 0x0F
    # The number is written like one character of UTF-8: as many leading ones as there are bytes.
    extra = max(0, 8 - (header[4] ^ 0xFF).bit_length() - 1)
    if size_code == 0 or rate_code == 15 or extra > 6:
        return None
    number = header[4] & (0x7F if extra == 0 else 0x3F >> extra)
    for byte in header[5 : 5 + extra]:
        number = number << 6 | byte & 0x3F
    at = 5 + extra
    size_bytes = {6: 1, 7: 2}.get(size_code, 0)
    frame_samples = int.from_bytes(header[at : at + size_bytes], "big") + 1 if size_bytes else _BLOCK_SAMPLES[size_code]
    at += size_bytes + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if at >= len(header) or _crc8(header[:at]) != header[at]:
        return None
    is_variable = header[1] & 1
    return (number if is_variable else number * block_samples) + frame_samples


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc
