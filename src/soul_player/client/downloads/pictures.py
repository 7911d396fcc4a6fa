"""Album art that is there when the network is not: a picture is fetched with the first track that shows it."""

import asyncio
import hashlib
from pathlib import Path

from soul_player.client.downloads.disk import Disk, disk_errors
from soul_player.client.downloads.holders import Holder
from soul_player.client.downloads.places import Places
from soul_player.client.errors import ClientError, GoneError
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.library.pictures import (
    Picture,
    add_picture,
    all_pictures,
    find_picture,
    find_picture_of,
    mark_picture_used,
    missing_pictures,
    picture_bytes,
    remove_picture,
    trim_pictures,
)
from soul_player.client.library.sources import find_source
from soul_player.client.sources.connections import Connections
from soul_player.client.sources.files import picture_of
from soul_player.database.access import Database
from soul_player.edges import Clock
from soul_player.protocol.ids import TrackId

# A page shows the same hundred covers over and over: what was looked at within the hour is not written down again.
USED_MS = 3_600_000
# What is brought afterwards fills the room up to here: one that a person looks at finds some.
FILLED_SHARE = 0.9
MISSING_A_READ = 1_000


class Pictures:
    """`limit_bytes`: of all of them together."""

    def __init__(  # the parts it is wired from
        self,
        library: Database,
        connections: Connections,
        disk: Disk,
        *,
        places: Places,
        clock: Clock,
        limit_bytes: int,
    ) -> None:
        self._library = library
        self._connections = connections
        self._disk = disk
        self._places = places
        self._clock = clock
        self._limit_bytes = limit_bytes
        self._fetching: set[str] = set()
        # Whoever wants to know that all are here waits for those that are being brought.
        self._bringing = asyncio.Lock()
        # Set when there may be some that could not be had before.
        self._awake = asyncio.Event()
        # What its source turned out not to have: not asked for again by this process.
        self._refused: set[tuple[str, SourceId]] = set()

    def set_limit(self, limit_bytes: int) -> None:
        """From the next picture on."""
        self._limit_bytes = limit_bytes

    async def of(self, track_id: LocalTrackId) -> tuple[Path, str] | None:
        """The file and its content type; None: it is not on this device. Asks no server."""
        picture = await self._library.read(find_picture_of, track_id)
        if picture is None:
            return None
        path = self._places.picture(picture.sha256)
        sizes = await asyncio.to_thread(_size, path)
        if sizes != picture.size_bytes:
            await self._library.write(remove_picture, picture.artwork_id)
            return None
        if self._clock.now_ms() - picture.used_at_ms > USED_MS:
            await self._library.write(mark_picture_used, picture.artwork_id, now_ms=self._clock.now_ms())
        return path, picture.content_type

    async def bring(self, holder: Holder) -> ClientError | None:
        """Fetch the track's picture unless it is here. Why it could not be; the track is whole without it."""
        if holder.artwork_id is None:
            return None
        return await self.fetch(holder.artwork_id, holder.source_id, holder.remote_id)

    async def fetch(self, artwork_id: str, source_id: SourceId, track_id: TrackId) -> ClientError | None:
        """The picture with this id, of this track of that source."""
        if artwork_id in self._fetching or await self._library.read(find_picture, artwork_id) is not None:
            return None
        source = await self._library.read(find_source, source_id)
        if source is None:
            return None
        self._fetching.add(artwork_id)
        try:
            content_type, content = await picture_of(self._connections.to(source), track_id)
            await self.keep(artwork_id, content_type, content)
        except ClientError as error:
            return error
        finally:
            self._fetching.discard(artwork_id)
        return None

    def wake(self) -> None:
        """A source is back, or has told something new."""
        self._awake.set()

    async def keep_up(self) -> None:
        """For ever: what tracks that are here show is brought, if it was not to be had when they came."""
        while True:
            self._awake.clear()
            await self.bring_missing()
            await self._awake.wait()

    async def bring_missing(self) -> None:
        """As far as there is room without any other going for it, and as far as sources can be asked now."""
        async with self._bringing:
            await self._bring_missing()

    async def _bring_missing(self) -> None:
        away: set[SourceId] = set()
        after = ("", SourceId(0))
        while missing := await self._library.read(missing_pictures, after=after, count=MISSING_A_READ):
            after = missing[-1][:2]
            for artwork_id, source_id, track_id in missing:
                if source_id in away or (artwork_id, source_id) in self._refused:
                    continue
                if not await self._bring_one(artwork_id, source_id, track_id, away):
                    return

    async def _bring_one(self, artwork_id: str, source_id: SourceId, track_id: TrackId, away: set[SourceId]) -> bool:
        """False: there is no room for more."""
        if await self._library.read(picture_bytes) >= self._limit_bytes * FILLED_SHARE:
            return False
        if artwork_id in self._fetching:
            # It comes with its track just now.
            return True
        match await self.fetch(artwork_id, source_id, track_id):
            case None:
                return await self._library.read(find_picture, artwork_id) is not None
            case GoneError():
                self._refused.add((artwork_id, source_id))
            case _:
                away.add(source_id)
        return True

    async def reconcile(self) -> None:
        """At the start: a row whose file is not there goes, and so does a file that no row names."""
        rows = await self._library.read(all_pictures)
        sizes = await asyncio.to_thread(self._disk.sizes, self._places.pictures)
        lost = [row for row in rows if sizes.get(row.sha256.hex()) != row.size_bytes]
        for row in lost:
            await self._library.write(remove_picture, row.artwork_id)
        known = {row.sha256.hex() for row in rows if row not in lost}
        for name in sizes:
            if name not in known:
                await asyncio.to_thread(self._disk.remove, self._places.pictures / name)

    async def keep(self, artwork_id: str, content_type: str, content: bytes) -> None:
        """Write it down under this id; what was not looked at for longest makes room."""
        digest = hashlib.sha256(content).digest()
        await asyncio.to_thread(self._write, content, self._places.picture(digest))
        picture = Picture(artwork_id, digest, len(content), content_type, self._clock.now_ms())
        await self._library.write(add_picture, picture)
        for gone in await self._library.write(trim_pictures, limit_bytes=self._limit_bytes):
            await asyncio.to_thread(self._disk.remove, self._places.picture(gone))

    def _write(self, content: bytes, target: Path) -> None:
        part = target.with_name(f"{target.name}.new")
        with disk_errors(target):
            self._disk.make_folders((target.parent,))
            with self._disk.open_part(part, fresh=True) as file:
                self._disk.write(file, [content])
            self._disk.make_durable(part)
            self._disk.rename(part, target)
            self._disk.make_names_durable(target.parent)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
