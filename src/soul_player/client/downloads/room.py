"""Room for what comes: within the limit of the user and above a floor of the disk, at the price of what may go."""

import asyncio
import json
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from soul_player.client.downloads.disk import Disk
from soul_player.client.downloads.places import Places
from soul_player.client.errors import DiskFull
from soul_player.client.library.copies import evictable, remove_copies, storage
from soul_player.client.library.download_model import CopyId, Storage
from soul_player.database.access import Database, Writer
from soul_player.edges import Clock

# What a person asked for may take the place of anything automatic.
ANY_WEIGHT = 1 << 60
# Evicting goes on to below the limit, so that not every new file evicts another one.
SPARE_SHARE = 0.05
# ... but for a single file no more than this.
SPARE_BYTES_MAX = 500_000_000
CANDIDATES_MAX = 100_000
# Within this time only what comes through here is counted.
LOOK_SECONDS = 1.0

STILL_UNASKED = """
    SELECT chosen.value
      FROM json_each(:ids) AS chosen
     WHERE NOT EXISTS (SELECT 1
                         FROM keeps
                         JOIN rules ON rules.id = keeps.rule_id
                        WHERE keeps.copy_id = chosen.value
                          AND rules.kind = 'asked')
     ORDER BY chosen.id
"""


class NoRoom(DiskFull):
    """All that may go was weighed, and is not enough: none of it goes for this."""


@dataclass(frozen=True)
class Limits:
    """`cache_bytes`: of all copies together; `free_bytes`: that stay free on the disk for others."""

    cache_bytes: int
    free_bytes: int


@dataclass(frozen=True)
class Fits:
    """There is room."""


@dataclass(frozen=True)
class Evict:
    """So much must go first, at least; and better a little more. `is_of_disk`: for the sake of the disk, not of the
    user's limit."""

    bytes_min: int
    bytes_wanted: int
    is_of_disk: bool


def decide(limits: Limits, *, used_bytes: int, free_bytes: int, needed_bytes: int, here_bytes: int = 0) -> Fits | Evict:
    """`used_bytes` counts what is on its way as well; `here_bytes` of what is needed take no more of the disk."""
    over_limit = used_bytes + needed_bytes - limits.cache_bytes
    over_disk = limits.free_bytes + needed_bytes - here_bytes - free_bytes
    missing = max(over_limit, over_disk)
    if missing <= 0:
        return Fits()
    spare = min(round(limits.cache_bytes * SPARE_SHARE), SPARE_BYTES_MAX)
    return Evict(missing, missing + spare, is_of_disk=over_disk > over_limit)


def no_room(limits: Limits, *, needed_bytes: int, is_of_disk: bool) -> NoRoom:
    """What is wrong, and what a person can do about it, wherever it is read."""
    needed = f"{needed_bytes / 1_000_000:,.1f} MB"
    if is_of_disk:
        kept = f"{limits.free_bytes / 1_000_000:,.1f} MB"
        return NoRoom(
            f"the disk is nearly full: {needed} more would leave less than {kept} free. "
            "Make room on it, and this goes on by itself",
            hint="soul config set client.disk_free_bytes N changes how much is left free",
        )
    return NoRoom(
        f"downloads take all the room they may: {needed} more would pass {limits.cache_bytes / 1_000_000:,.1f} MB. "
        "Let go of some, or raise the limit",
        hint="soul download --remove QUERY; soul config set client.cache_limit_bytes N",
    )


@dataclass(frozen=True)
class _Coming:
    """Of a file on its way: how large its copy will be, and how much of that is not on the disk yet."""

    copy_bytes: int
    new_bytes: int


class Room:
    """Knows what is open, and evicts."""

    def __init__(self, library: Database, disk: Disk, places: Places, limits: Limits, clock: Clock) -> None:
        self._library = library
        self._disk = disk
        self._places = places
        self._open: Counter[bytes] = Counter()
        self._coming: dict[int, _Coming] = {}
        # What came since the last look: until the next one it counts here.
        self._come = _Coming(0, 0)
        self._looked: tuple[float, int, int] | None = None
        self._clock = clock
        self._turn = asyncio.Lock()
        self.limits = limits

    @contextmanager
    def opened(self, sha256: bytes) -> Generator[None, None, None]:
        """This copy is being read: it is not evicted while the block lasts."""
        self._open[sha256] += 1
        try:
            yield
        finally:
            self._open[sha256] -= 1
            if not self._open[sha256]:
                del self._open[sha256]

    @contextmanager
    def coming(self, key: int) -> Generator[None, None, None]:
        """What `make` is told under this key counts as used while the block lasts: until its row stands."""
        try:
            yield
        finally:
            self.come(key)

    def come(self, key: int) -> None:
        """What `make` was told under this key has its row, or did not come."""
        come = self._coming.pop(key, _Coming(0, 0))
        self._come = _Coming(self._come.copy_bytes + come.copy_bytes, self._come.new_bytes + come.new_bytes)

    async def make(self, needed_bytes: int, *, key: int, below_weight: int, here_bytes: int = 0) -> None:
        """Evict what weighs less than this until a copy of so many bytes fits, of which `here_bytes` are on the disk
        already. Raises `NoRoom` when it cannot."""
        async with self._turn:
            self._coming.pop(key, None)
            coming = _Coming(needed_bytes, needed_bytes - here_bytes)
            match await self._decision(coming):
                case Evict(bytes_min, bytes_wanted, is_of_disk):
                    if await self._evict(bytes_wanted, below_weight=below_weight, bytes_min=bytes_min) < bytes_min:
                        missing = coming.new_bytes if is_of_disk else needed_bytes
                        raise no_room(self.limits, needed_bytes=missing, is_of_disk=is_of_disk)
                case Fits():
                    pass
            self._coming[key] = coming

    async def free(self, wanted_bytes: int, *, below_weight: int) -> int:
        """The disk was fuller than it said: evict so much, whatever the limits are, or nothing. How much it was."""
        async with self._turn:
            return await self._evict(wanted_bytes, below_weight=below_weight, bytes_min=wanted_bytes)

    async def trim(self) -> int:
        """Down to the limits, which may have been lowered. What a person asked for stays all the same."""
        async with self._turn:
            self._looked = None
            match await self._decision(_Coming(0, 0)):
                case Evict(_, bytes_wanted, _):
                    return await self._evict(bytes_wanted, below_weight=ANY_WEIGHT)
                case Fits():
                    return 0

    async def drop(self, copy_ids: list[CopyId]) -> int:
        """These, now: a person said so. How many bytes became free."""
        async with self._turn:
            return await self._drop(copy_ids)

    async def storage(self) -> Storage:
        """What the copies take."""
        return await self._library.read(storage)

    async def free_bytes(self) -> int:
        """On the disk."""
        return await asyncio.to_thread(self._disk.free_bytes, self._places.root)

    async def _decision(self, needed: "_Coming") -> Fits | Evict:
        """From a look at library and disk that is not older than a second."""
        now = self._clock.monotonic()
        if self._looked is None or now - self._looked[0] > LOOK_SECONDS:
            self._come = _Coming(0, 0)
            stored = await self.storage()
            self._looked = (now, stored.kept_bytes + stored.automatic_bytes, await self.free_bytes())
        _, used_bytes, free_bytes = self._looked
        coming = [*self._coming.values(), self._come]
        return decide(
            self.limits,
            used_bytes=used_bytes + sum(one.copy_bytes for one in coming),
            free_bytes=free_bytes - sum(one.new_bytes for one in coming),
            needed_bytes=needed.copy_bytes,
            here_bytes=needed.copy_bytes - needed.new_bytes,
        )

    async def _evict(self, wanted_bytes: int, *, below_weight: int, bytes_min: int = 0) -> int:
        """Nothing goes when all that may go is less than `bytes_min`: it would have gone for nothing."""
        going: list[CopyId] = []
        planned = 0
        for copy_id, sha256, size_bytes, _ in await self._library.read(
            evictable, below_weight=below_weight, count=CANDIDATES_MAX
        ):
            if planned >= wanted_bytes:
                break
            if sha256 not in self._open:
                going.append(copy_id)
                planned += size_bytes
        if not going or planned < bytes_min:
            return 0
        return await self._drop(going)

    async def _drop(self, copy_ids: list[CopyId]) -> int:
        """The rows first: a file without a row is nothing, a row without a file would be a lie."""
        self._looked = None
        removed = await self._library.write(_remove_unasked, copy_ids)
        paths = [self._places.copy(sha256) for sha256 in removed]
        return await asyncio.to_thread(self._remove, paths)

    def _remove(self, paths: Sequence[Path]) -> int:
        freed = 0
        for path in paths:
            try:
                freed += path.stat().st_size
            except FileNotFoundError:
                continue
            self._disk.remove(path)
        return freed


async def _remove_unasked(library: Writer, copy_ids: Sequence[CopyId]) -> list[bytes]:
    """They were chosen a moment ago: what a person has asked for since then stays."""
    rows = await library.all(STILL_UNASKED, ids=json.dumps(copy_ids))
    return await remove_copies(library, [CopyId(row[0]) for row in rows])
