"""Rows -> transactions of a bounded size, each announced after its commit."""

from soul_player.folders.scan.stored import StoredTrack
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.store.scopes import LIBRARY
from soul_player.server.store.tracks import (
    ROWS_PER_TRANSACTION_MAX,
    TrackWrites,
    split_body,
    write_tracks,
)


class RowWriter:
    """Collects rows and writes them as soon as a transaction is full; `flush` writes the rest."""

    def __init__(self, parts: ScanParts) -> None:
        self._parts = parts
        self._put: list[StoredTrack] = []
        self._touched: list[StoredTrack] = []
        self._retired: list[bytes] = []
        # Rows that somebody else wrote to meanwhile: what was read of them is old, the next scan sees to them.
        self.stale = 0

    def put(self, row: StoredTrack) -> None:
        """A row that everyone must hear of."""
        self._put.append(row)

    def touch(self, row: StoredTrack) -> None:
        """A row that tells nothing new."""
        self._touched.append(row)

    def retire(self, track_id: bytes) -> None:
        """A track that is no longer there."""
        self._retired.append(track_id)

    async def flush_if_full(self) -> None:
        """Write while there is enough for a whole transaction."""
        while len(self._put) + len(self._touched) + len(self._retired) >= ROWS_PER_TRANSACTION_MAX:
            await self._write_some()

    async def flush(self) -> None:
        """Write all that is left."""
        while self._put or self._touched or self._retired:
            await self._write_some()

    async def _write_some(self) -> None:
        writes = self._take()
        # Encoded here, before the head is locked for everyone.
        bodies = [split_body(row) for row in writes.put]
        now_ms = self._parts.clock.now_ms()
        self.stale += await self._parts.database.write(write_tracks, writes, bodies, now_ms)
        if writes.put or writes.retired:
            self._parts.announce(LIBRARY)

    def _take(self) -> TrackWrites:
        room = ROWS_PER_TRANSACTION_MAX
        put, self._put = self._put[:room], self._put[room:]
        room -= len(put)
        touched, self._touched = self._touched[:room], self._touched[room:]
        room -= len(touched)
        retired, self._retired = self._retired[:room], self._retired[room:]
        return TrackWrites(put, touched, retired)
