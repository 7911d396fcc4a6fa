"""From a part whose bytes are right to a row that says `cached`: durable first, several files at the price of one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.client.downloads.disk import Disk, disk_errors
from soul_player.client.downloads.places import Places
from soul_player.client.downloads.transfer import Received
from soul_player.client.errors import ClientError
from soul_player.client.library.copies import add_copy, remove_copies
from soul_player.client.library.copy_links import Arrived, idle_copies, link_copies
from soul_player.client.library.download_model import CopyId, NewCopy, TaskId
from soul_player.client.library.download_tasks import remove_tasks
from soul_player.client.library.model import LocalTrackId
from soul_player.database.access import Database, Writer
from soul_player.edges import Clock
from soul_player.protocol.quality import StreamQuality

# One sync of the folder and one transaction serve so many files.
BATCH_FILES = 64


@dataclass
class Arrival:
    """A file that waits to be settled. `task_id` None: nobody had asked, it came by being heard."""

    received: Received
    track_id: LocalTrackId
    task_id: TaskId | None
    copy_id: CopyId | None = None
    refused: ClientError | None = None

    @property
    def sha256(self) -> bytes:
        """Of the bytes."""
        return bytes.fromhex(self.received.sha256)


class Settler:
    """Whoever comes while another one is at it is taken along by the next."""

    def __init__(self, library: Database, disk: Disk, places: Places, clock: Clock) -> None:
        self._library = library
        self._disk = disk
        self._places = places
        self._clock = clock
        self._pending: list[Arrival] = []
        self._turn = asyncio.Lock()

    async def settle(self, arrival: Arrival) -> CopyId:
        """Returns when the row stands. Raises `DiskFull`, `FileUnwritable`; a repeat does what is still to be done."""
        self._pending.append(arrival)
        try:
            async with self._turn:
                while arrival.copy_id is None and arrival.refused is None:
                    await self._settle_some(self._pending[:BATCH_FILES])
        finally:
            if arrival in self._pending:
                self._pending.remove(arrival)
        if arrival.refused is not None:
            raise arrival.refused
        assert arrival.copy_id is not None
        return arrival.copy_id

    async def _settle_some(self, batch: Sequence[Arrival]) -> None:
        await asyncio.to_thread(self._make_durable, batch)
        durable = [arrival for arrival in batch if arrival.refused is None]
        if durable:
            copy_ids, gone = await self._library.write(_record, durable, now_ms=self._clock.now_ms())
            for arrival, copy_id in zip(durable, copy_ids, strict=True):
                arrival.copy_id = copy_id
            # Their rows are gone; without a row a file is nothing, so it may as well go a moment later.
            for sha256 in gone:
                await asyncio.to_thread(self._disk.remove, self._places.copy(sha256))
        for arrival in batch:
            if arrival in self._pending:
                self._pending.remove(arrival)

    def _make_durable(self, batch: Sequence[Arrival]) -> None:
        """The bytes are on the disk: now the name, then the folder that holds the name."""
        for arrival in batch:
            target = self._places.copy(arrival.sha256)
            try:
                with disk_errors(target):
                    # A repeat after a stop between the steps finds it under its name already.
                    if arrival.received.part.exists():
                        self._disk.rename(arrival.received.part, target)
                    else:
                        self._disk.make_durable(target)
            except ClientError as error:
                arrival.refused = error
        try:
            with disk_errors(self._places.copies):
                self._disk.make_names_durable(self._places.copies)
        except ClientError as error:
            for arrival in batch:
                arrival.refused = arrival.refused or error


async def _record(library: Writer, batch: Sequence[Arrival], *, now_ms: int) -> tuple[list[CopyId], list[bytes]]:
    """The copies, the entries that they serve, the end of the tasks: one transaction. Their ids, and the bytes that
    nothing uses any more."""
    copy_ids = [await add_copy(library, _new_copy(arrival), now_ms=now_ms) for arrival in batch]
    replaced = await link_copies(
        library,
        [
            Arrived(
                copy_id,
                arrival.sha256,
                arrival.received.holder.entry_id,
                arrival.track_id,
                arrival.received.size_bytes,
            )
            for copy_id, arrival in zip(copy_ids, batch, strict=True)
        ],
    )
    idle = await idle_copies(library, replaced) if replaced else []
    gone = await remove_copies(library, [copy_id for copy_id in idle if copy_id not in copy_ids]) if idle else []
    await remove_tasks(library, [arrival.task_id for arrival in batch if arrival.task_id is not None])
    return copy_ids, gone


def _new_copy(arrival: Arrival) -> NewCopy:
    """Bytes that differ from those that the library knew of may have other audio too."""
    received, known = arrival.received, arrival.received.holder.hashes
    own_hash = f"sha256:{received.sha256}"
    # A server sends the original itself where nothing smaller can be made of it.
    is_original = received.quality is StreamQuality.ORIGINAL or known.file_hash == own_hash
    if is_original:
        file_hash: str | None = own_hash
        audio_hash = known.audio_hash if known.file_hash == own_hash else None
    else:
        file_hash, audio_hash = known.file_hash, known.audio_hash
    return NewCopy(
        sha256=arrival.sha256,
        size_bytes=received.size_bytes,
        content_type=received.content_type,
        quality=StreamQuality.ORIGINAL if is_original else received.quality,
        file_hash=file_hash,
        audio_hash=audio_hash,
    )
