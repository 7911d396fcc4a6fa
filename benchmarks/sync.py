"""A whole library to a fresh client over loopback, beside the bare insert of the same rows into the same schema."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bare_insert import bare_insert_cpu_seconds
from benchmarks.client_driver import driven
from benchmarks.client_process import add_source
from benchmarks.cpu import median
from benchmarks.server_process import Served, serving
from benchmarks.store import library_file
from benchmarks.table import Bar, Of, Row, Settings, short_count
from soul_player.client.library.open import LIBRARY_FILE

RATIO_MIN = 0.8
ROWS_PER_CPU_SECOND_MIN = 35_000
MEMORY_MEBIBYTES_MAX = 200.0
MATCHING_CPU_SECONDS_MAX = 120.0
SHARE_AT_MOST_TRACKS_MIN = 0.5
# Seconds for 100k tracks, as the peers were measured on another day (the design's speed page); ours may take a third of
# the one and a twentieth of the other.
POUCHDB_SECONDS, POUCHDB_TIMES = 22.6, 3
SUPYSONIC_SECONDS, SUPYSONIC_TIMES = 195.0, 20
PEERS_TRACKS = 100_000

LIMIT_NAME = "bare insert of the same rows, same schema, indexes built after"


@dataclass(frozen=True)
class Measured:
    """One size: medians over the repeats."""

    tracks: int
    rate: float
    bare_rate: float
    wall_seconds: float
    idle_cpu_seconds: float
    peak_memory_mebibytes: float
    # Of the matching behind the last of the syncs, where it was measured.
    matching_cpu_seconds: float | None = None
    matching_memory_mebibytes: float = 0.0


def measure(settings: Settings) -> Sequence[Row]:
    """The library of the default run; in a full run also the larger ones, which are synced once each."""
    first = measure_size(settings, settings.tracks, repeats=settings.repeats, matches=True)
    rows = [*_rows(first), *_peers(first), *_matching(first)]
    largest = first
    for tracks in settings.tracks_more:
        largest = measure_size(settings, tracks, repeats=1)
        rows += _rows(largest)
    if settings.tracks_more:
        rows.append(
            Row(
                f"initial sync, rate at {short_count(largest.tracks)}",
                "tracks per client CPU-s",
                largest.rate,
                first.rate,
                f"the rate at {short_count(first.tracks)}",
                Bar(Of.RATIO, at_least=SHARE_AT_MOST_TRACKS_MIN),
            )
        )
    return rows


def measure_size(settings: Settings, tracks: int, *, repeats: int, matches: bool = False) -> Measured:
    """Sync `tracks` tracks into fresh homes, each followed by the bare insert of what has come."""
    folder = settings.folder / f"sync-{tracks}"
    folder.mkdir()
    database = library_file(settings.folder, tracks, seed=settings.seed)
    with serving(folder / "server", database_url=f"sqlite:///{database}") as served:
        rounds = [_round(served, folder / f"client-{number}", tracks) for number in range(repeats)]
        matching = _match(folder / f"client-{repeats - 1}", tracks) if matches else (None, 0.0)
    rates, bare_rates, walls, idles, memory = zip(*rounds, strict=True)
    return Measured(tracks, median(rates), median(bare_rates), median(walls), median(idles), max(memory), *matching)


def _round(served: Served, home: Path, tracks: int) -> tuple[float, float, float, float, float]:
    add_source(home, served)
    # Until the sync's own result: the matching runs behind it, when somebody lets it.
    with driven(home) as driver:
        whole = driver.sync()
        idle = driver.sync()
    assert whole.tracks_synced == tracks, whole
    bare_seconds = bare_insert_cpu_seconds(home / LIBRARY_FILE, home.with_suffix(".bare"))
    return (
        tracks / (whole.cpu_seconds - idle.cpu_seconds),
        tracks / bare_seconds,
        whole.wall_seconds,
        idle.cpu_seconds,
        whole.peak_memory_bytes / (1 << 20),
    )


def _match(home: Path, tracks: int) -> tuple[float, float]:
    """CPU seconds and MiB: every track of a first sync is matched with every other, behind it."""
    with driven(home) as driver:
        done = driver.match()
    assert done.matched == tracks, done
    return done.cpu_seconds, done.peak_memory_bytes / (1 << 20)


def _matching(measured: Measured) -> Iterator[Row]:
    assert measured.matching_cpu_seconds is not None
    name = f"matching {short_count(measured.tracks)} tracks behind it"
    bar = Bar(Of.OURS, at_most=MATCHING_CPU_SECONDS_MAX) if measured.tracks == PEERS_TRACKS else None
    yield Row(name, "CPU-s", measured.matching_cpu_seconds, bar=bar, note="the rates above are with what queues them")
    memory = Bar(Of.OURS, at_most=MEMORY_MEBIBYTES_MAX)
    yield Row(f"{name}, the client's peak memory", "MiB", measured.matching_memory_mebibytes, bar=memory)


def _rows(measured: Measured) -> list[Row]:
    name = f"initial sync of {short_count(measured.tracks)}"
    note = f"what an idle sync costs, {measured.idle_cpu_seconds:.3f} CPU-s, is not counted in the rates"
    limits = (measured.rate, measured.bare_rate, LIMIT_NAME)
    rate_bar, ratio_bar = Bar(Of.OURS, at_least=ROWS_PER_CPU_SECOND_MIN), Bar(Of.RATIO, at_least=RATIO_MIN)
    memory_bar = Bar(Of.OURS, at_most=MEMORY_MEBIBYTES_MAX)
    return [
        Row(f"{name}, rate", "tracks per client CPU-s", *limits, rate_bar, note),
        Row(f"{name}, by the bare insert", "tracks per client CPU-s", *limits, ratio_bar),
        Row(f"{name}, the client's peak memory", "MiB", measured.peak_memory_mebibytes, bar=memory_bar),
    ]


def _peers(measured: Measured) -> Iterator[Row]:
    if measured.tracks != PEERS_TRACKS:
        return
    for peer, seconds, times in (
        ("PouchDB's replication", POUCHDB_SECONDS, POUCHDB_TIMES),
        ("paging supysonic's search3", SUPYSONIC_SECONDS, SUPYSONIC_TIMES),
    ):
        name, limit_name = (
            f"full sync of {short_count(measured.tracks)}, stored",
            f"{peer}, as recorded, not measured here",
        )
        bar = Bar(Of.OURS, at_most=seconds / times)
        yield Row(name, "s of wall time", measured.wall_seconds, seconds, limit_name, bar)
