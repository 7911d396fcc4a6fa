"""Matching behind the sync: what waits is matched in batches while no source syncs, and goes on where it was cut."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from soul_player.client.dedupe.decide import Ask, Same
from soul_player.client.dedupe.entries import count_waiting, queue_old_entries
from soul_player.client.dedupe.matching import ENTRIES_PER_BATCH, Matched, match_batch
from soul_player.client.edits.act import Act
from soul_player.client.edits.telling import tell_everywhere
from soul_player.client.errors import SyncError
from soul_player.client.events import Events, MatchingFinished, MatchingProgress
from soul_player.client.sync.gate import SyncGate
from soul_player.client.sync.library_errors import as_sync_error
from soul_player.database.access import Database, Writer
from soul_player.database.errors import DatabaseError
from soul_player.edges import Clock, Randomness

log = logging.getLogger(__name__)

# Between two batches, so that whoever else wants to write this library (an edit in another process, say) gets a turn:
# SQLite lets a waiting process look again each 25 to 100 ms.
PAUSE_SECONDS = 0.02
# Edits are not told here, nor is what another process does. And what could not be done is tried again then.
LOOK_SECONDS = 60.0


@dataclass(frozen=True)
class MatchingResult:
    """What a run did. `is_complete`: nothing waits any more. `asked`: pairs that a person is asked about anew."""

    matched: int = 0
    joined: int = 0
    asked: int = 0
    is_complete: bool = True


# Told when to stop early.
GetFingerprints = Callable[[Callable[[], bool]], Awaitable[int]]


class Matching:
    """The tracks that wait to be matched. A crash or a cancel loses nothing: each batch is one transaction."""

    def __init__(
        self,
        library: Database,
        events: Events,
        gate: SyncGate,
        clock: Clock,
        randomness: Randomness,
        *,
        commits: Callable[[], int],
        get_fingerprints: GetFingerprints | None = None,
    ) -> None:
        """`commits` tells another number when anything was committed to the library, by any process.

        `get_fingerprints`: what is worth hearing once the words were compared; how many are to be matched again.
        """
        self._library = library
        self._events = events
        self._gate = gate
        self._clock = clock
        self._randomness = randomness
        self._commits = commits
        self._get_fingerprints = get_fingerprints
        self._is_cancelled = False
        self._is_running = asyncio.Lock()

    async def run(self) -> MatchingResult:
        """Until nothing waits, standing back while a source syncs. Raises `SyncError` when the library cannot be
        written; what was matched until then stays."""
        async with self._is_running:
            self._is_cancelled = False
            try:
                result = await self._drain()
                if self._get_fingerprints is not None and not self._stops():
                    again = await self._get_fingerprints(self._stops)
                    result = _both(result, await self._drain()) if again else result
            except DatabaseError as error:
                raise as_sync_error(error) from error
            finally:
                # Also for the thread that is in the middle of a batch: it ends after the entry that it is at.
                self._is_cancelled = True
        if result.matched:
            self._events.emit(MatchingFinished(result.matched, result.joined, result.asked))
        return result

    async def keep_up(self) -> None:
        """For a program that stays: match what comes, without end, until it is cancelled."""
        while True:
            # Before the run: what is committed meanwhile, also by itself, is a reason to look again.
            commits, is_done = self._commits(), False
            try:
                is_done = (await self.run()).is_complete
            except SyncError as error:
                # A full disk, say: nothing is lost, and it is tried again.
                log.warning("matching stopped: %s", error.message)
            while not await self._gate.stirred(within_seconds=LOOK_SECONDS):
                # To look for what is worth hearing goes through all that is undecided.
                if not is_done or self._commits() != commits:
                    break

    def stir(self) -> None:
        """There may be something to match: `keep_up` looks."""
        self._gate.stir()

    def cancel(self) -> None:
        """`run` returns after the entry that it is at, with what it did."""
        self._is_cancelled = True

    async def waiting(self) -> int:
        """How many tracks are still to be matched."""
        return await self._library.read(count_waiting)

    async def _drain(self) -> MatchingResult:
        await self._library.write(queue_old_entries)
        total = await self._library.read(count_waiting)
        matched = joined = asked = 0
        # The queue may grow meanwhile; what it held and some rounds more is a bound. The next run goes on.
        for _ in range(total // ENTRIES_PER_BATCH * 2 + 10):
            await self._gate.idle()
            act = Act(self._clock.now_ms(), self._randomness)
            batch = await self._library.write(_match, act, stops=self._stops)
            matched += batch.waited
            joined += batch.count(Same)
            asked += batch.count(Ask)
            if batch.waited:
                self._events.emit(MatchingProgress(matched, max(total, matched)))
            if not batch.is_more or self._is_cancelled:
                return MatchingResult(matched, joined, asked, is_complete=not batch.is_more)
            await asyncio.sleep(PAUSE_SECONDS)
        return MatchingResult(matched, joined, asked, is_complete=False)

    def _stops(self) -> bool:
        """Asked by the database's thread before each entry."""
        return self._is_cancelled or self._gate.is_busy


async def _match(library: Writer, act: Act, *, stops: Callable[[], bool]) -> Matched:
    """A source that holds a recording now is told what was said of it before."""
    batch = await match_batch(library, now_ms=act.now_ms, stops=stops)
    if batch.count(Same):
        await tell_everywhere(library, act)
    return batch


def _both(first: MatchingResult, then: MatchingResult) -> MatchingResult:
    return MatchingResult(
        first.matched + then.matched, first.joined + then.joined, first.asked + then.asked, then.is_complete
    )
