"""The parts of `client.downloads`, put together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import tzinfo

from soul_player.client.config import ClientConfig
from soul_player.client.downloads.attempt import Attempts, Done, Parts
from soul_player.client.downloads.disk import Disk
from soul_player.client.downloads.door import DownloadParts, Downloads
from soul_player.client.downloads.fetch import Fetching
from soul_player.client.downloads.pictures import Pictures
from soul_player.client.downloads.places import Places
from soul_player.client.downloads.room import Limits, Room
from soul_player.client.downloads.rules import Rules
from soul_player.client.downloads.settle import Settler
from soul_player.client.downloads.store import Store
from soul_player.client.downloads.throttle import DownloadThrottler
from soul_player.client.downloads.transfer import Line, Measure
from soul_player.client.downloads.upkeep import Upkeep
from soul_player.client.downloads.worker import Worker
from soul_player.client.events import Events
from soul_player.client.library.lock import HomeLock
from soul_player.client.lookout import Lookout
from soul_player.client.sources.connections import Connections
from soul_player.database.access import Database
from soul_player.edges import Clock, Randomness
from soul_player.protocol.quality import StreamQuality


@dataclass(frozen=True)
class World:
    """The edges that downloads meet. `commits`: another number when anything was committed to the library."""

    clock: Clock
    randomness: Randomness
    disk: Disk
    zone: tzinfo
    measure: Measure
    commits: Callable[[], int]
    lookout: Lookout


def wire_downloads(
    config: ClientConfig,
    library: Database,
    connections: Connections,
    *,
    events: Events,
    lock: HomeLock,
    world: World,
) -> Downloads:
    """Reads nothing and writes nothing."""
    clock, disk = world.clock, world.disk
    places = Places.of_home(config.home)
    throttler = DownloadThrottler(config.download_bytes_per_second or None, clock=clock.monotonic)
    room = Room(library, disk, places, Limits(config.cache_limit_bytes, config.disk_free_bytes), clock)
    settler = Settler(library, disk, places, clock)
    upkeep = Upkeep(library, disk, places, clock, trim=room.trim)
    pictures = Pictures(library, connections, disk, places=places, clock=clock, limit_bytes=config.picture_limit_bytes)
    parts = Parts()
    line = Line(disk, places, throttler, clock, world.measure)
    worker = Worker(
        library,
        events,
        Attempts(library, connections, line, room=room, settler=settler, parts=parts),
        room=room,
        clock=clock,
        randomness=world.randomness,
        slots=config.downloads_at_once,
        after_fetch=_bringing(pictures),
        commits=world.commits,
        lookout=world.lookout,
    )
    rules = Rules(library, events, clock, zone=world.zone, limit_bytes=config.cache_limit_bytes)
    store = Store(library, disk, places, room=room, settler=settler, upkeep=upkeep, pictures=pictures, clock=clock)
    wired = DownloadParts(
        library, events, Fetching(library, connections), worker, upkeep, room, begun=parts, lock=lock, clock=clock
    )
    quality = StreamQuality(config.download_quality)
    return Downloads(wired, rules=rules, store=store, throttler=throttler, quality=quality)


def _bringing(pictures: Pictures) -> Callable[[Done], Awaitable[None]]:
    async def bring(done: Done) -> None:
        """A track without its picture is whole all the same: the next track of the album tries again."""
        if done.holder is not None:
            await pictures.bring(done.holder)

    return bring
