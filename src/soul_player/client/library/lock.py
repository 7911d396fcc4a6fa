"""`client.lock`: syncing a home belongs to the one process that holds it."""

import fcntl
import os
import time
from collections.abc import Collection
from pathlib import Path

LOCK_FILE = "client.lock"
ASKED_TIMES = 3
_LINE_BYTES_MAX = 4_096
ASKED_APART_SECONDS = 0.005


class HomeLock:
    """The operating system lets go of it when the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / LOCK_FILE
        self._file: int | None = None
        # Syncing and downloading of one process hold it together.
        self._holders = 0

    @property
    def is_held(self) -> bool:
        """By this object."""
        return self._file is not None

    def acquire(self) -> bool:
        """Never waits for its holder; False when another process holds it."""
        if self._file is not None:
            self._holders += 1
            return True
        # Someone who only asks (`is_held_elsewhere`) is gone at once: that must not look like a holder.
        for _ in range(ASKED_TIMES):
            if self._acquire():
                self._holders = 1
                return True
            time.sleep(ASKED_APART_SECONDS)
        return False

    def _acquire(self) -> bool:
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

    def is_held_elsewhere(self) -> bool:
        """By another process of this home, now. Asks for a shared lock, which nobody keeps."""
        if self._file is not None or not self._path.exists():
            return False
        file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def say_syncing(self, source_ids: Collection[int]) -> None:
        """For `syncing_elsewhere`: a process that keeps a home in sync holds the lock, and mostly only listens."""
        assert self._file is not None, "only the holder says what it does"
        os.pwrite(self._file, f"{' '.join(map(str, sorted(source_ids)))}\n".encode(), 0)

    def syncing_elsewhere(self) -> frozenset[int]:
        """The sources that another process of this home syncs now. What one that died has left there counts for
        nothing."""
        if not self.is_held_elsewhere():
            return frozenset()
        # A shorter line may stand before the rest of a longer one.
        line = self._path.read_bytes()[:_LINE_BYTES_MAX].partition(b"\n")[0]
        return frozenset(int(number) for number in line.split() if number.isdigit())

    def release(self) -> None:
        """Let another have it, once every part of this process that holds it has let go."""
        self._holders = max(0, self._holders - 1)
        if self._file is not None and self._holders == 0:
            os.close(self._file)
            self._file = None
