"""The disk of a machine: power cuts that lose what was not synced, and no room left.

SQLite's own files are real. A power cut is a copy of them at that moment: the file and its log, without the shared
memory. A commit with `synchronous = FULL` is on the disk when it returns; what was committed with less may be lost, the
latest first, so the copied log is cut off at an earlier commit.
"""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from soul_player.database import sqlite
from tests.simulation.clock import current_host

SYNCHRONOUS_FULL = 2
# Not on the disk, or of no use after a restart.
_VOLATILE = ("-shm", ".lock", ".part")


class Disk:
    """One machine's folder."""

    def __init__(self, folder: Path, chooser: random.Random) -> None:
        self.folder = folder
        self._chooser = chooser
        self._frozen = folder.with_name(folder.name + ".frozen")
        self._connections: list[sqlite3.Connection] = []
        # Sizes of a log at its commits that nothing has synced yet; the first is what is on the disk for certain.
        self._unsynced: dict[Path, list[int]] = {}
        self.is_full = False
        folder.mkdir(parents=True, exist_ok=True)

    def register(self, path: Path, connection: sqlite3.Connection) -> None:
        """A connection to a file of this disk was opened."""
        self._connections.append(connection)
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
        log = path.with_name(path.name + "-wal")
        if synchronous < SYNCHRONOUS_FULL and log not in self._unsynced:
            self._unsynced[log] = [_size(log)]
        if self.is_full:
            _limit(connection, full=True)

    def note_commit(self) -> None:
        """A job has ended, maybe with a commit."""
        for log, sizes in self._unsynced.items():
            size = _size(log)
            if size != sizes[-1]:
                sizes.append(size)

    def set_full(self, full: bool) -> None:
        """Writing fails from here on, or works again."""
        self.is_full = full
        for connection in self._connections:
            # The product closes its connections a little before its process ends.
            with suppress(sqlite3.ProgrammingError):
                _limit(connection, full=full)

    def cut_power(self) -> None:
        """Keep what is on the disk now. Whatever is written until `turn_on` is lost."""
        shutil.copytree(self.folder, self._frozen, ignore=_left_out)
        for log, sizes in self._unsynced.items():
            copied = self._frozen / log.relative_to(self.folder)
            if copied.exists():
                os.truncate(copied, self._chooser.choice(sizes))

    def turn_on(self) -> None:
        """After every connection of the former process was closed."""
        self.forget_connections()
        shutil.rmtree(self.folder)
        self._frozen.rename(self.folder)

    def forget_connections(self) -> None:
        """The process has ended."""
        self._connections.clear()
        self._unsynced.clear()

    def copy_to(self, target: Path) -> None:
        """The whole folder as it is; nothing may be running on it."""
        shutil.copytree(self.folder, target, ignore=_left_out)

    def replace_by(self, source: Path) -> None:
        """Another folder's content in place of this one's."""
        shutil.rmtree(self.folder)
        shutil.copytree(source, self.folder, ignore=_left_out)


def _left_out(_: Any, names: list[str]) -> list[str]:
    return [name for name in names if name.endswith(_VOLATILE)]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _limit(connection: sqlite3.Connection, *, full: bool) -> None:
    """SQLite itself says that there is no room, with all that follows from it."""
    if full:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {max(1, pages)}")
    else:
        connection.execute("PRAGMA max_page_count = 1073741823")


@contextmanager
def disks_watched() -> Generator[None, None, None]:
    """Every connection that the product opens is known to the disk of the machine that opens it."""
    real: Callable[..., sqlite3.Connection] = sqlite.connect

    def connect(path: Path, **settings: Any) -> sqlite3.Connection:
        connection = real(path, **settings)
        disk = getattr(current_host.get(), "disk", None)
        if disk is not None:
            disk.register(path, connection)
        return connection

    sqlite.connect = connect
    try:
        yield
    finally:
        sqlite.connect = real
