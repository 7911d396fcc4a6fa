"""`client.lock`: syncing a home belongs to the one process that holds it."""

import fcntl
import os
from pathlib import Path

LOCK_FILE = "client.lock"


class HomeLock:
    """The operating system lets go of it when the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / LOCK_FILE
        self._file: int | None = None

    @property
    def is_held(self) -> bool:
        """By this object."""
        return self._file is not None

    def acquire(self) -> bool:
        """Never waits; False when another holds it."""
        assert self._file is None, self._path
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        except BaseException:
            os.close(file)
            raise
        self._file = file
        return True

    def release(self) -> None:
        """Let another have it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
