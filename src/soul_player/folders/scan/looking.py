"""One root as the disk has it now, beside what is known of it."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from operator import itemgetter

import msgspec

from soul_player.database.access import Row
from soul_player.folders.compare import Comparing, Comparison
from soul_player.folders.scan.stored import Root
from soul_player.folders.walk import Listing, walk

# Files seen before the loop's thread is given its turn, and the progress is told.
_FILES_A_STEP = 5_000
_FOLDERS_A_STEP = 2_000
_DIGEST_BYTES = 16

KnownPlaces = dict[bytes, Row]


# Of each folder, what lay in it when nothing in it was new.
Seen = dict[bytes, bytes]


@dataclass(slots=True)
class Look:
    """`found.missing` holds the known tracks that were not seen; `doubled` (ids) those whose place another has.

    `known` is empty when every folder is as it was; `seen`: as the folders are now.
    """

    root: Root
    known: KnownPlaces
    found: Comparison
    doubled: list[bytes] = field(default_factory=list)
    seen: Seen = field(default_factory=dict)

    @property
    def known_count(self) -> int:
        """How many tracks the store has in this root, as far as it was asked."""
        return len(self.known) + len(self.doubled)

    @property
    def is_news(self) -> bool:
        """Whether the store is not what the disk is. Files that are new may be such as cannot be read."""
        found = self.found
        return bool(found.changed or found.missing or found.unlisted or self.doubled)


async def look(
    root: Root,
    places: Callable[[], Awaitable[list[Row]]],
    *,
    before: Seen,
    full: bool,
    told: Callable[[int], None],
) -> Look:
    """Walk the root and compare. A root that is no longer configured is not walked: all of it is missing.

    `before`: of the last look that found nothing new; folders that are as they were then are not compared. `places`
    reads (path, size_bytes, mtime_ns, inode, id) of what is known of the root, and is asked only if a folder differs.
    `told` hears how many files were seen since it was last called.
    """
    looking = _Looking(root, {} if full or not root.is_configured else before, full=full)
    if not looking.before:
        looking.know(await places())
    while True:
        files = await asyncio.to_thread(looking.see_some)
        if files is None and not looking.needs_known():
            break
        if files:
            told(files)
        if looking.needs_known():
            looking.know(await places())
    return looking.finish()


class _Looking:
    """A walk under way. Only its `see_some` runs on a thread of its own, one call at a time."""

    def __init__(self, root: Root, before: Seen, *, full: bool) -> None:
        self.before = before
        self._root = root
        self._comparing = Comparing({}, full=full)
        self._known: KnownPlaces | None = None
        self._doubled: list[bytes] = []
        self._listings = walk(root.path) if root.is_configured else iter(())
        self._held: Listing | None = None
        self._is_over = False
        self._seen: Seen = {}

    def know(self, places: list[Row]) -> None:
        """What the store has."""
        self._known, self._doubled = _by_place(places)
        self._comparing.know(self._known)

    def needs_known(self) -> bool:
        """Whether a folder differs, or is not there any more, and nothing was read to compare it with."""
        if self._known is not None:
            return False
        return self._held is not None or (self._is_over and self._seen.keys() != self.before.keys())

    def see_some(self) -> int | None:
        """The number of files seen; None when the walk had ended before."""
        files = folders = 0
        while files < _FILES_A_STEP and folders < _FOLDERS_A_STEP:
            listing = self._held or next(self._listings, None)
            if listing is None:
                self._is_over = True
                return files if folders else None
            self._held = None
            digest = _digest(listing)
            if listing.is_complete:
                self._seen[listing.folder] = digest
            if listing.is_complete and self.before.get(listing.folder) == digest:
                self._comparing.pass_over(listing)
            elif self._known is None:
                self._held = listing
                return files
            else:
                self._comparing.see(listing)
            files += len(listing.files)
            folders += 1
        return files

    def finish(self) -> Look:
        """After the walk."""
        found, known = self._comparing.finish(), self._known or {}
        if not found.is_root_listed:
            found.missing = list(known.values())
        return Look(self._root, known, found, self._doubled, self._seen)


def _digest(listing: Listing) -> bytes:
    """The same as long as its music and its picture are the same files, unchanged, in the same order."""
    return hashlib.blake2b(msgspec.msgpack.encode((listing.files, listing.image)), digest_size=_DIGEST_BYTES).digest()


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
