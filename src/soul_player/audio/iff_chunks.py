"""Where the sound data of a wav or an aiff lies."""

from collections.abc import Iterator

from soul_player.audio.source import MalformedAudio, Source

_CHUNKS_MAX = 10_000


def find_wav_data(source: Source) -> tuple[int, int]:
    """Offset and size of the `data` chunk. Raises `MalformedAudio` when it is not there or not whole."""
    byte_order = "big" if source.read_at(0, 4) == b"RIFX" else "little"
    for name, at, size in _chunks(source, big_endian=byte_order == "big"):
        if name == b"data":
            return _whole(source, at, size)
    raise MalformedAudio("no data chunk")


def find_aiff_data(source: Source) -> tuple[int, int]:
    """Offset and size of the samples in the `SSND` chunk. Raises `MalformedAudio` when they are not whole."""
    for name, at, size in _chunks(source, big_endian=True):
        if name == b"SSND":
            _whole(source, at, size)
            padding = int.from_bytes(source.read_exactly(at, 4), "big")
            if 8 + padding > size:
                raise MalformedAudio("a sound chunk smaller than its own header")
            return at + 8 + padding, size - 8 - padding
    raise MalformedAudio("no sound chunk")


def _chunks(source: Source, *, big_endian: bool) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    for _ in range(_CHUNKS_MAX):
        header = source.read_at(at, 8)
        if len(header) < 8:
            return
        size = int.from_bytes(header[4:], "big" if big_endian else "little")
        yield header[:4], at + 8, size
        at += 8 + size + size % 2
    raise MalformedAudio("chunks without end")


def _whole(source: Source, at: int, size: int) -> tuple[int, int]:
    if at + size > source.size_bytes:
        raise MalformedAudio("cut off: the sound data ends before its size")
    return at, size
