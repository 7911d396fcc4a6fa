"""The scanner: scans when it is asked to, when the disk changes and by the clock; hashes in between."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from soul_player.database.errors import DatabaseError
from soul_player.folders.pool import WorkersUnavailable
from soul_player.folders.roots import fold_roots
from soul_player.folders.scan.holding import Held
from soul_player.folders.scan.one_scan import KnownBad, OneScan
from soul_player.folders.scan.tallies import Tallies
from soul_player.folders.watching import watch_roots
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.scan import ScanProgress, ScanState, ScanStatus, ScanSummary
from soul_player.protocol.times import time_text
from soul_player.server.scanner.hashing import hash_now, hash_unhashed
from soul_player.server.scanner.library_store import LibraryStore, Looks
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.store.roots import configure_roots, confirm_missing
from soul_player.server.store.scan_lock import scan_lock

log = logging.getLogger("soul_player.server")

# The database is away or full, no process can be started: the work waits, the program goes on.
_TROUBLES = (DatabaseError, WorkersUnavailable)
_RETRY_SECONDS = 30.0
_RUNS_MAX = 3


class NothingHeld(Exception):
    """No scan of this root waits for a confirmation."""


class Scanner:
    """`run` it in a server; in a command, `scan` alone. Its parts are passed in.

    `on_hashed` is called by `run` whenever the hashing of what was found is done.
    Any number of requests while a scan runs fold into one more scan.
    """

    def __init__(
        self,
        parts: ScanParts,
        roots: Sequence[bytes],
        *,
        retry_seconds: float = _RETRY_SECONDS,
        on_hashed: Callable[[], object] = lambda: None,
    ) -> None:
        self._parts = parts
        self._on_hashed = on_hashed
        self._roots = fold_roots(roots)
        self._retry_seconds = retry_seconds
        self._bad: KnownBad = {}
        self._looks: Looks = {}
        self._held: list[Held] = []
        self._last: ScanSummary | None = None
        self._progress: ScanProgress | None = None
        self._is_scanning = False
        self._is_hashing = False
        self._is_in_trouble = False
        self._one_at_a_time = asyncio.Lock()
        self._asked: asyncio.Future[ScanSummary] | None = None
        self._asked_full = False
        self._wake = asyncio.Event()
        self._hashes_owed = asyncio.Event()

    def status(self) -> ScanStatus:
        """What it does now, what it did last, and what it holds back."""
        held = self._held[0] if self._held else None
        if self._is_scanning:
            state = ScanState.SCANNING
        elif held is not None:
            state = ScanState.HELD
        else:
            state = ScanState.HASHING if self._is_hashing else ScanState.IDLE
        return ScanStatus(
            state,
            code=None if held is None else ProblemCode.MASS_DELETION_HELD.value,
            root=None if held is None else held.root,
            missing=None if held is None else held.missing,
            progress=self._progress if self._is_scanning or self._is_hashing else None,
            last=self._last,
        )

    def request(self, *, full: bool = False) -> "asyncio.Future[ScanSummary]":
        """Ask `run` for a scan that begins after now; what it will have done. Shield it when you may be cancelled.

        Cancelled when the scan could not be done: it is tried again later.
        """
        if self._asked is None:
            self._asked = asyncio.get_running_loop().create_future()
        self._asked_full = self._asked_full or full
        self._wake.set()
        return self._asked

    async def introduce(self) -> None:
        """Name its folders in the database, where whoever scans beside it looks for them."""
        await self._parts.database.write(configure_roots, self._roots)

    async def scan(self, *, full: bool = False) -> ScanSummary:
        """Scan here and now, after whatever scan of this database runs, in this process or another."""
        async with self._one_at_a_time, scan_lock(self._parts.database):
            self._is_scanning = True
            try:
                return await self._scan(full=full)
            finally:
                self._is_scanning = False
                self._progress = None
                self._hashes_owed.set()

    async def confirm(self, root: str, missing: int) -> None:
        """A person agrees that so many tracks of the held root go; the next scan lets them. Raises `NothingHeld`."""
        for held in self._held:
            if held.root == root:
                await self._parts.database.write(confirm_missing, held.root_id, missing=missing)
                return
        raise NothingHeld(root)

    async def hash_now(self, track_id: bytes) -> bytes | None:
        """The sha256 of a track's file as it is now; its row follows. None when there is no such file."""
        return await hash_now(self._parts, track_id)

    async def hash_all(self) -> None:
        """Hash every file that is not hashed yet, here and now."""
        self._is_hashing = True
        try:
            await hash_unhashed(self._parts, told=self._tell, is_wanted=lambda: not self._is_scanning)
        finally:
            self._is_hashing = False
            self._progress = None

    async def run(self) -> None:
        """Scan at once, then whenever it is asked for or the disk changes, until it is cancelled."""
        self.request()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._scan_when_asked(), name="scanning")
            group.create_task(self._hash_when_owed(), name="hashing")
            group.create_task(watch_roots(self._roots, self.request), name="watching")

    async def _scan(self, *, full: bool) -> ScanSummary:
        started = self._parts.clock.monotonic()
        tallies = Tallies(self._tell)
        for _ in range(_RUNS_MAX):
            tallies.left_out.clear()
            parts = self._parts
            store = LibraryStore(parts, self._roots, self._looks)
            one = OneScan(store, parts.readers, parts.clock, parts.randomness, tallies, self._bad, full=full)
            await one.run()
            if not one.stale:
                break
        self._held = one.held
        self._last = ScanSummary(
            added=tallies.added,
            updated=tallies.updated,
            moved=tallies.moved,
            removed=tallies.removed,
            unreadable=tallies.unreadable(),
            seconds=round(self._parts.clock.monotonic() - started, 3),
            finished_at=time_text(self._parts.clock.now_ms()),
        )
        _log(self._last, self._held)
        return self._last

    async def _scan_when_asked(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            asked, self._asked = self._asked, None
            full, self._asked_full = self._asked_full, False
            assert asked is not None, "woken by nobody"
            try:
                summary = await self.scan(full=full)
            except _TROUBLES as error:
                await self._wait_in_trouble(error, asked)
                self.request(full=full)
            else:
                self._is_in_trouble = False
                if not asked.done():
                    asked.set_result(summary)
            finally:
                asked.cancel()

    async def _hash_when_owed(self) -> None:
        while True:
            await self._hashes_owed.wait()
            self._hashes_owed.clear()
            try:
                await self.hash_all()
            except _TROUBLES as error:
                await self._wait_in_trouble(error)
                self._hashes_owed.set()
            else:
                self._on_hashed()

    async def _wait_in_trouble(self, error: Exception, asked: "asyncio.Future[ScanSummary] | None" = None) -> None:
        """Said once, until a scan has worked again; who waits for this one is told by its being cancelled."""
        if not self._is_in_trouble:
            log.warning("scanning waits: %s", error)
        self._is_in_trouble = True
        if asked is not None:
            asked.cancel()
        await asyncio.sleep(self._retry_seconds)

    def _tell(self, progress: ScanProgress) -> None:
        self._progress = progress


def _log(last: ScanSummary, held: Sequence[Held]) -> None:
    log.info(
        "scanned: added %d, updated %d, moved %d, removed %d, unreadable %d (%.1f s)",
        last.added, last.updated, last.moved, last.removed, len(last.unreadable), last.seconds,
    )  # fmt: skip
    for one in held:
        log.warning("held: %d tracks of %s are missing, and none was removed; is it mounted?", one.missing, one.root)
