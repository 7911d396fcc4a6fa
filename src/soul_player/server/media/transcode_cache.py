"""Finished transcodes in the home: named by what they are of and by their own hash, within a budget, oldest use first.

A file here is whole: it was written under another name, synced and renamed. What is deleted stays readable for whoever
has it open. Several processes of one server share the folder: what one of them has kept the others find, and a part
that is locked is made by somebody.
"""

import contextlib
import fcntl
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
# A part may go in the moment between its opening and its lock.
CLAIMS_MAX = 8
_NAME = re.compile(r"([0-9a-f]{64})\.([0-9a-f]{64})")


@dataclass(frozen=True)
class Finished:
    """An opened transcode and the sha256 of its bytes. The owner closes it."""

    file: OpenedFile
    sha256: bytes


@dataclass
class _Kept:
    key: str
    path: Path
    sha256: bytes
    size_bytes: int
    used_at_ns: int


class TranscodeCache:
    """All calls touch the disk: but for `begin` and `claim` they are for a thread, one at a time."""

    def __init__(self, folder: Path, *, budget_bytes: int) -> None:
        self._folder = folder
        self._budget_bytes = budget_bytes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self.kept_bytes = 0

    def open(self) -> None:
        """Find what is there, and drop what an earlier process left unfinished."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._look()
        for entry in os.scandir(self._folder):
            if entry.name.endswith(PART_SUFFIX):
                status = entry.stat(follow_symlinks=False)
                if status.st_mtime < time.time() - ABANDONED_SECONDS:
                    Path(entry.path).unlink(missing_ok=True)
        self._evict(0)

    def find(self, key: bytes) -> Finished | None:
        """The finished one; from now on it is the one that was used last."""
        kept = self._kept.get(key.hex()) or self._made_elsewhere(key.hex())
        if kept is None:
            return None
        try:
            file = OpenedFile(os.open(kept.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW))
        except FileNotFoundError:
            # Somebody emptied the folder, or needed the room: what is gone can be made again.
            self._forget(key.hex())
            return None
        self._kept.move_to_end(key.hex())
        # The time of its last use outlives this process. Not of its last change: that tells whether it was written to.
        os.utime(file.descriptor, ns=(time.time_ns(), file.stamp.mtime_ns))
        return Finished(file, kept.sha256)

    def is_kept(self, key: bytes) -> bool:
        """Whether somebody has made it by now."""
        return self._made_elsewhere(key.hex()) is not None

    def begin(self) -> tuple[int, Path]:
        """A new part, open for writing and reading. Raises `OSError`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, path = tempfile.mkstemp(suffix=PART_SUFFIX, dir=self._folder)
        return descriptor, Path(path)

    def claim(self, key: bytes) -> tuple[int, Path] | None:
        """The same, for this process alone: None while another one makes what has this key. Raises `OSError`.

        The claim ends when the descriptor is closed, so one that was killed claims nothing.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{key.hex()}{PART_SUFFIX}"
        for _ in range(CLAIMS_MAX):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_at(descriptor, path):
                    # Of one that was killed there may be a beginning.
                    os.ftruncate(descriptor, 0)
                    return descriptor, path
            except BlockingIOError:
                os.close(descriptor)
                return None
            except BaseException:
                os.close(descriptor)
                raise
            # Whoever had it has just kept it, or given it up.
            os.close(descriptor)
        return None

    def make_room(self) -> bool:
        """The disk is full: let go of the half that was used longest ago. False: there was nothing."""
        self._look()
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
        # Others may have kept some meanwhile: the budget is for all of them together.
        self._look()
        self._evict(size_bytes)
        # For the order of use, which the system's own time tells too coarsely.
        used_at_ns = time.time_ns()
        os.utime(part, ns=(used_at_ns, part.stat().st_mtime_ns))
        _sync(part)
        path = self._folder / f"{key.hex()}.{sha256.hex()}"
        part.rename(path)
        _sync(self._folder)
        self._take(_Kept(key.hex(), path, sha256, size_bytes, used_at_ns))

    def _look(self) -> None:
        """What is there now, whoever kept it, in the order of its last use."""
        found = [kept for entry in os.scandir(self._folder) if (kept := _read(entry)) is not None]
        self._kept.clear()
        self.kept_bytes = 0
        for kept in sorted(found, key=lambda one: one.used_at_ns):
            self._take(kept)

    def _made_elsewhere(self, key: str) -> _Kept | None:
        try:
            entries = [entry for entry in os.scandir(self._folder) if entry.name.startswith(key)]
        except FileNotFoundError:
            return None
        for entry in entries:
            kept = _read(entry)
            if kept is not None:
                self._take(kept)
        return self._kept.get(key)

    def _take(self, kept: _Kept) -> None:
        before = self._kept.pop(kept.key, None)
        if before is not None:
            self.kept_bytes -= before.size_bytes
            if before.path != kept.path:
                before.path.unlink(missing_ok=True)
        self._kept[kept.key] = kept
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


def _read(entry: "os.DirEntry[str]") -> _Kept | None:
    matched = _NAME.fullmatch(entry.name)
    try:
        if matched is None or not entry.is_file(follow_symlinks=False):
            return None
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        # Another process has just let go of it.
        return None
    return _Kept(matched[1], Path(entry.path), bytes.fromhex(matched[2]), status.st_size, status.st_atime_ns)


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the open file is the one that has this name now."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
