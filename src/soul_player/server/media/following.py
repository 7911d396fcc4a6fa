"""Rows that lag behind their files, because a file was sent before it was hashed or after it was replaced."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from soul_player.database.errors import DatabaseError

log = logging.getLogger("soul_player.server")

WAITING_MAX = 1_000


class RowsThatFollow:
    """Remembers which tracks were found to lag, and has them hashed one after the other, in the background."""

    def __init__(self, hash_now: Callable[[bytes], Awaitable[object]]) -> None:
        self._hash_now = hash_now
        # A dict for its order: the first that was asked for comes first.
        self._waiting: dict[bytes, None] = {}
        self._is_any = asyncio.Event()

    def note(self, track_id: bytes) -> None:
        """This one lags. Beyond a bound they are left to the scanner, which finds them all in its own time."""
        if len(self._waiting) < WAITING_MAX:
            self._waiting[track_id] = None
            self._is_any.set()

    @property
    def waiting(self) -> tuple[bytes, ...]:
        """The tracks in question, the first that was asked for first."""
        return tuple(self._waiting)

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._is_any.wait()
            await self.run_once()

    async def run_once(self) -> None:
        """All that wait now."""
        for track_id in self.waiting:
            try:
                await self._hash_now(track_id)
            except DatabaseError as error:
                log.warning("a track's row was left behind its file: %s", error)
            finally:
                # Only now, so that being asked for meanwhile does not queue it a second time.
                self._waiting.pop(track_id, None)
        if not self._waiting:
            self._is_any.clear()
