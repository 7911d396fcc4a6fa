"""Compressed bodies -> plain bytes, with a cap on what comes out: a few bytes may stand for gigabytes."""

import zlib

import zstandard

from soul_player.client.errors import AnswerTooLarge, ProtocolError

ACCEPT_ENCODING = "zstd, gzip"
# More is never needed for level 1 and below 32 MiB; a frame that asks for more is refused by the decoder itself.
_ZSTD_WINDOW_BYTES_MAX = 8 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_PIECE_BYTES = 256 * 1024


def decompressed(body: bytes, encoding: str, *, bytes_max: int) -> bytes:
    """Raises `AnswerTooLarge` beyond `bytes_max`, `ProtocolError` for what cannot be decompressed."""
    match encoding:
        case "" | "identity":
            plain = body
        case "zstd":
            plain = _zstd(body, bytes_max)
        case "gzip" | "x-gzip":
            plain = _gzip(body, bytes_max)
        case _:
            raise ProtocolError(f"an answer came in a compression that was not offered: {encoding[:50]}")
    if len(plain) > bytes_max:
        raise AnswerTooLarge(f"an answer came that is larger than {bytes_max} bytes")
    return plain


def _zstd(body: bytes, bytes_max: int) -> bytes:
    pieces: list[bytes] = []
    total = 0
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES_MAX)
    try:
        if 0 < zstandard.frame_content_size(body) <= bytes_max:
            return decompressor.decompress(body, max_output_size=bytes_max)
        with decompressor.stream_reader(body, read_across_frames=False) as reader:
            while piece := reader.read(_PIECE_BYTES):
                pieces.append(piece)
                total += len(piece)
                if total > bytes_max:
                    break
    except zstandard.ZstdError as error:
        raise ProtocolError(f"an answer came that is no zstd: {error}") from error
    return b"".join(pieces)


def _gzip(body: bytes, bytes_max: int) -> bytes:
    decompressor = zlib.decompressobj(_GZIP)
    try:
        plain = decompressor.decompress(body, bytes_max + 1)
    except zlib.error as error:
        raise ProtocolError(f"an answer came that is no gzip: {error}") from error
    if not decompressor.eof and len(plain) <= bytes_max:
        raise ProtocolError("an answer came whose gzip ends too early")
    return plain
