"""What downloads do to the disk, as an edge that is passed in: parts that grow, names that appear in one step."""

import asyncio
import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from soul_player.client.downloads.writing import FileWriter, Piece
from soul_player.client.errors import ClientError, DiskFull, FileUnwritable

T = TypeVar("T")

_READ_BYTES = 1 << 20
# The disk is told to write this much while more comes, so that a large file is durable soon after its end.
SYNCED_BYTES = 32 << 20


class Disk:
    """The machine's own. Every method may wait for the disk: it is called on a thread."""

    def __init__(self) -> None:
        self._writer = FileWriter()

    def make_folders(self, folders: Sequence[Path]) -> None:
        """For the owner only."""
        for folder in folders:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def open_part(self, path: Path, *, fresh: bool) -> BinaryIO:
        """For appending; with what is there already, unless it is to be `fresh`."""
        return path.open("wb" if fresh else "ab", buffering=0)

    def write(self, file: BinaryIO, pieces: Sequence[Piece]) -> int:
        """All of them. How many of the bytes nobody brings to the disk before a sync does."""
        return self._writer.append(file, pieces)

    def begin_sync(self, file: BinaryIO) -> None:
        """The bytes so far go to the disk."""
        os.fdatasync(file.fileno())

    def make_durable(self, path: Path) -> None:
        """The bytes are on the disk when this returns."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, part: Path, target: Path) -> None:
        """In one step. A target that is there holds the same bytes, for its name says so."""
        part.replace(target)

    def make_names_durable(self, folder: Path) -> None:
        """Names that appeared in it stay after a power cut."""
        self.make_durable(folder)

    def remove(self, path: Path) -> None:
        """It may be gone already."""
        path.unlink(missing_ok=True)

    def sizes(self, folder: Path) -> dict[str, int]:
        """Every file in it, by name."""
        found: dict[str, int] = {}
        with os.scandir(folder) as listed:
            for entry in listed:
                # It may go in the very moment between its name and its size.
                with suppress(FileNotFoundError):
                    if entry.is_file(follow_symlinks=False):
                        found[entry.name] = entry.stat(follow_symlinks=False).st_size
        return found

    def sha256(self, path: Path) -> str | None:
        """Of what can be read there now; None: it is not there, or cannot be read."""
        digest = hashlib.sha256()
        try:
            with path.open("rb", buffering=0) as file:
                feed(digest, file)
        except OSError:
            return None
        return digest.hexdigest()

    def free_bytes(self, folder: Path) -> int:
        """Room left for the user."""
        return shutil.disk_usage(folder).free


def feed(digest: "hashlib._Hash", file: BinaryIO) -> int:
    """Read to the end; how many bytes there were."""
    buffer = memoryview(bytearray(_READ_BYTES))
    total = 0
    while count := file.readinto(buffer):  # type: ignore[attr-defined]  # an unbuffered file has it
        digest.update(buffer[:count])
        total += count
    return total


@contextmanager
def disk_errors(path: Path) -> Generator[None, None, None]:
    """The system's errors -> ours, at this edge."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(
                f"the disk is full: nothing more fits into {path.parent}. Make room on it, and this goes on by itself"
            ) from error
        raise FileUnwritable(f"{path} cannot be written: {error.strerror or error}") from error


class Part:
    """A file that grows, and the sha256 of what is in it. Used by one at a time, on a thread."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self.path = path
        self.size_bytes = 0
        self._disk = disk
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None
        self._unsynced_bytes = 0

    def read_again(self) -> None:
        """What an earlier run left is not believed: it is read, and counts into the sum. Raises `FileUnwritable`."""
        with disk_errors(self.path):
            self._file = self._disk.open_part(self.path, fresh=False)
            with self.path.open("rb", buffering=0) as file:
                self.size_bytes = feed(self._digest, file)

    def append(self, pieces: Sequence[Piece]) -> None:
        """To what was read again, else to nothing. Raises `DiskFull`, `FileUnwritable`: then only what is in the file
        counts, not what this object believes."""
        with disk_errors(self.path):
            if self._file is None:
                self._file = self._disk.open_part(self.path, fresh=self.size_bytes == 0)
            self._unsynced_bytes += self._disk.write(self._file, pieces)
        for piece in pieces:
            self._digest.update(piece)
            self.size_bytes += len(piece)

    def finish(self, pieces: Sequence[Piece], *, sha256: str | None) -> bool:
        """The last pieces, one turn of a thread for all that is left: True when the sum is right, and then the bytes
        are on the disk. Closed however it ends. Raises as `append` does."""
        try:
            self.append(pieces)
            is_right = self.sha256() == sha256
            if is_right:
                with self._lost_unless_synced():
                    self._disk.make_durable(self.path)
            return is_right
        finally:
            self.close()

    def needs_sync(self) -> bool:
        """So much was written since the last time that the disk should begin with it: the end is then soon durable."""
        if self._file is None or self._unsynced_bytes < SYNCED_BYTES:
            return False
        self._unsynced_bytes = 0
        return True

    def sync(self) -> None:
        """May run beside `append`. What counts is the sync at the end."""
        if self._file is not None:
            with self._lost_unless_synced():
                self._disk.begin_sync(self._file)

    @contextmanager
    def _lost_unless_synced(self) -> Generator[None, None, None]:
        """The system tells of bytes that it could not write only once: it takes them for written from then on, and any
        later sync for done. So what a sync failed on is nothing to go on with."""
        try:
            with disk_errors(self.path):
                yield
        except ClientError:
            with disk_errors(self.path):
                self._disk.remove(self.path)
            raise

    def sha256(self) -> str:
        """Of all that is in it."""
        return self._digest.hexdigest()

    @property
    def is_open(self) -> bool:
        """It has to be closed."""
        return self._file is not None

    def close(self) -> None:
        """It stays where it is."""
        if self._file is not None:
            self._file.close()
            self._file = None


async def to_its_end(work: Callable[[], T]) -> T:
    """On a thread, waited for as `ended` does."""
    running = asyncio.get_running_loop().run_in_executor(None, work)
    await ended(running)
    return running.result()


async def ended(*running: asyncio.Future[Any]) -> None:
    """Threads have done all of this. Who is cancelled meanwhile waits for it all the same, and however often: nobody
    closes a file that one of them writes to. Raises what the first of them raised that failed."""
    cancelled: asyncio.CancelledError | None = None
    while pending := [one for one in running if not one.done()]:
        try:
            await asyncio.wait(pending)
        except asyncio.CancelledError as error:
            cancelled = error
    failed = [failure for one in running if (failure := one.exception()) is not None]
    if cancelled is not None:
        raise cancelled
    if failed:
        raise failed[0]
