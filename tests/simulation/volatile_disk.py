"""The disk that downloads write to: what was not synced is lost at a power cut, torn, or there by chance.

The files are real and small. Beside them it is known what a power cut would leave: of each file the bytes that were
last synced, of the folders the names that were. Steps on names come to the disk in their order, whenever it likes;
syncing a folder brings those of that folder. A step may be the last one before the power goes.
"""

import errno
import hashlib
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from soul_player.client.downloads.disk import Disk
from soul_player.client.downloads.writing import Piece

TORN_WRITE_CHANCE = 0.2
# Sometimes only the process dies, and all that it wrote is there.
LOSSLESS_CHANCE = 0.25


@dataclass(eq=False)
class _File:
    """A file under whatever name. `durable`: its bytes on the disk; `path`: where it is now."""

    path: Path
    durable: bytes = b""
    # A sync failed: the system takes what it lost for written, and no later sync brings it.
    is_lost: bool = False

    def bytes_now(self) -> bytes:
        return self.path.read_bytes() if self.path.exists() else b""


@dataclass(frozen=True)
class _Step:
    """A name that appeared (`file`), or went (None)."""

    path: Path
    file: _File | None
    # The name that a rename took away.
    former: Path | None = None

    def apply(self, names: dict[Path, _File]) -> None:
        if self.former is not None:
            names.pop(self.former, None)
        if self.file is None:
            names.pop(self.path, None)
        else:
            names[self.path] = self.file


_State = tuple[dict[Path, _File], dict[Path, _File], list[_Step]]


class VolatileDisk(Disk):
    """`step`: called before each with its name; it may cut the power. `is_killed`: the next end is one of the process
    alone. `on_removed`: told the path and the bytes that it had."""

    def __init__(self, folders: Sequence[Path], chooser: random.Random, *, step: Callable[[str], None]) -> None:
        super().__init__()
        self._folders = tuple(folders)
        self._chooser = chooser
        self._step = step
        self._names: dict[Path, _File] = {}
        self._durable: dict[Path, _File] = {}
        self._pending: list[_Step] = []
        # What was known when the process was killed; what its ghost does counts for nothing.
        self._saved: _State | None = None
        self.is_killed = False
        self.capacity_bytes: int | None = None
        self.sync_fails_chance = 0.0
        self.on_removed: Callable[[Path, bytes], None] = lambda path, content: None

    def turn_on(self) -> None:
        """After a power cut what is there is there; after the end of a process alone, not all of it for certain."""
        if self._saved is not None:
            self._names, self._durable, self._pending = self._saved
            self._saved = None
            return
        self._pending.clear()
        self._names = {path: _File(path, path.read_bytes()) for path in self._files()}
        self._durable = dict(self._names)

    def _files(self) -> Iterator[Path]:
        for folder in self._folders:
            if folder.is_dir():
                yield from sorted(path for path in folder.iterdir() if path.is_file())

    def used_bytes(self) -> int:
        """By all files."""
        return sum(path.stat().st_size for path in self._files())

    def is_certain(self, path: Path, sha256: bytes) -> bool:
        """Whether these bytes are under this name whatever happens now: a power cut too, before or after any step."""
        names = dict(self._durable)
        possible = [names.get(path)]
        for step in self._pending:
            step.apply(names)
            possible.append(names.get(path))
        return all(
            file is not None and not file.is_lost and hashlib.sha256(file.durable).digest() == sha256
            for file in possible
        )

    def survive_in(self, folder: Path, root: Path) -> None:
        """What is left of the files below `root` after a power cut now, into this copy of it."""
        names = dict(self._durable)
        is_lossless = self.is_killed or self._chooser.random() < LOSSLESS_CHANCE
        self.is_killed = False
        self._saved = self._state() if is_lossless else None
        count = len(self._pending) if is_lossless else self._chooser.randint(0, len(self._pending))
        for step in self._pending[:count]:
            step.apply(names)
        for one in self._folders:
            copied = folder / one.relative_to(root)
            shutil.rmtree(copied, ignore_errors=True)
            copied.mkdir(parents=True)
        for path, file in sorted(names.items()):
            content = file.bytes_now() if is_lossless and file.path.exists() else self._torn(file)
            (folder / path.relative_to(root)).write_bytes(content)

    def _state(self) -> "_State":
        copies = {file: _File(file.path, file.durable, file.is_lost) for file in self._all_files()}
        return (
            {path: copies[file] for path, file in self._names.items()},
            {path: copies[file] for path, file in self._durable.items()},
            [_Step(step.path, step.file and copies[step.file], step.former) for step in self._pending],
        )

    def _all_files(self) -> Iterator[_File]:
        yield from self._names.values()
        yield from self._durable.values()
        yield from (step.file for step in self._pending if step.file is not None)

    def _torn(self, file: _File) -> bytes:
        """What was synced, and of what came after it any part, some of it never written."""
        now = file.bytes_now()
        if not now.startswith(file.durable):
            return file.durable
        tail = bytearray(now[len(file.durable) : self._chooser.randint(len(file.durable), len(now))])
        if tail and self._chooser.random() < 0.5:
            first = self._chooser.randrange(len(tail))
            tail[first:] = bytes(len(tail) - first)
        return file.durable + bytes(tail)

    # What downloads do

    def open_part(self, path: Path, *, fresh: bool) -> BinaryIO:
        """A step."""
        self._step("open")
        if not path.exists():
            self._name(_Step(path, _File(path)))
        elif fresh:
            self._names[path].is_lost = False
        return super().open_part(path, fresh=fresh)

    def write(self, file: BinaryIO, pieces: Sequence[Piece]) -> int:
        """Some bytes at a time, each a step; when the disk is full, what still fits lands. All of it must be synced."""
        left = memoryview(b"".join(pieces))
        while left:
            self._step("write")
            count = self._chooser.randint(1, len(left)) if self._chooser.random() < TORN_WRITE_CHANCE else len(left)
            if self.capacity_bytes is not None:
                count = min(count, self.capacity_bytes - self.used_bytes())
                if count <= 0:
                    raise OSError(errno.ENOSPC, "No space left on device")
            file.write(left[:count])
            left = left[count:]
        return sum(map(len, pieces))

    def begin_sync(self, file: BinaryIO) -> None:
        """A step."""
        self._sync(Path(str(file.name)))

    def make_durable(self, path: Path) -> None:
        """A step."""
        if path in self._folders:
            self._sync_names(path)
        else:
            self._sync(path)

    def _sync(self, path: Path) -> None:
        self._step("sync")
        if not path.exists():
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))
        file = self._names[path]
        if self._chooser.random() < self.sync_fails_chance:
            file.is_lost = file.durable != file.bytes_now()
            raise OSError(errno.EIO, "Input/output error")
        if not file.is_lost:
            file.durable = file.bytes_now()

    def _sync_names(self, folder: Path) -> None:
        self._step("names")
        here = [step for step in self._pending if folder in {step.path.parent, step.former and step.former.parent}]
        for step in here:
            step.apply(self._durable)
        moved = {step.file for step in here if step.former is not None}
        # A file that was renamed for good does not appear again under its first name.
        self._pending = [step for step in self._pending if step not in here and step.file not in moved]

    def rename(self, part: Path, target: Path) -> None:
        """A step."""
        self._step("rename")
        super().rename(part, target)
        file = self._names[part]
        file.path = target
        self._name(_Step(target, file, part))

    def remove(self, path: Path) -> None:
        """A step."""
        self._step("remove")
        if path.exists():
            content = path.read_bytes()
            super().remove(path)
            self._name(_Step(path, None))
            self.on_removed(path, content)

    def free_bytes(self, folder: Path) -> int:
        """What the disk says."""
        if self.capacity_bytes is None:
            return super().free_bytes(folder)
        return max(0, self.capacity_bytes - self.used_bytes())

    def damage(self, path: Path) -> None:
        """A byte rots."""
        content = bytearray(path.read_bytes())
        content[self._chooser.randrange(len(content))] ^= 0xFF
        path.write_bytes(content)
        self._names[path].durable = bytes(content)

    def _name(self, step: _Step) -> None:
        step.apply(self._names)
        self._pending.append(step)
