"""Word from the system that something in a folder was written: Linux's inotify, where it is to be had."""

import asyncio
import contextlib
import ctypes
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

# inotify(7): written, moved away or here, made, removed; each of a file that lies in the folder itself.
_EVENTS = 0x2 | 0x40 | 0x80 | 0x100 | 0x200
_READ_BYTES = 65_536


class Notices:
    """Of one folder. What was written is not told: whoever is told looks."""

    def __init__(self, file: int) -> None:
        self._file = file

    def listen(self, tell: Callable[[], None]) -> None:
        """`tell` is called by the running loop while there is anything that was not taken."""
        asyncio.get_running_loop().add_reader(self._file, tell)

    def stop_listening(self) -> None:
        """What happens from now on waits to be taken."""
        asyncio.get_running_loop().remove_reader(self._file)

    def take(self) -> bool:
        """Whether there was any since the last time."""
        was_any = False
        with contextlib.suppress(BlockingIOError):
            # The kernel folds what is the same, and bounds the rest.
            while os.read(self._file, _READ_BYTES):
                was_any = True
        return was_any

    def close(self) -> None:
        """Nothing is noticed any more."""
        os.close(self._file)


def open_notices(folder: Path) -> Notices | None:
    """None: this system does not tell, and who wants to know has to look."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    # IN_NONBLOCK and IN_CLOEXEC are these by definition.
    file = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if file >= 0 and libc.inotify_add_watch(file, os.fsencode(folder), ctypes.c_uint32(_EVENTS)) >= 0:
        return Notices(file)
    reason = os.strerror(ctypes.get_errno())
    if file >= 0:
        os.close(file)
    log.info("%s is looked at by the clock, the system does not tell: %s", folder, reason)
    return None
