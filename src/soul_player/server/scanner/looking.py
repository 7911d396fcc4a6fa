"""One root as the disk has it now, beside what the store knows of it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from soul_player.database.access import Database, Row
from soul_player.folders.compare import Comparing, Comparison
from soul_player.folders.walk import Listing, walk
from soul_player.server.store.roots import Root
from soul_player.server.store.tracks import list_places

# Files seen before the loop's thread is given its turn, and the progress is told.
_FILES_A_STEP = 5_000
_FOLDERS_A_STEP = 2_000

KnownPlaces = dict[bytes, tuple[tuple[int, int, int], bytes]]


@dataclass(slots=True)
class Look:
    """`found.missing` holds the known tracks (by id) that were not seen; `doubled` those whose place another has."""

    root: Root
    known: KnownPlaces
    found: Comparison[bytes]
    doubled: list[bytes] = field(default_factory=list)

    @property
    def known_count(self) -> int:
        """How many tracks the store has in this root."""
        return len(self.known) + len(self.doubled)


async def look(database: Database, root: Root, *, full: bool, told: Callable[[int], None]) -> Look:
    """Walk the root and compare. A root that is no longer configured is not walked: all of it is missing.

    `told` hears how many files were seen since it was last called.
    """
    known, doubled = _by_place(await database.read(list_places, root.id))
    comparing: Comparing[bytes] = Comparing(known, full=full)
    if root.is_configured:
        listings = walk(root.path)
        while True:
            files = await asyncio.to_thread(_see_some, listings, comparing)
            if files is None:
                break
            told(files)
    found = comparing.finish()
    if not found.is_root_listed:
        found.missing = [(path, track_id) for path, (_, track_id) in known.items()]
    return Look(root, known, found, doubled)


def _see_some(listings: Iterator[Listing], comparing: Comparing[bytes]) -> int | None:
    """The number of files seen; None when the walk had ended before."""
    files = folders = 0
    for listing in listings:
        comparing.see(listing)
        files += len(listing.files)
        folders += 1
        if files >= _FILES_A_STEP or folders >= _FOLDERS_A_STEP:
            return files
    return files if folders else None


def _by_place(rows: list[Row]) -> tuple[KnownPlaces, list[bytes]]:
    """A scan that was killed between two batches of moves may have left two tracks at one place: the one that was
    written to last is right, the other is missing."""
    known: KnownPlaces = {row[0]: (row[1:4], row[5]) for row in rows}
    if len(known) == len(rows):
        return known, []
    doubled: list[bytes] = []
    latest: dict[bytes, Row] = {}
    for row in rows:
        other = latest.get(row[0])
        if other is not None:
            doubled.append(min(row, other, key=_writes)[5])
        latest[row[0]] = row if other is None else max(row, other, key=_writes)
    return {path: (row[1:4], row[5]) for path, row in latest.items()}, doubled


def _writes(row: Row) -> tuple[int, bytes]:
    return row[4], row[5]
