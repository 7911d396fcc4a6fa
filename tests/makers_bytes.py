"""Hand-made pieces of audio files, for what no encoder would write: odd paging, tables out of order, lies."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from soul_player.audio.file_hash import FileHashes, hash_descriptor
from soul_player.audio.source import Source, open_regular
from soul_player.audio.tags import FileTags, read_tags

VECTORS = Path(__file__).parent / "audio" / "vectors"


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor of the file, closed at the end."""
    descriptor = open_regular(os.fsencode(path))
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def source_of(path: Path) -> Iterator[Source]:
    """The file as parsers see it."""
    with opened(path) as descriptor:
        yield Source(descriptor, path.stat().st_size)


def hashes_of(path: Path) -> FileHashes:
    """Both hashes of a file."""
    with opened(path) as descriptor:
        return hash_descriptor(descriptor, name=os.fsencode(path))


def tags_of(path: Path) -> FileTags:
    """The tags of a file."""
    with opened(path) as descriptor:
        return read_tags(descriptor, os.fsencode(path))


def box(kind: bytes, *parts: bytes) -> bytes:
    """One box of an mp4."""
    body = b"".join(parts)
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def words(*numbers: int) -> bytes:
    """Numbers as big-endian 32-bit words."""
    return b"".join(number.to_bytes(4, "big") for number in numbers)


def mp4(samples: Sequence[bytes], *, order: Sequence[int] | None = None, handler: bytes = b"soun") -> bytes:
    """An mp4 with one sample a chunk, the chunks lying in the file in the given `order`."""
    head = box(b"ftyp", b"M4A \0\0\0\0")
    start = len(head) + 8
    offsets = [0] * len(samples)
    media = b""
    for index in order or range(len(samples)):
        offsets[index] = start + len(media)
        media += samples[index]
    table = box(
        b"stbl",
        box(b"stsz", words(0, 0, len(samples), *(len(sample) for sample in samples))),
        box(b"stsc", words(0, 1, 1, 1, 1)),
        box(b"stco", words(0, len(samples), *offsets)),
    )
    media_box = box(b"mdia", box(b"hdlr", words(0, 0), handler, words(0, 0, 0)), box(b"minf", table))
    return head + box(b"mdat", media) + box(b"moov", box(b"trak", media_box))


def ogg_page(packets: Sequence[bytes], *, serial: int = 7, flags: int = 0, granule: int = 0, number: int = 0) -> bytes:
    """A page that holds whole packets (its checksum is left empty: no reader here looks at it)."""
    segments = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    return ogg_raw_page(segments, b"".join(packets), serial=serial, flags=flags, granule=granule, number=number)


def ogg_raw_page(
    segments: bytes, body: bytes, *, serial: int = 7, flags: int = 0, granule: int = 0, number: int = 0
) -> bytes:
    """A page with any segment table, also one whose last packet goes on in the next page."""
    header = b"OggS\0" + bytes([flags]) + granule.to_bytes(8, "little", signed=True)
    header += serial.to_bytes(4, "little") + number.to_bytes(4, "little") + bytes(4) + bytes([len(segments)])
    return header + segments + body


def opus_head() -> bytes:
    """The first packet of an Opus stream: stereo, no samples to skip."""
    return b"OpusHead\x01\x02" + bytes(2) + (48000).to_bytes(4, "little") + bytes(3)
