"""What a sync costs when nothing or little has changed: it must not depend on how much there is."""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from benchmarks.client_driver import Driver, driven
from benchmarks.client_process import add_source, sync
from benchmarks.cpu import median, process_cpu_seconds, spent
from benchmarks.library import generate_tracks
from benchmarks.server_process import Served, connected, serving
from benchmarks.store import change_library, library_file
from benchmarks.table import Bar, Of, Row, Settings, short_count
from soul_player.protocol.track import Track

SMALL_SHARE = 100
CHANGES = 10
DELETIONS = 2
IDLE_SYNCS_PER_ROUND = 20
ROUNDS_PER_REPEAT = 4
# The same at both sizes, but for the noise of a shared machine.
RATIO_MAX = 1.25
IDLE_MS_MAX = 5.0
CHANGES_MS_MAX = 15.0


@dataclass(frozen=True)
class Cost:
    """Milliseconds of one sync."""

    client_cpu_ms: float
    server_cpu_ms: float
    wall_ms: float
    requests: int


def measure(settings: Settings) -> Sequence[Row]:
    """A library and one of a hundredth of its size, in turns: both see the same noise."""
    large = max((settings.tracks, *settings.tracks_more))
    small = max(100, settings.tracks // SMALL_SHARE)
    with _synced_pair(settings, small) as at_small, _synced_pair(settings, large) as at_large:
        idle, changes, requests = [], [], []
        syncs = settings.sized(IDLE_SYNCS_PER_ROUND, small=3)
        for _ in range(settings.repeats * settings.sized(ROUNDS_PER_REPEAT, small=2)):
            idle.append((at_small.idle(syncs), at_large.idle(syncs)))
            changes.append((at_small.changes(), at_large.changes()))
            requests.append(at_large.bare_request_ms())
    sizes = (short_count(small), short_count(large))
    return [
        Row("idle sync, requests", "requests", max(cost.requests for _, cost in idle), bar=Bar(Of.OURS, at_most=1)),
        *_same("idle sync", sizes, idle),
        _wall("idle sync", sizes[1], idle, median(requests), IDLE_MS_MAX),
        *_same("10 changes", sizes, changes),
        _wall("10 changes", sizes[1], changes, median(requests), CHANGES_MS_MAX),
    ]


class Pair:
    """A server with a library, and a client that has synced it."""

    def __init__(self, served: Served, driver: Driver, url: str, tracks: Iterator[Track]) -> None:
        self._served = served
        self._driver = driver
        self._url = url
        self._tracks = tracks

    def idle(self, syncs: int) -> Cost:
        """One of several syncs while nothing changes."""
        return self._cost(syncs)

    def changes(self) -> Cost:
        """The sync that brings ten changes, two of them deletions."""
        batch = list(islice(self._tracks, CHANGES))
        assert len(batch) == CHANGES, "the library is too small for so many rounds"
        asyncio.run(change_library(self._url, batch, deleted=DELETIONS))
        return self._cost(1, updated=CHANGES - DELETIONS, deleted=DELETIONS)

    def bare_request_ms(self) -> float:
        """A request on a new connection that asks for nothing: what no sync can be faster than."""
        with spent() as bare, connected(self._served) as connection:
            connection.get("/api/health")
        return bare.wall_seconds * 1000

    def _cost(self, syncs: int, *, updated: int = 0, deleted: int = 0) -> Cost:
        before = process_cpu_seconds(self._served.pid)
        done = [self._driver.sync() for _ in range(syncs)]
        server_cpu_seconds = process_cpu_seconds(self._served.pid) - before
        for one in done:
            assert (one.tracks_updated, one.tracks_deleted) == (updated, deleted), one
        return Cost(
            client_cpu_ms=sum(one.cpu_seconds for one in done) / syncs * 1000,
            server_cpu_ms=server_cpu_seconds / syncs * 1000,
            wall_ms=median([one.wall_seconds for one in done]) * 1000,
            requests=max(one.requests for one in done),
        )


@contextmanager
def _synced_pair(settings: Settings, tracks: int) -> Iterator[Pair]:
    """On a copy of the library: the changes would be missing from the others' runs."""
    folder = settings.folder / f"idle-{tracks}"
    folder.mkdir()
    database = folder / "library.db"
    shutil.copyfile(library_file(settings.folder, tracks, seed=settings.seed), database)
    url = f"sqlite:///{database}"
    with serving(folder / "server", database_url=url) as served:
        home = folder / "client"
        add_source(home, served)
        sync(home)
        with driven(home) as driver:
            # The first one also imports and connects.
            driver.sync()
            generated = (one.track for one in generate_tracks(tracks, seed=settings.seed))
            yield Pair(served, driver, url, generated)


def _same(name: str, sizes: tuple[str, str], costs: Sequence[tuple[Cost, Cost]]) -> Iterator[Row]:
    small, large = sizes
    bar = Bar(Of.RATIO, at_most=RATIO_MAX)
    for side in ("client", "server"):
        ours = median([getattr(cost, f"{side}_cpu_ms") for _, cost in costs])
        limit = median([getattr(cost, f"{side}_cpu_ms") for cost, _ in costs])
        yield Row(f"{name} at {large}", f"ms of {side} CPU", ours, limit, f"the same at {small}", bar)


def _wall(name: str, size: str, costs: Sequence[tuple[Cost, Cost]], limit: float, at_most: float) -> Row:
    ours = median([cost.wall_ms for _, cost in costs])
    limit_name = "a bare request on a new connection"
    return Row(f"{name} at {size}", "ms of wall time", ours, limit, limit_name, Bar(Of.OURS, at_most=at_most))
