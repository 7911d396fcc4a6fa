"""A value worked out from the whole library, kept while nobody writes to it, and worked out anew not too often."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from soul_player.edges import Clock

T = TypeVar("T")

# While a sync writes all the time, no more than this share of the time goes into working it out again.
WORK_SHARE = 0.05
# However long it takes: what a person looks at is never older.
AGE_SECONDS_MAX = 10.0


def is_due(*, age_seconds: float, work_seconds: float) -> bool:
    """Whether what may be out of date is worked out again now."""
    return age_seconds >= min(work_seconds / WORK_SHARE, AGE_SECONDS_MAX)


class Kept(Generic[T]):
    """One value and how often it became another one."""

    def __init__(self, build: Callable[[], Awaitable[T]], *, clock: Clock, stamp: Callable[[], Hashable]) -> None:
        self._build = build
        self._clock = clock
        self._stamp = stamp
        self._lock = asyncio.Lock()
        self._kept: tuple[int, T] | None = None
        self._made_of: Hashable = None
        self._built_at = 0.0
        self._work_seconds = 0.0

    async def get(self, *, patience_seconds: float = 0.0) -> tuple[int, T]:
        """Its version, and the value. With patience, what was right so long ago will do.

        Who comes while it is worked out again gets what there was before.
        """
        age_seconds = self._clock.monotonic() - self._built_at
        if self._kept is not None and (self._lock.locked() or age_seconds < patience_seconds):
            return self._kept
        async with self._lock:
            stamp = self._stamp()
            now = self._clock.monotonic()
            if self._kept is not None:
                is_old = stamp != self._made_of
                if not is_old or not is_due(age_seconds=now - self._built_at, work_seconds=self._work_seconds):
                    return self._kept
            value = await self._build()
            self._built_at = self._clock.monotonic()
            self._work_seconds = self._built_at - now
            # Taken before it was read: a write meanwhile makes it old at once.
            self._made_of = stamp
            if self._kept is None:
                self._kept = (1, value)
            elif self._kept[1] != value:
                self._kept = (self._kept[0] + 1, value)
            return self._kept
