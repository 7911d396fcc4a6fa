"""Whether anything was committed to an SQLite file, by any process: asked many times a second, and nearly free."""

import sqlite3
from pathlib import Path


class Commits:
    """A connection of its own, which writes nothing: what `PRAGMA data_version` tells is of all others."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def version(self) -> int:
        """Another number than the last time: somebody has committed since. 0: it cannot be told now."""
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
                # It never waits for anybody: it is asked from where nothing may wait.
                self._connection.execute("PRAGMA busy_timeout = 0")
            row = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            # Locked, or the disk is in trouble: whoever reads it next meets that, and tells it.
            return 0
        return int(row[0])

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
