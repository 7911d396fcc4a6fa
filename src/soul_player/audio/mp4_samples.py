"""Where the samples of the first audio track of an mp4 lie, by its sample tables."""

import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from soul_player.audio.source import MalformedAudio, Source

_BOXES_MAX = 10_000
_TRACK_BYTES_MAX = 64 << 20


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    end: int


def find_samples(source: Source) -> list[tuple[int, int]]:
    """Offset and size of each run of samples, in the order in which they play. Raises `MalformedAudio`."""
    for movie in _file_boxes(source, 0, source.size_bytes):
        if movie.kind != b"moov":
            continue
        for box in _file_boxes(source, movie.start, movie.end):
            if box.kind == b"trak":
                table = _audio_sample_table(_read(source, box))
                if table is not None:
                    return _spans(table, source.size_bytes)
    raise MalformedAudio("no audio track")


def is_cut_off(source: Source) -> bool:
    """Whether a box at the top says that it goes beyond the end of the file, or no `moov` is there at all."""
    try:
        return all(box.kind != b"moov" for box in _file_boxes(source, 0, source.size_bytes))
    except MalformedAudio:
        return True


def _file_boxes(source: Source, start: int, end: int) -> Iterator[_Box]:
    """The boxes side by side in a part of the file, read header by header: media data are not touched."""
    at = start
    for _ in range(_BOXES_MAX):
        if at + 8 > end:
            return
        header = source.read_exactly(at, min(16, end - at))
        box = _box(header, at, end)
        yield box
        at = box.end
    raise MalformedAudio("boxes without end")


def _box(header: bytes, at: int, end: int) -> _Box:
    size, header_bytes = int.from_bytes(header[:4], "big"), 8
    if size == 1 and len(header) == 16:
        size, header_bytes = int.from_bytes(header[8:16], "big"), 16
    elif size == 0:
        size = end - at
    if size < header_bytes or at + size > end:
        raise MalformedAudio("a box that goes beyond what holds it")
    return _Box(header[4:8], at + header_bytes, at + size)


def _read(source: Source, box: _Box) -> bytes:
    size = box.end - box.start
    if size > _TRACK_BYTES_MAX:
        raise MalformedAudio("a track of unreasonable size")
    return source.read_exactly(box.start, size)


def _children(data: bytes) -> dict[bytes, bytes]:
    """The first child box of each kind."""
    found: dict[bytes, bytes] = {}
    at = 0
    for _ in range(_BOXES_MAX):
        if at + 8 > len(data):
            return found
        box = _box(data[at : at + 16], at, len(data))
        found.setdefault(box.kind, data[box.start : box.end])
        at = box.end
    raise MalformedAudio("boxes without end")


def _audio_sample_table(track: bytes) -> dict[bytes, bytes] | None:
    media = _children(_children(track).get(b"mdia", b""))
    if media.get(b"hdlr", b"")[8:12] != b"soun":
        return None
    return _children(_children(media.get(b"minf", b"")).get(b"stbl", b""))


def _spans(table: dict[bytes, bytes], file_bytes: int) -> list[tuple[int, int]]:
    """One span a chunk, neighbours joined; every sample has its place, or `MalformedAudio`."""
    offsets = _chunk_offsets(table)
    chunk_counts = _samples_per_chunk(table, len(offsets))
    sample_count, ends = _sample_ends(table)
    if sum(chunk_counts) != sample_count:
        raise MalformedAudio("the sample tables disagree")
    spans: list[tuple[int, int]] = []
    first = 0
    for offset, count in zip(offsets, chunk_counts, strict=True):
        size = ends[first + count] - ends[first]
        first += count
        if offset + size > file_bytes:
            raise MalformedAudio("cut off: samples beyond the end")
        if spans and spans[-1][0] + spans[-1][1] == offset:
            spans[-1] = (spans[-1][0], spans[-1][1] + size)
        elif size:
            spans.append((offset, size))
    return spans


def _chunk_offsets(table: dict[bytes, bytes]) -> "array[int]":
    if b"stco" in table:
        return _numbers(table[b"stco"], 8, _count(table[b"stco"], 4), "I")
    wide = table.get(b"co64", b"")
    return _numbers(wide, 8, _count(wide, 4), "Q")


def _samples_per_chunk(table: dict[bytes, bytes], chunks: int) -> list[int]:
    runs_box = table.get(b"stsc", b"")
    runs = _numbers(runs_box, 8, 3 * _count(runs_box, 4), "I")
    firsts, counts = runs[0::3], runs[1::3]
    borders = [*firsts, chunks + 1]
    per_chunk: list[int] = []
    for index, count in enumerate(counts):
        length = borders[index + 1] - borders[index]
        if length < 0 or len(per_chunk) + length > chunks:
            raise MalformedAudio("the chunk table contradicts itself")
        per_chunk.extend([count] * length)
    if len(per_chunk) != chunks:
        raise MalformedAudio("chunks without samples")
    return per_chunk


def _sample_ends(table: dict[bytes, bytes]) -> tuple[int, "list[int] | range"]:
    """The number of samples, and for each its end in the audio as a whole, a zero before them all."""
    if b"stsz" not in table:
        raise MalformedAudio("no sample sizes")
    sizes_box = table[b"stsz"]
    fixed, count = _count(sizes_box, 4), _count(sizes_box, 8)
    if fixed:
        return count, range(0, fixed * (count + 1), fixed)
    return count, list(accumulate(_numbers(sizes_box, 12, count, "I"), initial=0))


def _count(box: bytes, at: int) -> int:
    if len(box) < at + 4:
        raise MalformedAudio("a table without a count")
    return int.from_bytes(box[at : at + 4], "big")


def _numbers(box: bytes, at: int, count: int, kind: str) -> "array[int]":
    numbers = array(kind)
    end = at + count * numbers.itemsize
    if end > len(box):
        raise MalformedAudio("a table that is shorter than it says")
    numbers.frombytes(box[at:end])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
