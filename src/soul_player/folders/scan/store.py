"""Where a scan finds what is known, and writes what it found: a server's library, or a source of a client's."""

from collections.abc import Sequence
from typing import Protocol

from soul_player.database.access import Row
from soul_player.folders.scan.looking import Look, Seen
from soul_player.folders.scan.stored import Root, StoredTrack


class ScanStore(Protocol):
    """Writes are collected, and written in transactions of a bounded size."""

    # Rows that somebody else wrote to meanwhile: what was read of them is old, the next scan sees to them.
    stale: int

    async def roots(self) -> list[Root]:
        """Those that are scanned, and those that tracks are known of."""
        ...

    async def places(self, root_id: int) -> list[Row]:
        """(path, size_bytes, mtime_ns, inode, id) of every track that is present in a root."""
        ...

    async def seen(self, root_id: int) -> Seen:
        """Of the last look into a root that found nothing new, if no row has changed since; else empty."""
        ...

    async def note_seen(self, root_id: int, seen: Seen) -> None:
        """A look found nothing new; empty: one found something."""
        ...

    async def find(self, ids: Sequence[bytes]) -> list[StoredTrack]:
        """The rows with these ids; those that are not there are left out."""
        ...

    async def retired(self) -> list[StoredTrack]:
        """Every track that is no longer there but whose identity is kept, the likeliest to return first."""
        ...

    async def note_pictures(self, look: Look) -> None:
        """The pictures of the root's folders, as they are now."""
        ...

    def put(self, row: StoredTrack) -> None:
        """A row that everyone must hear of."""
        ...

    def touch(self, row: StoredTrack) -> None:
        """A row that tells nothing new."""
        ...

    def retire(self, track_id: bytes) -> None:
        """A track that is no longer there."""
        ...

    async def flush_if_full(self) -> None:
        """Write while there is enough for a whole transaction."""
        ...

    async def flush(self) -> None:
        """Write all that is left."""
        ...

    async def end_root(self, root: Root, *, held: Sequence[bytes]) -> None:
        """The root was seen to its end. `held`: tracks that are missing in such number that a person must say so."""
        ...
