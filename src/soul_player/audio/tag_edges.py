"""Where the tags in front of the audio end, and where those behind it begin (mp3, flac)."""

from soul_player.audio.source import MalformedAudio, Source

# Taggers stack tags, but not without end: a file that claims more of them than this is left alone.
_TAGS_MAX = 16
_LYRICS3_V1_BYTES_MAX = 5100 + 20


def end_of_leading_tags(source: Source) -> int:
    """The first byte behind every ID3v2 and APE tag at the start."""
    start = 0
    for _ in range(_TAGS_MAX):
        head = source.read_at(start, 32)
        if head.startswith(b"ID3") and len(head) >= 10:
            has_footer = head[5] & 0x10
            start += 10 + _synchsafe(head[6:10]) + (10 if has_footer else 0)
        elif head.startswith(b"APETAGEX") and len(head) == 32:
            start += 32 + int.from_bytes(head[12:16], "little")
        else:
            return start
    raise MalformedAudio("more leading tags than anyone writes")


def start_of_trailing_tags(source: Source, start: int) -> int:
    """The first byte of the tags at the end (ID3v1, APE, Lyrics3, ID3v2 with a footer), never below `start`."""
    end = source.size_bytes
    for _ in range(_TAGS_MAX):
        size = _trailing_tag_bytes(source, start, end)
        if size == 0:
            return end
        end -= size
    raise MalformedAudio("more trailing tags than anyone writes")


def _trailing_tag_bytes(source: Source, start: int, end: int) -> int:
    """The size of the tag that ends at `end`; 0 for none that is whole."""
    tail_start = max(start, end - 227 - 128)
    tail = source.read_at(tail_start, end - tail_start)
    size = 0
    if tail[-128:-125] == b"TAG":
        size = 128 + (227 if tail[-355:-351] == b"TAG+" else 0)
    elif tail[-32:-24] == b"APETAGEX":
        has_header = int.from_bytes(tail[-12:-8], "little") & 0x8000_0000
        size = max(32, int.from_bytes(tail[-20:-16], "little")) + (32 if has_header else 0)
    elif tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
        size = int(tail[-15:-9]) + 15
    elif tail[-9:] == b"LYRICSEND":
        block_start = max(start, end - _LYRICS3_V1_BYTES_MAX)
        block = source.read_at(block_start, end - block_start)
        found = block.rfind(b"LYRICSBEGIN")
        size = 0 if found < 0 else len(block) - found
    elif tail[-10:-7] == b"3DI":
        size = 20 + _synchsafe(tail[-4:])
    return size if size <= end - start else 0


def _synchsafe(four: bytes) -> int:
    return (four[0] & 0x7F) << 21 | (four[1] & 0x7F) << 14 | (four[2] & 0x7F) << 7 | four[3] & 0x7F
