"""The picture of a track: embedded in its file, else beside it in its folder."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass

from tinytag import TinyTag, TinyTagException

from soul_player.audio.source import Source, UnreadableAudio, open_regular

IMAGE_BYTES_MAX = 32 << 20
_NAMES = (b"cover", b"folder", b"front", b"album", b"albumart", b"artwork")
_SUFFIXES = (b".jpg", b".jpeg", b".png", b".webp", b".gif", b".bmp")
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)


@dataclass(frozen=True, slots=True)
class Artwork:
    """A picture as it was found. `id` is a hash of its bytes, so that equal pictures are one."""

    id: str
    content_type: str
    image: bytes


def find_artwork(descriptor: int, name: bytes, folder: bytes) -> Artwork | None:
    """The picture inside the open file, else the one in `folder`; None when there is none that is sound."""
    return embedded_artwork(descriptor, name) or folder_artwork(folder)


def embedded_artwork(descriptor: int, name: bytes) -> Artwork | None:
    """The front cover in the file's tags, else any other picture in them."""
    size_bytes = os.fstat(descriptor).st_size
    with open(descriptor, "rb", closefd=False) as file:  # a descriptor, not a path
        try:
            images = TinyTag.get(os.fsdecode(name), file_obj=file, duration=False, image=True).images
        except TinyTagException:
            # Whether the file can be read at all is told when its tags are; here it just has no picture.
            return None
    image = images.front_cover or images.any
    return None if image is None or len(image.data) > size_bytes else _artwork(image.data)


def folder_artwork(folder: bytes) -> Artwork | None:
    """The picture beside the tracks; links are not followed. Raises `OSError` when the folder cannot be listed."""
    for name in folder_images(os.listdir(folder)):
        try:
            descriptor = open_regular(os.path.join(folder, name))
        except (OSError, UnreadableAudio):
            # A picture that cannot be opened is as good as none: the next name is tried.
            continue
        try:
            size_bytes = os.fstat(descriptor).st_size
            found = _artwork(Source(descriptor, size_bytes).read_at(0, IMAGE_BYTES_MAX + 1))
        finally:
            os.close(descriptor)
        if found is not None:
            return found
    return None


def folder_images(names: Iterable[bytes]) -> list[bytes]:
    """Pure: the names that mean the picture of a folder, the likeliest first."""
    ranked: list[tuple[int, int, bytes]] = []
    for name in names:
        stem, suffix = os.path.splitext(name.lower())
        if stem in _NAMES and suffix in _SUFFIXES:
            ranked.append((_NAMES.index(stem), _SUFFIXES.index(suffix), name))
    return [name for _, _, name in sorted(ranked)]


def _artwork(image: bytes) -> Artwork | None:
    if not 0 < len(image) <= IMAGE_BYTES_MAX:
        return None
    content_type = _content_type(image)
    if content_type is None:
        return None
    return Artwork(hashlib.sha256(image).hexdigest()[:32], content_type, image)


def _content_type(image: bytes) -> str | None:
    for magic, content_type in _MAGIC:
        if image.startswith(magic):
            return content_type
    return "image/webp" if image.startswith(b"RIFF") and image[8:12] == b"WEBP" else None
