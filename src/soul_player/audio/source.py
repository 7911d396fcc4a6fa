"""An open file as the parsers see it: reads at a place, never beyond the size it had when it was opened."""

import os
import stat as stat_module
from dataclasses import dataclass
from typing import NamedTuple


class UnreadableAudio(Exception):
    """The file cannot be taken into a library. The text says why, for people."""


class MalformedAudio(Exception):
    """A structure inside the file contradicts itself or the file's size."""


class Stamp(NamedTuple):
    """What tells one state of a file from another without reading it."""

    size_bytes: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Stamp":
        """The stamp in a `stat` or `fstat` result."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Source:
    """A descriptor with the size it had. The owner of the descriptor closes it."""

    descriptor: int
    size_bytes: int

    def read_at(self, offset: int, count: int) -> bytes:
        """At most `count` bytes; fewer at the end of the file."""
        if offset < 0 or count < 0 or offset >= self.size_bytes:
            return b""
        return os.pread(self.descriptor, min(count, self.size_bytes - offset), offset)

    def read_exactly(self, offset: int, count: int) -> bytes:
        """Raises `MalformedAudio` when the file ends before."""
        piece = self.read_at(offset, count)
        if len(piece) != count:
            raise MalformedAudio(f"{count} bytes at {offset} are beyond the end")
        return piece


# O_NONBLOCK: a pipe that took a file's name must not hold a worker for ever.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def open_regular(path: bytes, *, folder: int | None = None) -> int:
    """A descriptor of a regular file, below the open `folder` if one is given. Raises `OSError`, or `UnreadableAudio`
    for anything that is no regular file."""
    descriptor = os.open(path, _OPEN_FLAGS, dir_fd=folder)
    if not stat_module.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableAudio("not a regular file")
    return descriptor
