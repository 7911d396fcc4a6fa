"""Bytes to the end of a file; whole blocks past the page cache, where the system takes them.

What is downloaded is read again much later, if ever. In the page cache it would take the place of what is in use, the
copy into it costs as much as hashing it does, and a sync at the end would wait for all of it. So runs of whole blocks
go from memory to the disk (`O_DIRECT`: Linux, and the file systems that have it); the odd bytes at both ends of a run,
and everything elsewhere, are ordinary writes. Either way they are durable only after the sync that follows.
"""

import errno
import mmap
import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
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
STAGE_BYTES = 1 << 20
# As many as Linux takes at once.
_SEVERAL_MAX = 1_024
Piece = bytes | memoryview
_WRITE_SEVERAL: Callable[[int, Sequence[Piece]], int] | None = getattr(os, "writev", None)
# What a file system says that has no such writes.
_REFUSED = frozenset((errno.EINVAL, errno.ENOTSUP))


class FileWriter:
    """Used by several threads, each with a file of its own."""

    def __init__(self) -> None:
        self._has_direct = _DIRECT != 0
        # Memory that begins at a block's border, lent to one thread at a time.
        self._stages: list[mmap.mmap] = []

    def append(self, file: BinaryIO, pieces: Sequence[Piece]) -> int:
        """All of them, to an unbuffered file. How many of the bytes wait in the page cache for a sync.

        Raises `OSError`; then some of them may have landed, in order.
        """
        size = sum(map(len, pieces))
        head = -file.tell() % BLOCK_BYTES if self._has_direct and size >= DIRECT_BYTES_MIN else size
        whole = (size - head) // BLOCK_BYTES * BLOCK_BYTES
        if whole < DIRECT_BYTES_MIN:
            write_all(file, pieces)
            return size
        left = deque(memoryview(piece) for piece in pieces)
        write_all(file, _take(left, head))
        cached = size
        stage = self._stages.pop() if self._stages else mmap.mmap(-1, STAGE_BYTES)
        try:
            while whole:
                count = _fill(stage, _take(left, min(whole, STAGE_BYTES)))
                whole -= count
                with memoryview(stage)[:count] as block:
                    written = self._write_direct(file, block)
                    cached -= written
                    # The rest, as far as the disk has room; or what the file system would not have in this way.
                    write_all(file, [block[written:]])
        finally:
            self._stages.append(stage)
        write_all(file, left)
        return cached

    def _write_direct(self, file: BinaryIO, block: memoryview) -> int:
        """How much of it was written; nothing where there are no such writes."""
        if not self._has_direct:
            return 0
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


def cut_at_block(pieces: list[Piece], end: int) -> tuple[list[Piece], list[Piece]]:
    """Pieces of a file that end at byte `end` of it: what ends where a block does, and the few bytes behind that.

    What is left of them is not more than a part of the last piece.
    """
    over = end % BLOCK_BYTES
    if not 0 < over < len(pieces[-1]):
        return pieces, []
    last = memoryview(pieces[-1])
    return [*pieces[:-1], last[:-over]], [last[-over:]]


def write_all(file: BinaryIO, pieces: Iterable[Piece]) -> None:
    """In one call, if the system can."""
    listed = list(pieces)
    written = 0
    if len(listed) > 1 and _WRITE_SEVERAL is not None:
        # Every call more would hand the interpreter's lock to and fro.
        written = _WRITE_SEVERAL(file.fileno(), listed[:_SEVERAL_MAX])
    for piece in listed:
        if written >= len(piece):
            written -= len(piece)
            continue
        view = memoryview(piece)[written:]
        written = 0
        while view:
            view = view[file.write(view) :]


def _take(left: deque[memoryview], count: int) -> list[memoryview]:
    """So many bytes from the front."""
    taken: list[memoryview] = []
    while count:
        piece = left.popleft()
        if len(piece) > count:
            left.appendleft(piece[count:])
            piece = piece[:count]
        taken.append(piece)
        count -= len(piece)
    return taken


def _fill(stage: mmap.mmap, pieces: Sequence[memoryview]) -> int:
    at = 0
    for piece in pieces:
        stage[at : at + len(piece)] = piece
        at += len(piece)
    return at
