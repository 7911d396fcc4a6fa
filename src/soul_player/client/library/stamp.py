"""A stamp of the library's files, which differs whenever a transaction was committed, by any process."""

from collections.abc import Callable, Hashable
from pathlib import Path

from soul_player.client.library.open import LIBRARY_FILE

# Every commit appends to it, and its time of change is finer than any two commits that wait for the disk.
_WAL = f"{LIBRARY_FILE}-wal"


def stamp_of(home: Path) -> Callable[[], Hashable]:
    """Ask as often as you like: one look at a file's entry."""
    path = home / _WAL

    def stamp() -> Hashable:
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    return stamp
