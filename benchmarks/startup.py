"""How long `soul serve` takes to listen, what it holds while nobody asks for anything, and what a command costs."""

import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.client_process import run_soul
from benchmarks.cpu import children_memory_bytes, paired_medians
from benchmarks.server_process import started, write_settings
from benchmarks.store import library_file
from benchmarks.table import Bar, Of, Row, Settings, short_count

# What a start needed is given back once the database has been quiet for a while.
SETTLE_SECONDS = 13.0
LISTENS_WITHIN_SECONDS = 0.5
IDLE_MEBIBYTES_MAX = 66.0
TRACKS_OF_A_SMALL_LIBRARY = 1_000
COMMAND_CPU_SECONDS_MAX = 0.4
BARE_COMMAND = "import asyncio, sqlite3, click, msgspec"


def measure(settings: Settings) -> Sequence[Row]:
    """Second starts, as after a reboot: the home and the library are there already."""
    home = _home(settings, settings.tracks)
    starts, bare_starts = [], []
    for _ in range(settings.repeats):
        begin = time.perf_counter()
        with started(home):
            starts.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import uvicorn, uvloop, httptools, litestar"], check=True)
        bare_starts.append(time.perf_counter() - begin)
    limit_name = "python that imports the framework and its server"
    bar = Bar(Of.OURS, at_most=LISTENS_WITHIN_SECONDS)
    small = min(TRACKS_OF_A_SMALL_LIBRARY, settings.tracks // 2)
    return [
        # Wall time is what a person waits, and the quietest start is the one that tells least of the neighbours.
        Row("start to listening", "s of wall time", min(starts), min(bare_starts), limit_name, bar),
        _memory(settings, _home(settings, small), small, Bar(Of.OURS, at_most=IDLE_MEBIBYTES_MAX)),
        # Told without a bar: the scan at the start compares every track, and what it needed is kept for the next one.
        _memory(settings, home, settings.tracks, None),
        _command(settings),
    ]


def _command(settings: Settings) -> Row:
    """One that asks no server: nearly all of it is imports."""
    home = settings.folder / "startup-client"
    run_soul(home, ["status"])

    def bare() -> float:
        before = children_seconds()
        subprocess.run([sys.executable, "-c", BARE_COMMAND], check=True)
        return children_seconds() - before

    ours, limit = paired_medians(lambda: run_soul(home, ["status"]).cpu_seconds, bare, repeats=settings.repeats)
    limit_name = "python that imports click, asyncio, SQLite and msgspec"
    return Row(
        "soul status, no server asked", "CPU-s", ours, limit, limit_name, Bar(Of.OURS, at_most=COMMAND_CPU_SECONDS_MAX)
    )


def children_seconds() -> float:
    """CPU of the processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _home(settings: Settings, tracks: int) -> Path:
    """A home whose server was started once before."""
    database = library_file(settings.folder, tracks, seed=settings.seed)
    home = settings.folder / f"startup-{tracks}"
    write_settings(home, f"sqlite:///{database}")
    with started(home):
        return home


def _memory(settings: Settings, home: Path, tracks: int, bar: Bar | None) -> Row:
    with started(home) as (process, _):
        time.sleep(settings.sized(SETTLE_SECONDS, small=0.2))
        held = children_memory_bytes(process.pid) / (1 << 20)
    return Row(f"idle memory, {short_count(tracks)} tracks", "MiB", held, bar=bar)
