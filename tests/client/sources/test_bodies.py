"""Compressed answers: what they may grow to."""

import gzip
import random
import tracemalloc

import pytest
import zstandard

from soul_player.client.errors import AnswerTooLarge, ProtocolError
from soul_player.client.sources.bodies import decompressed

MAX = 100_000
BODY = random.Random(1).randbytes(30_000) + b"x" * 60_000


def zstd_stream(content: bytes) -> bytes:
    """Without the size in its header, as a server that streams sends it."""
    compressor = zstandard.ZstdCompressor().compressobj()
    return compressor.compress(content) + compressor.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (BODY, ""),
        (BODY, "identity"),
        (gzip.compress(BODY), "gzip"),
        (gzip.compress(BODY), "x-gzip"),
        (zstandard.ZstdCompressor().compress(BODY), "zstd"),
        (zstd_stream(BODY), "zstd"),
        (zstandard.ZstdCompressor().compress(b""), "zstd"),
    ],
)
def test_what_was_compressed_comes_back(body: bytes, encoding: str) -> None:
    assert decompressed(body, encoding, bytes_max=MAX) in (BODY, b"")


@pytest.mark.parametrize(
    ("make", "encoding"),
    [(gzip.compress, "gzip"), (zstandard.ZstdCompressor().compress, "zstd"), (zstd_stream, "zstd"), (bytes, "")],
)
def test_a_bomb_is_refused_before_it_fills_the_memory(make: object, encoding: str) -> None:
    assert callable(make)
    bomb = make(b"\0" * 300_000_000) if encoding else b"\0" * (MAX + 1)
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLarge):
            decompressed(bomb, encoding, bytes_max=MAX)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"junk", "gzip"),
        (b"junk", "zstd"),
        (b"", "zstd"),
        (gzip.compress(BODY)[:-20], "gzip"),
        (zstandard.ZstdCompressor().compress(BODY)[:-20], "zstd"),
        (BODY, "br"),
        (BODY, "gzip, gzip"),
    ],
)
def test_what_cannot_be_decompressed_is_malformed(body: bytes, encoding: str) -> None:
    with pytest.raises(ProtocolError):
        decompressed(body, encoding, bytes_max=MAX)


def test_a_window_larger_than_any_honest_one_is_refused() -> None:
    """A frame may ask its reader for gigabytes of memory before the first byte comes out."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    frame = compressor.compress(BODY) + compressor.flush()
    with pytest.raises(ProtocolError):
        decompressed(frame, "zstd", bytes_max=MAX)
