"""One root as the disk has it now, beside what is known of it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from soul_player.database.access import Row
from soul_player.folders.compare import Comparing, Comparison
from soul_player.folders.scan.stored import Root
from soul_player.folders.walk import Listing, walk

# Files seen before the loop's thread is given its turn, and the progress is told.
_FILES_A_STEP = 5_000
_FOLDERS_A_STEP = 2_000

KnownPlaces = dict[bytes, Row]


@dataclass(slots=True)
class Look:
    """`found.missing` holds the known tracks that were not seen; `doubled` (ids) those whose place another has."""

    root: Root
    known: KnownPlaces
    found: Comparison
    doubled: list[bytes] = field(default_factory=list)

    @property
    def known_count(self) -> int:
        """How many tracks the store has in this root."""
        return len(self.known) + len(self.doubled)


async def look(root: Root, places: list[Row], *, full: bool, told: Callable[[int], None]) -> Look:
    """Walk the root and compare. A root that is no longer configured is not walked: all of it is missing.

    `places`: (path, size_bytes, mtime_ns, inode, id) of what is known of it. `told` hears how many files were seen
    since it was last called.
    """
    known, doubled = _by_place(places)
    comparing = Comparing(known, full=full)
    if root.is_configured:
        listings = walk(root.path)
        while True:
            files = await asyncio.to_thread(_see_some, listings, comparing)
            if files is None:
                break
            told(files)
    found = comparing.finish()
    if not found.is_root_listed:
        found.missing = list(known.values())
    return Look(root, known, found, doubled)


def _see_some(listings: Iterator[Listing], comparing: Comparing) -> int | None:
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
    """A scan that was killed between two batches of moves may have left two tracks at one place. Either may be taken
    for the one that is there: if it is the wrong one its stamp differs, and both are up for being found by identity."""
    known = dict(zip(map(_path, rows), rows, strict=True))
    if len(known) == len(rows):
        return known, []
    return known, [id_of(row) for row in rows if known[row[0]] is not row]


def id_of(row: Row) -> bytes:
    """The track's, in a row of places."""
    return bytes(row[4])


_path = itemgetter(0)
