"""Bytes to the end of a file; whole blocks past the page cache, where the system takes them.

What is downloaded is read again much later, if ever. In the page cache it would take the place of what is in use, the
copy into it costs as much as hashing it does, and a sync at the end would wait for all of it. So runs of whole blocks
go from memory to the disk (`O_DIRECT`: Linux, and the file systems that have it), if they begin at a block's border
there too; the odd bytes at both ends of a run, and everything elsewhere, are ordinary writes. Either way they are
durable only after the sync that follows.
"""

import ctypes
import errno
import mmap
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows has none
    _DIRECT = 0
else:
    _DIRECT = getattr(os, "O_DIRECT", 0)

# What memory, place and length must be a multiple of: no disk in use wants more.
BLOCK_BYTES = 4_096
# For less than this an ordinary write costs no more.
DIRECT_BYTES_MIN = 64 * 1024
MEMORY_BYTES = 1 << 20
Piece = bytes | memoryview
# What a file system says that has no such writes.
_REFUSED = frozenset((errno.EINVAL, errno.ENOTSUP))


class Memories:
    """Memory that begins at a block's border, lent to whoever receives; kept while anybody does."""

    def __init__(self) -> None:
        self._free: list[memoryview] = []
        self._borrowers = 0

    @contextmanager
    def lending(self) -> Generator[Callable[[], memoryview], None, None]:
        """Lends `MEMORY_BYTES` each time it is called; all of it is given back at the end of the block."""
        lent: list[memoryview] = []

        def lend() -> memoryview:
            lent.append(self._free.pop() if self._free else memoryview(mmap.mmap(-1, MEMORY_BYTES)))
            return lent[-1]

        self._borrowers += 1
        try:
            yield lend
        finally:
            self._borrowers -= 1
            self._free += lent
            lent.clear()
            if not self._borrowers:
                self._free.clear()


class FileWriter:
    """Used by several threads, each with a file of its own."""

    def __init__(self) -> None:
        self._has_direct = _DIRECT != 0

    def append(self, file: BinaryIO, pieces: Sequence[Piece]) -> int:
        """All of them, to an unbuffered file. How many of the bytes wait in the page cache for a sync.

        Raises `OSError`; then some of them may have landed, in order.
        """
        return sum(self._append(file, memoryview(piece)) for piece in pieces)

    def _append(self, file: BinaryIO, piece: memoryview) -> int:
        head = -file.tell() % BLOCK_BYTES
        whole = (len(piece) - head) // BLOCK_BYTES * BLOCK_BYTES
        if not self._has_direct or whole < DIRECT_BYTES_MIN or not _begins_at_border(piece[head:]):
            write_all(file, piece)
            return len(piece)
        write_all(file, piece[:head])
        written = self._write_direct(file, piece[head : head + whole])
        # The rest, as far as the disk has room; or what the file system would not have in this way.
        write_all(file, piece[head + written :])
        return len(piece) - written

    def _write_direct(self, file: BinaryIO, block: memoryview) -> int:
        """How much of it was written; nothing where there are no such writes."""
        descriptor = file.fileno()
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | _DIRECT)
            return os.write(descriptor, block)
        except OSError as error:
            if error.errno not in _REFUSED:
                raise
            self._has_direct = False
            return 0
        finally:
            fcntl.fcntl(descriptor, fcntl.F_SETFL, flags)


def write_all(file: BinaryIO, view: memoryview) -> None:
    """To an unbuffered file."""
    while view:
        view = view[file.write(view) :]


def _begins_at_border(view: memoryview) -> bool:
    # What cannot be written to is no memory of ours, and begins anywhere.
    return not view.readonly and ctypes.addressof(ctypes.c_char.from_buffer(view)) % BLOCK_BYTES == 0
