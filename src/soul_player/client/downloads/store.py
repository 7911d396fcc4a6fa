"""The files of the cache, for whoever plays them: what is open, what was heard whole, what turned out to be gone."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from soul_player.client.downloads.disk import Disk
from soul_player.client.downloads.known import read_holder
from soul_player.client.downloads.pictures import Pictures
from soul_player.client.downloads.places import Places, read_copy_name
from soul_player.client.downloads.room import Room
from soul_player.client.downloads.settle import Arrival, Settler
from soul_player.client.downloads.transfer import Received
from soul_player.client.downloads.upkeep import Upkeep
from soul_player.client.errors import BytesDiffer, DiskFull
from soul_player.client.library.copies import all_copies, copies_for_track, find_copy_by_sha256, mark_used
from soul_player.client.library.download_holders import holder_rows
from soul_player.client.library.download_model import Copy, Storage
from soul_player.client.library.keeps import kept_because
from soul_player.client.library.model import LocalTrackId, TrackSource
from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.edges import Clock
from soul_player.protocol.quality import StreamQuality

log = logging.getLogger(__name__)

# Tasks of the queue have ids above this.
_HEARD = 0


class Store:
    """Copies on this device."""

    def __init__(  # the parts it is wired from
        self,
        library: Database,
        disk: Disk,
        places: Places,
        *,
        room: Room,
        settler: Settler,
        upkeep: Upkeep,
        pictures: Pictures,
        clock: Clock,
    ) -> None:
        self._library = library
        self._disk = disk
        self._places = places
        self._room = room
        self._settler = settler
        self._upkeep = upkeep
        self._clock = clock
        self.pictures = pictures

    @asynccontextmanager
    async def opened(self, path: str) -> AsyncGenerator[None, None]:
        """While the block lasts the file is not evicted, and afterwards later than others. Any path may be given: one
        that is no copy of ours is nobody's to evict."""
        sha256 = self._sha256_of(path)
        if sha256 is None:
            yield
            return
        with self._room.opened(sha256):
            try:
                yield
            finally:
                # Not before: who listens does not wait for whoever writes to the library just now.
                await self._note_used(sha256)

    async def adopt(self, row: TrackSource, streamed: Path, *, sha256: str) -> None:
        """The whole original, streamed to be heard and verified by its tag, becomes an automatic copy.

        The file is taken over; when there is no room for it, it goes. Raises `BytesDiffer` when it is not what `sha256`
        says.
        """
        found = await self._library.read(holder_rows, [row.track_id])
        rows = [read_holder(one) for one in found[row.track_id]]
        holder = next((one for one in rows if (one.source_id, one.remote_id) == (row.source_id, row.remote_id)), None)
        if holder is None:
            # The source, or the track in it, was removed while it played.
            await asyncio.to_thread(self._disk.remove, streamed)
            return
        await asyncio.to_thread(self._disk.make_folders, self._places.all_folders)
        if await asyncio.to_thread(self._disk.sha256, streamed) != sha256:
            raise BytesDiffer("the file that was heard is not what its tag says")
        size_bytes = await asyncio.to_thread(_size, streamed)
        received = Received(streamed, sha256, size_bytes, holder.content_type, StreamQuality.ORIGINAL, holder)
        try:
            # It may take the place of what nothing wants, and of nothing else.
            await self._room.make(size_bytes, key=_HEARD, below_weight=1)
            with self._room.coming(_HEARD):
                await self._settler.settle(Arrival(received, row.track_id, None))
        except DiskFull:
            await asyncio.to_thread(self._disk.remove, streamed)

    async def lost(self, path: str) -> bool:
        """Whoever wanted to play it found it missing, or not right: it is read, and if need be fetched again."""
        sha256 = self._sha256_of(path)
        copy = None if sha256 is None else await self._library.read(find_copy_by_sha256, sha256)
        return copy is not None and not await self._upkeep.verify(copy)

    async def verify_all(self) -> int:
        """Read every copy now. How many were damaged; they are fetched again."""
        damaged = 0
        for copy in await self._library.read(all_copies):
            damaged += not await self._upkeep.verify(copy)
        return damaged

    async def storage(self) -> Storage:
        """How much room the copies take."""
        return await self._room.storage()

    async def free_bytes(self) -> int:
        """On the disk of the home."""
        await asyncio.to_thread(self._disk.make_folders, self._places.all_folders)
        return await self._room.free_bytes()

    async def kept_because(self, track_id: LocalTrackId) -> tuple[str, ...]:
        """Why a recording is kept here, in words; empty: it may be evicted."""
        return await self._library.read(kept_because, track_id)

    async def copies_of(self, track_id: LocalTrackId) -> list[Copy]:
        """What is here of a recording, the better first."""
        copies = await self._library.read(copies_for_track, track_id)
        return sorted(copies, key=lambda copy: list(StreamQuality).index(copy.quality), reverse=True)

    async def _note_used(self, sha256: bytes) -> None:
        try:
            await self._library.write(mark_used, sha256, now_ms=self._clock.now_ms())
        except DatabaseError as error:
            # A disk that is full keeps nobody from hearing what is on it: the copy only seems older than it is.
            log.info("that a copy was used could not be written down: %s", error)

    def _sha256_of(self, path: str) -> bytes | None:
        file = Path(path)
        return read_copy_name(file.name) if file.parent == self._places.copies else None


def _size(path: Path) -> int:
    return path.stat().st_size
