"""Whether any source is syncing now: what runs behind the sync stands back meanwhile."""

import asyncio
import contextlib
from collections.abc import Generator


class SyncGate:
    """One a client. `is_busy` may be read from any thread."""

    def __init__(self) -> None:
        self.is_busy = False
        self._runs = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stirred = asyncio.Event()

    @contextlib.contextmanager
    def syncing(self) -> Generator[None, None, None]:
        """For as long as a run lasts. Those of different sources may overlap: the last one to end opens the gate."""
        self._runs += 1
        self.is_busy = True
        self._idle.clear()
        try:
            yield
        finally:
            self._runs -= 1
            if self._runs == 0:
                self.is_busy = False
                self._idle.set()
                self.stir()

    async def idle(self) -> None:
        """Wait until nothing syncs."""
        await self._idle.wait()

    def stir(self) -> None:
        """There may be something to match: a sync ended, or fingerprints came."""
        self._stirred.set()

    async def stirred(self, *, within_seconds: float) -> bool:
        """Wait for that, or so long (False)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                await self._stirred.wait()
        # It may have come in the very moment in which the time was up.
        is_stirred = self._stirred.is_set()
        self._stirred.clear()
        return is_stirred
