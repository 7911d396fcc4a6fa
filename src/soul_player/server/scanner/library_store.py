"""The server's library, as a scan finds it and writes it."""

from collections.abc import Sequence

from soul_player.database.access import Row
from soul_player.folders.scan.looking import Look, Seen
from soul_player.folders.scan.stored import Root, StoredTrack
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.scanner.pictures import note_pictures
from soul_player.server.scanner.writing import RowWriter
from soul_player.server.store.changes import read_heads
from soul_player.server.store.roots import configure_roots, confirm_missing
from soul_player.server.store.scopes import LIBRARY
from soul_player.server.store.tracks import find_tracks, list_places, list_retired

Looks = dict[int, tuple[int, Seen]]


class LibraryStore(RowWriter):
    """Of one scan. `roots` are those of the settings; `looks` comes from the scan before: by root, what it saw and
    where the library stood then."""

    def __init__(self, parts: ScanParts, roots: Sequence[bytes], looks: Looks) -> None:
        super().__init__(parts)
        self._roots = roots
        self._looks = looks
        self._heads: dict[int, int] = {}

    async def roots(self) -> list[Root]:
        """Every root there ever was; those of the settings are the configured ones."""
        return await self._parts.database.write(configure_roots, self._roots)

    async def places(self, root_id: int) -> list[Row]:
        """Of every track that is present in a root."""
        return await self._parts.database.read(list_places, root_id)

    async def seen(self, root_id: int) -> Seen:
        """Whatever moved in the library since may have been in this root."""
        heads = await self._parts.database.read(read_heads, own_scope=LIBRARY, library=LIBRARY)
        head = self._heads[root_id] = heads[LIBRARY]
        known_at, seen = self._looks.get(root_id, (-1, {}))
        return seen if known_at == head else {}

    async def note_seen(self, root_id: int, seen: Seen) -> None:
        """For the next scan of this process."""
        self._looks[root_id] = (self._heads[root_id], seen)

    async def find(self, ids: Sequence[bytes]) -> list[StoredTrack]:
        """The rows with these ids."""
        return await self._parts.database.read(find_tracks, ids)

    async def retired(self) -> list[StoredTrack]:
        """The latest first."""
        return await self._parts.database.read(list_retired)

    async def note_pictures(self, look: Look) -> None:
        """A picture that came, changed or went."""
        await note_pictures(self._parts.database, look)

    async def end_root(self, root: Root, *, held: Sequence[bytes]) -> None:  # noqa: ARG002  # the status tells of it
        """What a person confirmed was for this scan."""
        if root.confirmed_missing is not None:
            await self._parts.database.write(confirm_missing, root.id, missing=None)
