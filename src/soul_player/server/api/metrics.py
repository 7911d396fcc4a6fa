"""`GET /metrics`: what is counted, and what there is, for Prometheus."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from prometheus_client.core import Metric

from soul_player import __version__
from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.edges import Clock
from soul_player.protocol.scan import ScanState, ScanStatus
from soul_player.protocol.server_info import PROTOCOL_VERSION
from soul_player.protocol.times import time_ms
from soul_player.server.api.answers import NEVER_STORED, Answer
from soul_player.server.api.calls import Call
from soul_player.server.observing.metrics import CONTENT_TYPE, Metrics, gauge, info, labelled
from soul_player.server.store.health import Health
from soul_player.server.store.sizes import Sizes, read_sizes

# Counting a library of a million tracks is not for every scrape.
SIZES_SECONDS = 30.0
NOTE_SECONDS = 5.0


class ScanDesk(Protocol):
    """Where the state of the scan is told."""

    async def status(self) -> ScanStatus:
        """What it does now."""
        ...


class MetricsRoutes:
    """`note_work` puts down what this process does now."""

    def __init__(
        self,
        database: Database,
        metrics: Metrics,
        health: Health,
        *,
        scans: ScanDesk,
        note_work: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._database = database
        self._metrics = metrics
        self._health = health
        self._scans = scans
        self._note_work = note_work
        self._clock = clock
        self._sizes: Sizes | None = None
        self._sizes_at = float("-inf")

    async def read(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """The text format. What the database knows is left out while it is away; all else is told."""
        self._note_work()
        trouble = await self._health.trouble()
        facts: list[Metric] = [
            info("soul_build", "What runs.", {"version": __version__, "protocol": str(PROTOCOL_VERSION)}),
            gauge("soul_ready", "Whether the database answers and has room.", int(trouble is None)),
        ]
        try:
            sizes = await self._read_sizes()
            facts += [*_of_library(sizes), *_of_scan(await self._scans.status())]
        except DatabaseError as error:
            self._health.note(error)
        text = self._metrics.text(facts)
        return Answer(200, ((b"content-type", CONTENT_TYPE), *NEVER_STORED), text)

    async def keep_noting(self) -> None:
        """For ever: where several processes serve, one is asked, and tells what the others put down."""
        while True:
            self._note_work()
            await asyncio.sleep(NOTE_SECONDS)

    async def _read_sizes(self) -> Sizes:
        now = self._clock.monotonic()
        if self._sizes is None or now - self._sizes_at >= SIZES_SECONDS:
            self._sizes = await self._database.read(read_sizes)
            self._sizes_at = now
        return self._sizes


def _of_library(sizes: Sizes) -> list[Metric]:
    return [
        gauge("soul_library_tracks", "Tracks that are there.", sizes.tracks),
        gauge("soul_library_bytes", "Bytes of their files.", sizes.track_bytes),
        gauge("soul_library_tracks_unhashed", "Tracks whose files are not hashed yet.", sizes.unhashed),
        gauge("soul_users", "Accounts.", sizes.users),
        gauge("soul_devices", "Devices that are signed in.", sizes.devices),
        gauge("soul_playlists", "Playlists of all users.", sizes.playlists),
    ]


def _of_scan(status: ScanStatus) -> list[Metric]:
    facts: list[Metric] = [
        labelled(
            "soul_scan_state", "1 for the state that the scan is in.", "state",
            [(state.value, int(state is status.state)) for state in ScanState],
        ),
        gauge("soul_scan_missing_held", "Missing tracks that wait for a confirmation.", status.missing or 0),
    ]  # fmt: skip
    last = status.last
    if last is not None:
        finished_at = time_ms(last.finished_at) / 1000
        counts = [("added", last.added), ("updated", last.updated), ("moved", last.moved), ("removed", last.removed)]
        facts += [
            gauge("soul_scan_last_finished_timestamp_seconds", "When the last scan ended.", finished_at),
            gauge("soul_scan_last_seconds", "How long it took.", last.seconds),
            labelled("soul_scan_last_tracks", "What it found.", "change", counts),
            gauge("soul_scan_last_unreadable", "Files that it could not read.", len(last.unreadable)),
        ]
    return facts
