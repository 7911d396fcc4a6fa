"""One sync of a folder of this device: a scan like the server's, into the client's library; then the hashes."""

import asyncio
import os
from collections.abc import Sequence

from soul_player.client.errors import OfflineError
from soul_player.client.events import ProgressKind
from soul_player.client.library.folder_files import count_unhashed, list_unhashed
from soul_player.client.library.folder_looks import read_unread, write_unread
from soul_player.client.library.model import Source
from soul_player.client.library.outcome import LeftOutFile
from soul_player.client.sync.bulk_load import BulkLoads
from soul_player.client.sync.folder_store import FolderStore
from soul_player.client.sync.pull import Progress
from soul_player.client.sync.tally import Tally
from soul_player.database.access import Database
from soul_player.edges import Clock, Randomness
from soul_player.folders.messages import Hashed
from soul_player.folders.pool import Readers, WorkersUnavailable
from soul_player.folders.roots import shown
from soul_player.folders.scan.batches import batches, in_parallel
from soul_player.folders.scan.one_scan import OneScan
from soul_player.folders.scan.rows import hashed_row, is_news
from soul_player.folders.scan.stored import StoredTrack
from soul_player.folders.scan.tallies import Tallies
from soul_player.protocol.scan import ScanProgress

_ROWS_A_READ = 512
_FILES_A_BATCH = 32
# What the phases of a scan count, in the listener's words.
_KINDS = {"walk": ProgressKind.FILES, "tags": ProgressKind.TRACKS, "hashes": ProgressKind.HASHES}


class FolderSync:
    """`run` it once. What is committed stays when it is cancelled, and the next one goes on from there."""

    def __init__(  # the parts it is wired from
        self,
        source: Source,
        *,
        readers: Readers,
        library: Database,
        loads: BulkLoads,
        clock: Clock,
        randomness: Randomness,
        tally: Tally,
        progress: Progress,
    ) -> None:
        self._source = source
        self._folder = os.fsencode(source.url)
        self._readers = readers
        self._library = library
        self._loads = loads
        self._clock = clock
        self._randomness = randomness
        self._tally = tally
        self._progress = progress
        self._store: FolderStore | None = None

    async def run(self, *, full: bool) -> None:
        """Raises `OfflineError` when the folder is not there: nothing of it is taken away then."""
        tallies = Tallies(self._tell)
        try:
            async with self._loads.of(self._source.id) as load:
                self._store = FolderStore(self._source.id, self._folder, self._library, self._clock, load)
                known_bad = await self._library.read(read_unread, self._source.id)
                bad = dict(known_bad)
                scan = OneScan(self._store, self._readers, self._clock, self._randomness, tallies, bad, full=full)
                await scan.run()
                if bad != known_bad:
                    await self._library.write(write_unread, self._source.id, bad)
                await self._hash(self._store)
        except WorkersUnavailable as error:
            raise OfflineError(f"the files cannot be read now: {error}") from error
        finally:
            self._count(tallies)
        if not await asyncio.to_thread(os.path.isdir, self._folder):
            # That is said once: the folder is no file of itself that was left out.
            self._tally.unreadable = ()
            raise OfflineError(
                f"{shown(self._folder)} is not there", hint="its tracks stay: connect the disk that it is on"
            )

    async def _hash(self, store: FolderStore) -> None:
        """Files that fail wait for the next sync."""
        total = await self._library.read(count_unhashed, self._source.id)
        done = 0
        after = b""
        while rows := await self._library.read(list_unhashed, self._source.id, after, _ROWS_A_READ):
            after = rows[-1].path

            async def hash_batch(batch: Sequence[StoredTrack]) -> None:
                nonlocal done
                await self._hash_batch(store, batch)
                done += len(batch)
                self._progress(ProgressKind.HASHES, done, max(total, done))

            await in_parallel(
                batches(
                    rows,
                    root=lambda row: row.root_id,
                    files_max=_FILES_A_BATCH,
                    size=lambda row: row.stamp.size_bytes,
                ),
                hash_batch,
            )
            await store.flush()

    async def _hash_batch(self, store: FolderStore, batch: Sequence[StoredTrack]) -> None:
        size_bytes = sum(row.stamp.size_bytes for row in batch)
        answers = await self._readers.hash_files(self._folder, [row.path for row in batch], size_bytes=size_bytes)
        now_ms = self._clock.now_ms()
        for row, answer in zip(batch, answers, strict=True):
            # A file that changed since it was scanned is the next sync's.
            if isinstance(answer, Hashed) and answer.stamp == row.stamp:
                after = hashed_row(row, answer, now_ms=now_ms)
                if is_news(row, after):
                    store.put(after)
                else:
                    store.touch(after)

    def _count(self, tallies: Tallies) -> None:
        self._tally.tracks_synced = tallies.added
        self._tally.tracks_updated = tallies.updated + tallies.moved
        self._tally.tracks_deleted = tallies.removed
        self._tally.unreadable = tuple(LeftOutFile(one.path, one.reason) for one in tallies.unreadable())

    def _tell(self, progress: ScanProgress) -> None:
        if progress.phase == "tags" and self._store is not None:
            self._store.expected = progress.total
        total = None if progress.phase == "walk" else progress.total
        if progress.done or progress.total:
            self._progress(_KINDS[progress.phase], progress.done, total)
