"""What other processes change in a home: one look for all who must know, and few where the system tells of writing."""

import asyncio
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from soul_player.edges import Clock

# Where nobody tells, and while something is being written.
LOOK_SECONDS = 0.25
# Where the system tells: it does not see behind a link, nor that this device was asleep.
TOLD_LOOK_SECONDS = 1.0
# It tells when writing begins, and of what is committed one knows only once it is on the disk: looked for at once, then
# less and less often.
FIRST_LOOK_SECONDS = 0.01
EAGER_SECONDS = 2.0
# So much of the world's time cannot pass between two looks, unless this device was asleep.
ASLEEP_MS = 30_000


class Notices(Protocol):
    """The system's word that something in the home was written (`folders/notices.py`)."""

    def listen(self, tell: Callable[[], None]) -> None:
        """`tell` is called while there is anything that was not taken."""
        ...

    def stop_listening(self) -> None:
        """What happens from now on waits to be taken."""
        ...

    def take(self) -> bool:
        """Whether there was any since the last time."""
        ...

    def close(self) -> None:
        """Nothing is noticed any more."""
        ...


@dataclass(eq=False)
class _Followed:
    look: Callable[[], Hashable]
    tell: Callable[[], None]
    seen: Hashable


class Lookout:
    """While nobody follows anything, nothing is looked at."""

    def __init__(self, notices: Notices | None = None) -> None:
        self._notices = notices
        self._followed: list[_Followed] = []
        self._timer: asyncio.TimerHandle | None = None
        self._is_listening = False
        self._look_seconds = FIRST_LOOK_SECONDS
        self._eager_until = 0.0

    @contextmanager
    def following(self, look: Callable[[], Hashable], tell: Callable[[], None]) -> Generator[None, None, None]:
        """`tell` is called, on the loop, whenever `look` gives another value than before; for as long as the block.

        `look` is called on the loop as well, often: it must be nearly free, and must not raise.
        """
        one = _Followed(look, tell, look())
        self._followed.append(one)
        if self._timer is None:
            self._wait()
        try:
            yield
        finally:
            self._followed.remove(one)
            if not self._followed:
                self._stop_waiting()
                if self._notices is not None:
                    self._listen(self._notices, is_wanted=False)

    def _look(self) -> None:
        for one in list(self._followed):
            seen = one.look()
            if seen != one.seen:
                one.seen = seen
                one.tell()
        if self._followed:
            self._wait()

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        if self._notices is None:
            self._timer = loop.call_later(LOOK_SECONDS, self._look)
            return
        if self._notices.take():
            if loop.time() >= self._eager_until:
                self._look_seconds = FIRST_LOOK_SECONDS
            self._eager_until = loop.time() + EAGER_SECONDS
        is_eager = loop.time() < self._eager_until
        # Who writes much would tell much: until all is quiet again it is looked.
        self._listen(self._notices, is_wanted=not is_eager)
        self._timer = loop.call_later(self._look_seconds if is_eager else TOLD_LOOK_SECONDS, self._look)
        self._look_seconds = min(LOOK_SECONDS, 2 * self._look_seconds)

    def _told(self) -> None:
        self._stop_waiting()
        self._wait()

    def _listen(self, notices: Notices, *, is_wanted: bool) -> None:
        if is_wanted == self._is_listening:
            return
        self._is_listening = is_wanted
        if is_wanted:
            notices.listen(self._told)
        else:
            notices.stop_listening()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Sleeps:
    """By the world's clock: that of the machine may stand still while it sleeps."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._awake_ms = clock.now_ms()
        self._count = 0

    def count(self) -> int:
        """How often this device was asleep, for a look-out."""
        now_ms = self._clock.now_ms()
        if now_ms - self._awake_ms > ASLEEP_MS:
            self._count += 1
        self._awake_ms = now_ms
        return self._count
