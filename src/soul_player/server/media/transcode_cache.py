"""Finished transcodes in the home: named by what they are of and by their own hash, within a budget, oldest use first.

A file here is whole: it was written under another name, synced and renamed. What is deleted stays readable for whoever
has it open.
"""

import contextlib
import logging
import os
import re
import tempfile
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from soul_player.server.media.files import OpenedFile

log = logging.getLogger("soul_player.server")

PART_SUFFIX = ".part"
# A part that nobody wrote to for so long is nobody's, also where several servers share a home.
ABANDONED_SECONDS = 3600.0
_NAME = re.compile(r"([0-9a-f]{64})\.([0-9a-f]{64})")


@dataclass(frozen=True)
class Finished:
    """An opened transcode and the sha256 of its bytes. The owner closes it."""

    file: OpenedFile
    sha256: bytes


@dataclass
class _Kept:
    path: Path
    sha256: bytes
    size_bytes: int


class TranscodeCache:
    """All calls touch the disk: but for `begin` they are for a thread, one at a time."""

    def __init__(self, folder: Path, *, budget_bytes: int) -> None:
        self._folder = folder
        self._budget_bytes = budget_bytes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self.kept_bytes = 0

    def open(self) -> None:
        """Find what is there, and drop what an earlier process left unfinished."""
        self._folder.mkdir(parents=True, exist_ok=True)
        found: list[tuple[int, str, _Kept]] = []
        for entry in os.scandir(self._folder):
            status = entry.stat(follow_symlinks=False)
            matched = _NAME.fullmatch(entry.name)
            if matched is not None and entry.is_file(follow_symlinks=False):
                kept = _Kept(Path(entry.path), bytes.fromhex(matched[2]), status.st_size)
                found.append((status.st_atime_ns, matched[1], kept))
            elif entry.name.endswith(PART_SUFFIX) and status.st_mtime < time.time() - ABANDONED_SECONDS:
                Path(entry.path).unlink(missing_ok=True)
        for _, key, kept in sorted(found, key=lambda one: one[0]):
            self._take(key, kept)
        self._evict(0)

    def find(self, key: bytes) -> Finished | None:
        """The finished one; from now on it is the one that was used last."""
        kept = self._kept.get(key.hex())
        if kept is None:
            return None
        try:
            file = OpenedFile(os.open(kept.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW))
        except FileNotFoundError:
            # Somebody emptied the folder: what is gone can be made again.
            self._forget(key.hex())
            return None
        self._kept.move_to_end(key.hex())
        # The time of its last use outlives this process. Not of its last change: that tells whether it was written to.
        os.utime(file.descriptor, ns=(time.time_ns(), file.stamp.mtime_ns))
        return Finished(file, kept.sha256)

    def begin(self) -> tuple[int, Path]:
        """A new part, open for writing and reading. Raises `OSError`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, path = tempfile.mkstemp(suffix=PART_SUFFIX, dir=self._folder)
        return descriptor, Path(path)

    def make_room(self) -> bool:
        """The disk is full: let go of the half that was used longest ago. False: there was nothing."""
        wanted = self.kept_bytes // 2
        had_some = bool(self._kept)
        while self._kept and self.kept_bytes > wanted:
            self._drop(next(iter(self._kept)))
        return had_some

    def keep(self, key: bytes, part: Path, sha256: bytes) -> None:
        """The part is whole: make it durable, and find it from now on. Raises `OSError`."""
        size_bytes = part.stat().st_size
        if size_bytes > self._budget_bytes:
            part.unlink(missing_ok=True)
            return
        self._evict(size_bytes)
        _sync(part)
        path = self._folder / f"{key.hex()}.{sha256.hex()}"
        part.rename(path)
        _sync(self._folder)
        self._take(key.hex(), _Kept(path, sha256, size_bytes))

    def _take(self, key: str, kept: _Kept) -> None:
        before = self._kept.pop(key, None)
        if before is not None:
            self.kept_bytes -= before.size_bytes
            if before.path != kept.path:
                before.path.unlink(missing_ok=True)
        self._kept[key] = kept
        self.kept_bytes += kept.size_bytes

    def _evict(self, room_bytes: int) -> None:
        while self._kept and self.kept_bytes + room_bytes > self._budget_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        # It may be gone already, or the disk may refuse: then it is found again at the next start.
        with contextlib.suppress(OSError):
            self._kept[key].path.unlink()
        self._forget(key)

    def _forget(self, key: str) -> None:
        self.kept_bytes -= self._kept.pop(key).size_bytes


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
