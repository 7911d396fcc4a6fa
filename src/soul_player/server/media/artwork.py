"""Pictures on their way out: made to size in a worker process, and kept in memory for the next who asks."""

from collections import OrderedDict
from typing import Protocol

from soul_player.folders.messages import Failed, Picture
from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused

SIZE_MIN = 64
SIZE_MAX = 1200
KEPT_BYTES_MAX = 32 * 1_048_576


class Pictures(Protocol):
    """Who opens files from strangers: worker processes in a program."""

    async def artwork(self, root: bytes, path: bytes, *, size: int | None) -> Picture | Failed:
        """The picture of a file, within a square of `size` pixels, or as it is."""
        ...


class Artwork:
    """Pictures by their id and size. Equal pictures are one, so an album's is made once."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._kept: OrderedDict[tuple[str, int | None], Picture] = OrderedDict()
        self.kept_bytes = 0

    async def picture_of(self, root: bytes, path: bytes, *, known_id: str | None, size: int | None) -> Picture:
        """`known_id`: the picture's id if it is known. Raises `RequestRefused` when there is none that is sound."""
        if known_id is not None and (known_id, size) in self._kept:
            self._kept.move_to_end((known_id, size))
            return self._kept[known_id, size]
        found = await self._pictures.artwork(root, path, size=size)
        if isinstance(found, Failed):
            raise RequestRefused(ProblemCode.ARTWORK_NOT_FOUND, f"this track has no picture: {found.reason}")
        self._keep(found, size)
        return found

    def _keep(self, picture: Picture, size: int | None) -> None:
        key = (picture.artwork_id, size)
        if key in self._kept or len(picture.image) > KEPT_BYTES_MAX // 8:
            return
        self._kept[key] = picture
        self.kept_bytes += len(picture.image)
        while self.kept_bytes > KEPT_BYTES_MAX:
            _, dropped = self._kept.popitem(last=False)
            self.kept_bytes -= len(dropped.image)


def picture_tag(artwork_id: str, size: int | None) -> str:
    """The tag of a picture in one size."""
    return f'"{artwork_id}-{size or "original"}"'
