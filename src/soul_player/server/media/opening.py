"""Opening files without waiting for a disk that does not answer."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused
from soul_player.server.media.files import OpenedFile, open_below

AT_ONCE = 8
# A disk that slept needs a few seconds to spin up.
OPEN_SECONDS = 15.0

Opener = Callable[[bytes, bytes], OpenedFile]


class FileOpening:
    """Opens on threads of its own: those of a network file system that hangs must not be everybody's."""

    def __init__(
        self, executor: Executor | None = None, *, opener: Opener = open_below, seconds: float = OPEN_SECONDS
    ) -> None:
        self._executor = executor or ThreadPoolExecutor(AT_ONCE, thread_name_prefix="opening")
        self._opener = opener
        self._seconds = seconds

    async def open(self, root: bytes, path: bytes) -> OpenedFile:
        """Raises `RequestRefused`: `track_gone`, or `file_unreadable` also when the disk does not answer in time."""
        opening = asyncio.get_running_loop().run_in_executor(self._executor, self._opener, root, path)
        try:
            return await asyncio.wait_for(asyncio.shield(opening), self._seconds)
        except (TimeoutError, asyncio.CancelledError) as error:
            # The thread cannot be called back. What it still opens is nobody's.
            opening.add_done_callback(_close)
            if isinstance(error, asyncio.CancelledError):
                raise
            raise RequestRefused(
                ProblemCode.FILE_UNREADABLE, "the disk does not answer", headers=((b"retry-after", b"30"),)
            ) from error

    def close(self) -> None:
        """Begin no more; a thread that hangs is not waited for."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def _close(opening: "asyncio.Future[OpenedFile]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
