"""Pictures from strangers are made smaller without being able to hurt."""

import io
import struct
import zlib

import pytest
from PIL import Image

from soul_player.audio.artwork_sizes import BadArtwork, resize


def encoded(size: tuple[int, int], kind: str, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_a_large_picture_becomes_small_and_keeps_its_shape(kind: str) -> None:
    """A list of albums must not fetch megabytes."""
    small, content_type = resize(encoded((2000, 1000), kind), 200)
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.size == (200, 100)
        assert content_type == f"image/{(picture.format or '').lower()}"


def test_a_small_picture_is_not_blown_up() -> None:
    """Enlarging costs bytes and shows nothing more."""
    small, _ = resize(encoded((70, 70), "PNG"), 1200)
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.size == (70, 70)


def test_transparency_stays() -> None:
    """A logo on nothing would get a black box."""
    small, content_type = resize(encoded((300, 300), "PNG", "RGBA"), 64)
    assert content_type == "image/png"
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.mode == "RGBA"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))


@pytest.mark.parametrize("image", [bomb(7000, 7000), bomb(60000, 60000), b"", b"GIF89a", b"\xff\xd8\xff" + b"x" * 99])
def test_bombs_and_broken_pictures_end_in_one_kind_of_error(image: bytes) -> None:
    """49 megapixels are refused by their header, before a byte is unpacked."""
    with pytest.raises(BadArtwork):
        resize(image, 300)
