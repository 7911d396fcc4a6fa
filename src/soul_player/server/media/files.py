"""A file of a root, opened so that no link leads out of the root."""

import errno
import os
import stat
from typing import Self

from soul_player.audio.source import Stamp
from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused

# A FIFO with the name of a song must not make `open` wait.
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_FOLDER_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_DIRECTORY


class OpenedFile:
    """An open descriptor with what `fstat` said of it. The owner closes it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        status = os.fstat(descriptor)
        self.device = status.st_dev
        self.stamp = Stamp.of(status)

    def is_unchanged(self) -> bool:
        """Whether nobody wrote to it since it was opened."""
        return Stamp.of(os.fstat(self.descriptor)) == self.stamp

    def look_again(self) -> None:
        """It was written to: what it is now counts."""
        self.stamp = Stamp.of(os.fstat(self.descriptor))

    def close(self) -> None:
        """Let go of the descriptor."""
        os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_below(root: bytes, path: bytes) -> OpenedFile:
    """Open `path` below `root`. Links are followed only when they end below the root.

    Raises `RequestRefused`: `track_gone` when it vanished (or leads out), `file_unreadable` when it cannot be read now.
    """
    try:
        return OpenedFile(_open_without_links(root, path))
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENOTDIR):
            raise _refused(error) from error
    real_root = os.path.realpath(root)
    real_path = os.path.realpath(real_root + b"/" + path)
    if not real_path.startswith(real_root.rstrip(b"/") + b"/"):
        raise RequestRefused(ProblemCode.TRACK_GONE, "the file is not in the library any more")
    try:
        # The resolved path has no links: one that appears there meanwhile is refused.
        return OpenedFile(_open_without_links(real_root, os.path.relpath(real_path, real_root)))
    except OSError as error:
        raise _refused(error) from error


def _open_without_links(root: bytes, path: bytes) -> int:
    """Component by component, so that nothing can be swapped for a link between a check and the opening."""
    *folders, name = path.split(b"/")
    here = os.open(root, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        for folder in folders:
            if folder in (b"", b".", b".."):
                raise FileNotFoundError(errno.ENOENT, "no path of a library", path)
            below = os.open(folder, _FOLDER_FLAGS, dir_fd=here)
            os.close(here)
            here = below
        descriptor = os.open(name, _FILE_FLAGS, dir_fd=here)
    finally:
        os.close(here)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, "not a file", path)
    return descriptor


def _refused(error: OSError) -> RequestRefused:
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
        return RequestRefused(ProblemCode.TRACK_GONE, "the file is not there any more")
    return RequestRefused(
        ProblemCode.FILE_UNREADABLE,
        f"the file cannot be read now: {os.strerror(error.errno or 0)}",
        headers=((b"retry-after", b"30"),),
    )
