"""A folder's tracks in the client's library, as a scan finds them and writes them."""

from collections.abc import Sequence
from functools import partial

from soul_player.client.library.deletions import forget_deletions, hold_deletions
from soul_player.client.library.folder_files import find_files, list_gone, list_places, put_back, write_files
from soul_player.client.library.folder_looks import read_look, write_look
from soul_player.client.library.model import SourceId
from soul_player.client.library.sync_state import require_source
from soul_player.client.sync.bulk_load import BulkLoad
from soul_player.database.access import Database, Row, Writer
from soul_player.edges import Clock
from soul_player.folders.scan.looking import Look, Seen
from soul_player.folders.scan.stored import Root, StoredTrack

ROWS_PER_TRANSACTION_MAX = 500


class FolderStore:
    """Of one scan of one folder. `expected`: how many files it will have to read, once that is known."""

    def __init__(self, source_id: SourceId, folder: bytes, library: Database, clock: Clock, load: BulkLoad) -> None:
        self.stale = 0
        self.expected = 0
        self.held = 0
        self._source_id = source_id
        self._folder = folder
        self._library = library
        self._clock = clock
        self._load = load
        self._put: dict[bytes, StoredTrack] = {}
        self._touched: list[StoredTrack] = []
        self._retired: list[bytes] = []
        self._written = 0
        self._missing: frozenset[bytes] = frozenset()
        self._seen: Seen = {}

    async def roots(self) -> list[Root]:
        """The folder itself; the source's id stands for it."""
        return [Root(self._source_id, self._folder, is_configured=True, confirmed_missing=None)]

    async def places(self, root_id: int) -> list[Row]:
        """Of every file that is there."""
        return await self._library.read(list_places, SourceId(root_id))

    async def seen(self, root_id: int) -> Seen:
        """As a process before this one left it."""
        self._seen = await self._library.read(read_look, SourceId(root_id))
        return self._seen

    async def note_seen(self, root_id: int, seen: Seen) -> None:
        """For the next process too."""
        if seen != self._seen:
            await self._library.write(write_look, SourceId(root_id), seen)

    async def find(self, ids: Sequence[bytes]) -> list[StoredTrack]:
        """The rows with these ids."""
        return await self._library.read(find_files, self._source_id, ids)

    async def retired(self) -> list[StoredTrack]:
        """The latest first."""
        return await self._library.read(list_gone, self._source_id)

    async def note_pictures(self, look: Look) -> None:
        """Pictures are found with the hashes. What is missing is remembered for the end."""
        self._missing = frozenset(bytes(row[4]) for row in look.found.missing)

    def put(self, row: StoredTrack) -> None:
        """A row that everyone must hear of."""
        self._put[row.id] = row

    def touch(self, row: StoredTrack) -> None:
        """A row that tells nothing new."""
        self._touched.append(row)

    def retire(self, track_id: bytes) -> None:
        """A track that is no longer there."""
        self._retired.append(track_id)

    async def flush_if_full(self) -> None:
        """Write while there is enough for a whole transaction."""
        if len(self._put) + len(self._touched) + len(self._retired) >= ROWS_PER_TRANSACTION_MAX:
            await self.flush()

    async def flush(self) -> None:
        """Write all that is left, a transaction at a time."""
        # By path, so that an album's tracks are numbered in their order.
        put = sorted(self._put.values(), key=lambda row: row.path)
        touched, retired = self._touched, self._retired
        self._put, self._touched, self._retired = {}, [], []
        for start in range(0, max(len(put), len(touched), len(retired)), ROWS_PER_TRANSACTION_MAX):
            chosen = slice(start, start + ROWS_PER_TRANSACTION_MAX)
            await self._load.prepare(done=self._written, total=self.expected)
            await self._library.write(
                write_files,
                self._source_id,
                self._folder,
                put=put[chosen],
                touched=touched[chosen],
                retired=retired[chosen],
                now_ms=self._clock.now_ms(),
            )
            self._written += len(put[chosen])

    async def end_root(self, root: Root, *, held: Sequence[bytes]) -> None:  # noqa: ARG002  # there is one root only
        """Ask about what is held, or stop asking; and believe the disk about files that somebody could not open."""
        self.held = len(held)
        await self._library.write(partial(self._end, held=held))

    async def _end(self, library: Writer, *, held: Sequence[bytes]) -> None:
        await require_source(library, self._source_id)
        if held:
            await hold_deletions(library, self._source_id, held, now_ms=self._clock.now_ms())
        else:
            await forget_deletions(library, self._source_id)
        await put_back(library, self._source_id, self._folder, but=self._missing)
