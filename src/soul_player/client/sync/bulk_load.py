"""Bulk loads: the random-key indexes are dropped for the first of them and built when the last one ends."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from soul_player.client.library.indexes import build_indexes, drop_indexes, indexes_are_owed
from soul_player.client.library.model import SourceId
from soul_player.database.access import Database

# Below this, keeping the indexes costs less than building them anew.
ROWS_MIN = 20_000


def is_bulk(*, done: int, total: int | None) -> bool:
    """Whether so much is still to come that the indexes stand in the way."""
    return total is not None and total - done >= ROWS_MIN


class BulkLoads:
    """All loads of one process; several sources may load side by side."""

    def __init__(self, library: Database) -> None:
        self._library = library
        self._loading: set[SourceId] = set()

    @asynccontextmanager
    async def of(self, source_id: SourceId) -> AsyncGenerator["BulkLoad", None]:
        """A source's load. Cancelled, it leaves the indexes owed: the next load or start builds them."""
        try:
            yield BulkLoad(self, source_id)
        except Exception:
            # An attempt that failed may be long before the next one: lists shall be fast meanwhile.
            await self._end(source_id)
            raise
        else:
            await self._end(source_id)
        finally:
            self._loading.discard(source_id)

    async def begin(self, source_id: SourceId) -> None:
        """Drop the indexes, unless another load has."""
        is_first = not self._loading
        # At once: a load that ends meanwhile must not build them.
        self._loading.add(source_id)
        if is_first:
            await self._library.write(drop_indexes)

    async def _end(self, source_id: SourceId) -> None:
        """Also what another load has left owed, however small this one was."""
        self._loading.discard(source_id)
        if not self._loading and await self._library.read(indexes_are_owed):
            await self._library.write(build_indexes)


class BulkLoad:
    """One source's load."""

    def __init__(self, loads: BulkLoads, source_id: SourceId) -> None:
        self._loads = loads
        self._source_id = source_id
        self._is_begun = False

    async def prepare(self, *, done: int, total: int | None) -> None:
        """Before each page; does something before the first of a large run."""
        if not self._is_begun and is_bulk(done=done, total=total):
            self._is_begun = True
            await self._loads.begin(self._source_id)
