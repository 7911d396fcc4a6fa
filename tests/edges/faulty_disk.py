"""A disk that is full when a test says so, or on which the power goes at a chosen step."""

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from soul_player.client.downloads.disk import Disk
from soul_player.client.downloads.writing import Piece


class PowerCut(BaseException):
    """The process is gone: nothing after this step happens."""


class FaultyDisk(Disk):
    """The real one, but for what a test asks. `steps` counts what was done to it, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.room_bytes: int | None = None
        self.said_free_bytes: int | None = None
        self.cut_at: int | None = None
        self.steps: list[str] = []

    def _step(self, name: str) -> None:
        if self.cut_at is not None and len(self.steps) >= self.cut_at:
            raise PowerCut(name)
        self.steps.append(name)

    def open_part(self, path: Path, *, fresh: bool) -> BinaryIO:
        """A step."""
        self._step("open")
        return super().open_part(path, fresh=fresh)

    def write(self, file: BinaryIO, pieces: Sequence[Piece]) -> int:
        """A step, as long as there is room: then half of the first piece that does not fit still lands."""
        self._step("write")
        cached = 0
        for piece in pieces:
            if self.room_bytes is not None:
                if len(piece) > self.room_bytes:
                    super().write(file, [piece[: self.room_bytes]])
                    self.room_bytes = 0
                    raise OSError(errno.ENOSPC, "No space left on device")
                self.room_bytes -= len(piece)
            cached += super().write(file, [piece])
        return cached

    def make_durable(self, path: Path) -> None:
        """A step."""
        self._step("fsync")
        super().make_durable(path)

    def rename(self, part: Path, target: Path) -> None:
        """A step."""
        self._step("rename")
        super().rename(part, target)

    def remove(self, path: Path) -> None:
        """A step; room comes back."""
        self._step("remove")
        if self.room_bytes is not None and path.exists():
            self.room_bytes += path.stat().st_size
        super().remove(path)

    def free_bytes(self, folder: Path) -> int:
        """What the disk says, which may be more than it has."""
        return super().free_bytes(folder) if self.said_free_bytes is None else self.said_free_bytes
