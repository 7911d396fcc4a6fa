"""Rows and files in step: compared at the start, and read again in the background, so that no row lies for long."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from soul_player.client.downloads.attempt import Parts
from soul_player.client.downloads.disk import Disk, disk_errors
from soul_player.client.downloads.places import Places, read_copy_name, read_part_name
from soul_player.client.errors import ClientError
from soul_player.client.library.copies import all_copies, mark_verified, oldest_verified, unlink_half_linked
from soul_player.client.library.copy_links import link_joined
from soul_player.client.library.download_model import Copy
from soul_player.client.library.download_steps import note_interrupted
from soul_player.client.library.download_tasks import find_task
from soul_player.client.library.download_upkeep import Orphan, adopt_orphan, lose_copies
from soul_player.database.access import Database
from soul_player.edges import Clock

log = logging.getLogger(__name__)

# Each copy is read again once in so many days, one after the other with a rest in between.
SCRUB_DAYS = 30
SCRUB_REST_SECONDS = 2.0
NOTHING_TO_SCRUB_SECONDS = 600.0
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Reconciled:
    """What was found: rows whose file is gone or cut short, and files without a row."""

    lost: int
    orphans: tuple[Orphan, ...]


@dataclass(frozen=True)
class Compared:
    """Pure: rows beside files."""

    lost: tuple[Copy, ...]
    orphans: tuple[Orphan, ...]


def compare(copies: list[Copy], sizes: Mapping[str, int]) -> Compared:
    """By name and size; what the bytes are is the scrub's to see. Names that are none of ours are left alone."""
    known = {copy.sha256.hex() for copy in copies}
    lost = tuple(copy for copy in copies if sizes.get(copy.sha256.hex()) != copy.size_bytes)
    orphans = tuple(
        Orphan(sha256, size_bytes)
        for name, size_bytes in sizes.items()
        if name not in known and (sha256 := read_copy_name(name)) is not None
    )
    return Compared(lost, orphans)


class Upkeep:
    """Belongs to the holder of the home's lock."""

    def __init__(
        self, library: Database, disk: Disk, places: Places, clock: Clock, *, trim: Callable[[], Awaitable[int]]
    ) -> None:
        """`trim`: called when a file that nobody knew of takes room from now on."""
        self._trim = trim
        self._library = library
        self._disk = disk
        self._places = places
        self._clock = clock
        self._orphans: list[Orphan] = []

    async def reconcile(self, parts: Parts) -> Reconciled:
        """At the start, before anything is fetched."""
        await asyncio.to_thread(self._disk.make_folders, self._places.all_folders)
        await self._library.write(note_interrupted)
        await self._library.write(unlink_half_linked)
        await self._library.write(link_joined)
        sizes = await asyncio.to_thread(self._disk.sizes, self._places.copies)
        found = compare(await self._library.read(all_copies), sizes)
        if found.lost:
            removed = await self._library.write(
                lose_copies, [copy.id for copy in found.lost], now_ms=self._clock.now_ms()
            )
            for sha256 in removed:
                await asyncio.to_thread(self._disk.remove, self._places.copy(sha256))
        await self._reconcile_parts(parts)
        self._orphans = list(found.orphans)
        return Reconciled(len(found.lost), found.orphans)

    async def scrub(self) -> None:
        """For ever, at leisure."""
        while True:
            did_something = await self.scrub_once()
            await asyncio.sleep(SCRUB_REST_SECONDS if did_something else NOTHING_TO_SCRUB_SECONDS)

    async def scrub_once(self, *, older_than_days: float = SCRUB_DAYS) -> bool:
        """Read one file: an orphan, else the copy that was not read for longest. False: there is none to read."""
        now_ms = self._clock.now_ms()
        if self._orphans:
            await self._adopt(self._orphans.pop())
            return True
        copy = await self._library.read(oldest_verified, before_ms=now_ms - round(older_than_days * _DAY_MS))
        if copy is None:
            return False
        await self.verify(copy)
        return True

    async def verify(self, copy: Copy) -> bool:
        """Read it. What is not right goes at once, and is fetched again from whoever has the same bytes."""
        path = self._places.copy(copy.sha256)
        if await asyncio.to_thread(self._disk.sha256, path) == copy.sha256.hex():
            await self._library.write(mark_verified, copy.id, now_ms=self._clock.now_ms())
            return True
        await self._library.write(lose_copies, [copy.id], now_ms=self._clock.now_ms())
        await asyncio.to_thread(self._disk.remove, path)
        return False

    async def _adopt(self, orphan: Orphan) -> None:
        path = self._places.copy(orphan.sha256)
        if await asyncio.to_thread(self._disk.sha256, path) != orphan.sha256.hex():
            await asyncio.to_thread(self._disk.remove, path)
            return
        try:
            await asyncio.to_thread(self._make_durable, path)
        except ClientError as error:
            # Without a row it is nothing: the next start finds it again.
            log.warning("a file that nobody knew of is not taken over: %s", error)
            return
        await self._library.write(adopt_orphan, orphan, now_ms=self._clock.now_ms())
        await self._trim()

    def _make_durable(self, path: Path) -> None:
        """The process that left it may have ended before it came to this."""
        with disk_errors(path):
            self._disk.make_durable(path)
            self._disk.make_names_durable(self._places.copies)

    async def _reconcile_parts(self, parts: Parts) -> None:
        names = await asyncio.to_thread(self._disk.sizes, self._places.parts)
        kept: dict[str, int] = {}
        for name, size_bytes in names.items():
            part = read_part_name(name)
            if part is not None and await self._library.read(find_task, part.task_id) is not None:
                kept[name] = size_bytes
            else:
                await asyncio.to_thread(self._disk.remove, self._places.parts / name)
        parts.read(kept)
