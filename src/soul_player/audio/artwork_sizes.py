"""Smaller copies of a picture. Meant for a worker process: what is decoded here comes from strangers."""

import io

from PIL import Image, ImageOps

PIXELS_MAX = 40_000_000
SIZE_MIN, SIZE_MAX = 64, 1200
# Only decoders that are needed: each one more is one more way in.
_DECODERS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")


class BadArtwork(Exception):
    """The picture cannot be shown: broken, too large, or none of the formats that are decoded here."""


def resize(image: bytes, size: int) -> tuple[bytes, str]:
    """The picture within a square of `size` pixels, never enlarged, and its content type. Raises `BadArtwork`."""
    assert SIZE_MIN <= size <= SIZE_MAX, size
    try:
        with Image.open(io.BytesIO(image), formats=_DECODERS) as picture:
            # The header alone is read until here: a bomb ends before it is unpacked.
            _check_pixels(picture)
            picture.draft("RGB", (size, size))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((size, size), Image.Resampling.LANCZOS)
            has_alpha = upright.has_transparency_data
            out = io.BytesIO()
            if has_alpha:
                upright.convert("RGBA").save(out, "PNG")
            else:
                upright.convert("RGB").save(out, "JPEG", quality=85)
    except BadArtwork:
        raise
    except Exception as error:
        # Pillow's decoders raise nearly anything on broken input (SyntaxError, struct.error, ...): one class for all.
        raise BadArtwork(f"the picture cannot be decoded: {type(error).__name__}") from error
    return out.getvalue(), "image/png" if has_alpha else "image/jpeg"


def _check_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > PIXELS_MAX:
        raise BadArtwork(f"{picture.width} x {picture.height} pixels are too many")
