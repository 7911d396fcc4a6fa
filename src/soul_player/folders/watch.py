"""File-system events -> one signal for each burst, once it has settled."""

import asyncio
import os
import posixpath
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

QUIET_SECONDS = 2.0
# Together with the scan of what changed this stays within ten seconds, even while a long copy goes on.
BURST_SECONDS_MAX = 7.0
# It looks for them so often, which is what watching costs; a burst is only over after QUIET_SECONDS.
_GROUP_MS = 250
_STEP_MS = 250

# Waits at most so many seconds for events; how many there were.
NextEvents = Callable[[float], Awaitable[int]]


class CannotWatch(Exception):
    """A folder does not exist, or the system has no watch left for it: look again by the clock."""


@asynccontextmanager
async def watch_folders(folders: Sequence[bytes]) -> AsyncGenerator[NextEvents, None]:
    """Watch everything below the folders; once inside, no event is missed. Raises `CannotWatch`."""
    watching = _Watching(folders)
    await watching.begin()
    try:
        yield watching.next_events
    finally:
        watching.end()


class _Watching:
    def __init__(self, folders: Sequence[bytes]) -> None:
        self._folders = folders
        self._stop = threading.Event()
        self._watcher: RustNotify | None = None

    async def begin(self) -> None:
        """It walks the folders to watch each: not on the loop's own thread."""
        try:
            self._watcher = await asyncio.to_thread(_watcher, self._folders)
        except (OSError, UnicodeDecodeError, WatchfilesRustInternalError) as error:
            raise CannotWatch(str(error)) from error

    async def next_events(self, seconds: float) -> int:
        """Waits at most so many seconds for events; how many there were."""
        assert self._watcher is not None
        milliseconds = max(1, int(seconds * 1000))
        try:
            found = await asyncio.to_thread(self._watcher.watch, _GROUP_MS, _STEP_MS, milliseconds, self._stop)
        except WatchfilesRustInternalError:
            # The library stumbles over a name that is no UTF-8, and stays down: the event counts, and it begins anew.
            self._watcher.close()
            await self.begin()
            return 1
        return sum(1 for _, path in found if _matters(path)) if isinstance(found, set) else 0

    def end(self) -> None:
        """The thread that waits for events ends within a step."""
        self._stop.set()
        if self._watcher is not None:
            self._watcher.close()


async def next_burst(
    next_events: NextEvents,
    *,
    wait_seconds: float,
    quiet_seconds: float = QUIET_SECONDS,
    burst_seconds_max: float = BURST_SECONDS_MAX,
) -> int:
    """The number of events of the next burst, which ends after a quiet while, or when it has gone on for too long.

    0 when none began within `wait_seconds`.
    """
    clock = asyncio.get_running_loop().time
    total = await next_events(wait_seconds)
    end = clock() + burst_seconds_max
    while total and (left := end - clock()) > 0:
        more = await next_events(min(quiet_seconds, left))
        if more == 0:
            break
        total += more
    return total


def _matters(path: str) -> bool:
    """Hidden files are none of a library's: editors and copying programs write into them first."""
    return not posixpath.basename(path).startswith(".")


def _watcher(folders: Sequence[bytes]) -> RustNotify:
    for folder in folders:
        if not os.path.isdir(folder):
            raise FileNotFoundError(folder)
    return RustNotify(
        [folder.decode() for folder in folders],
        debug=False,
        force_polling=False,
        poll_delay_ms=0,
        recursive=True,
        ignore_permission_denied=True,
    )
