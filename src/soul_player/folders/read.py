"""Files below a root are opened and read: what a worker process does for one request."""

import errno
import os
from collections.abc import Callable
from typing import Self, TypeVar, assert_never

from soul_player.audio.artwork import embedded_artwork, find_artwork, folder_artwork
from soul_player.audio.file_hash import hash_descriptor
from soul_player.audio.source import UnreadableAudio, open_regular
from soul_player.audio.tags import read_tags
from soul_player.folders.messages import (
    ArtworkRequest,
    Failed,
    Hashed,
    HashRequest,
    Picture,
    Reply,
    Request,
    TagsRead,
    TagsRequest,
)

Answer = TypeVar("Answer")

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def perform(request: Request) -> Reply:
    """Never raises for what is wrong with a file: that is an answer."""
    with OpenFolders(request.root) as folders:
        match request:
            case TagsRequest():
                return Reply(tuple(_answer(folders, path, _tags) for path in request.paths))
            case HashRequest():
                return Reply(tuple(_answer(folders, path, _hashes) for path in request.paths))
            case ArtworkRequest():
                size = request.size
                return Reply((_answer(folders, request.path, lambda *place: _picture(*place, size=size)),))
            case _:
                assert_never(request)


class OpenFolders:
    """Opens files below a root step by step, so that no folder can be swapped for a link that leads out of it.

    The folder of the last file stays open: files come sorted, an album at a time.
    """

    def __init__(self, root: bytes) -> None:
        self.root = root
        self._folder: bytes | None = None
        self._descriptor = -1

    def open(self, path: bytes) -> int:
        """A descriptor of the regular file. Raises `OSError` or `UnreadableAudio`."""
        folder, _, name = path.rpartition(b"/")
        if folder != self._folder:
            self._close()
            self._descriptor = self._open_folder(folder)
            self._folder = folder
        return open_regular(name, folder=self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _open_folder(self, folder: bytes) -> int:
        # The root itself may be a link: a person named it.
        here = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in folder.split(b"/") if folder else ():
            try:
                if part in (b"", b".", b".."):
                    raise FileNotFoundError(errno.ENOENT, "no path below a music folder")
                below = os.open(part, _FOLDER_FLAGS, dir_fd=here)
            finally:
                os.close(here)
            here = below
        return here

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._folder = -1, None


def _answer(folders: OpenFolders, path: bytes, read: Callable[[OpenFolders, int, bytes], Answer]) -> Answer | Failed:
    try:
        descriptor = folders.open(path)
        try:
            return read(folders, descriptor, path)
        finally:
            os.close(descriptor)
    except UnreadableAudio as error:
        return Failed(str(error))
    except OSError as error:
        is_gone = error.errno in _GONE
        return Failed((error.strerror or str(error)).lower(), is_gone=is_gone, may_pass=not is_gone)
    except MemoryError:
        return Failed("reading it would take more memory than is allowed")


def _tags(_folders: OpenFolders, descriptor: int, path: bytes) -> TagsRead:
    tags = read_tags(descriptor, path)
    return TagsRead(tags.metadata, tags.content_type, tags.stamp)


def _hashes(folders: OpenFolders, descriptor: int, path: bytes) -> Hashed:
    hashes = hash_descriptor(descriptor, name=path)
    artwork = find_artwork(descriptor, path, _folder_of(folders, path))
    return Hashed(hashes.file, hashes.audio, artwork.id if artwork else None, hashes.stamp)


def _picture(folders: OpenFolders, descriptor: int, path: bytes, *, size: int | None) -> Picture | Failed:
    # Pillow takes a quarter of a worker's start, and most workers never see a picture.
    from soul_player.audio.artwork_sizes import BadArtwork, resize  # noqa: PLC0415

    reason = "no picture"
    for artwork in (embedded_artwork(descriptor, path), folder_artwork(_folder_of(folders, path))):
        if artwork is None:
            continue
        if size is None:
            return Picture(artwork.id, artwork.content_type, artwork.image)
        try:
            image, content_type = resize(artwork.image, size)
        except BadArtwork as error:
            reason = str(error)
            continue
        return Picture(artwork.id, content_type, image)
    return Failed(reason, is_gone=reason == "no picture")


def _folder_of(folders: OpenFolders, path: bytes) -> bytes:
    return os.path.join(folders.root, os.path.dirname(path))
