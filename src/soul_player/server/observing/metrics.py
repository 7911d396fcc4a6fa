"""What is counted, for Prometheus. Every label has few values, none of which a stranger can make up."""

import os
from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import Metric
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector

# Where the counts of several processes come together. The library reads it when it is imported.
SHARED_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
# A second series for each counter, with when it began: nobody asks for it in this format.
disable_created_metrics()  # type: ignore[no-untyped-call]  # as the library has it

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """One server's. Where several processes serve, each counts for itself, and whoever is asked tells the sums."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        folder = os.environ.get(SHARED_FOLDER_VARIABLE)
        own: CollectorRegistry | None = self._registry
        if folder:
            # What each process counts is read from the folder, so the counters themselves are told nowhere.
            own = None
            MultiProcessCollector(self._registry, folder)  # type: ignore[no-untyped-call]  # as the library has it
        else:
            ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "soul_http_requests", "Requests answered.", ["method", "route", "status"], registry=own
        )
        self._seconds = Histogram(
            "soul_http_request_seconds", "From a request's head to its answer's.", ["route"], registry=own,
            buckets=SECONDS,
        )  # fmt: skip
        self._bytes = Counter("soul_http_sent_bytes", "Bytes of answers' bodies.", ["route"], registry=own)
        self._in_flight = _gauge("soul_http_requests_in_flight", "Requests being answered.", own)
        self._pages = Counter("soul_sync_pages", "Pages of a feed, by what they tell.", ["feed", "kind"], registry=own)
        self._pushed = Counter("soul_pushed_operations", "Pushed edits, by their outcome.", ["outcome"], registry=own)
        self._live = _gauge("soul_live_connections", "Live sockets that are open.", own)
        self._closed = Counter("soul_live_closed", "Live sockets that ended, by why.", ["reason"], registry=own)
        self._transcodes = _gauge("soul_transcodes_running", "Transcodes being made.", own)
        self._connections = _gauge("soul_database_connections", "Connections of the pool.", own, ["state"])
        self._processes = _gauge("soul_server_processes", "Server processes.", own)
        self._leaders = _gauge("soul_server_leaders", "Processes that scan and keep house.", own)
        self._of: dict[tuple[str, str, int], tuple[Counter, Histogram, Counter]] = {}
        self._processes.set(1)
        self._leaders.set(0)

    def begin_request(self) -> None:
        """Its head is there."""
        self._in_flight.inc()

    def end_request(self, method: str, route: str, status: int, *, seconds: float | None, size_bytes: int) -> None:
        """It was answered, or not: then there are no `seconds` until the answer began."""
        self._in_flight.dec()
        found = self._of.get((method, route, status))
        if found is None:
            # Looking them up by their labels costs as much as all the rest.
            found = (
                self._requests.labels(method, route, status),
                self._seconds.labels(route),
                self._bytes.labels(route),
            )
            self._of[method, route, status] = found
        requests, answered, sent = found
        requests.inc()
        if seconds is not None:
            answered.observe(seconds)
        if size_bytes:
            sent.inc(size_bytes)

    def count_upgrade(self, route: str, status: int) -> None:
        """Somebody asked for a socket."""
        self._requests.labels("GET", route, status).inc()

    def count_page(self, feed: str, kind: str) -> None:
        """`kind`: initial, changes, or nothing (304)."""
        self._pages.labels(feed, kind).inc()

    def count_pushed(self, outcomes: Iterable[str]) -> None:
        """One outcome an operation."""
        for outcome in outcomes:
            self._pushed.labels(outcome).inc()

    def open_socket(self) -> None:
        """Somebody listens."""
        self._live.inc()

    def close_socket(self, reason: str) -> None:
        """Nobody does any more."""
        self._live.dec()
        self._closed.labels(reason).inc()

    def note_work(self, *, transcodes: int, in_use: int, idle: int) -> None:
        """What this process does now."""
        self._transcodes.set(transcodes)
        self._connections.labels("in_use").set(in_use)
        self._connections.labels("idle").set(idle)

    def note_leading(self, *, is_leader: bool) -> None:
        """Whether this process scans and keeps house."""
        self._leaders.set(int(is_leader))

    def text(self, facts: Iterable[Metric]) -> bytes:
        """All of it, in the text format, with what only the asked process knows."""
        looked_up = CollectorRegistry()
        looked_up.register(_Facts(tuple(facts)))
        return generate_latest(self._registry) + generate_latest(looked_up)


class _Facts:
    """A collector, as the library calls it."""

    def __init__(self, facts: tuple[Metric, ...]) -> None:
        self._facts = facts

    def collect(self) -> Iterable[Metric]:
        """What was given."""
        return self._facts


def gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    """One number that was looked up."""
    return GaugeMetricFamily(name, words, value=value)


def labelled(name: str, words: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    """Several, told apart by one label."""
    family = GaugeMetricFamily(name, words, labels=[label])
    for each, value in values:
        family.add_metric([each], value)
    return family


def info(name: str, words: str, values: dict[str, str]) -> InfoMetricFamily:
    """What it is, in words."""
    return InfoMetricFamily(name, words, value=values)


def _gauge(name: str, words: str, registry: CollectorRegistry | None, labels: Iterable[str] = ()) -> Gauge:
    """Over all living processes the sum."""
    return Gauge(name, words, list(labels), registry=registry, multiprocess_mode="livesum")
