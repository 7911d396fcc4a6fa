"""How long `soul serve` takes to listen, and what it holds while nobody asks for anything."""

import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks.cpu import children_memory_bytes, median
from benchmarks.server_process import started, write_settings
from benchmarks.store import library_file
from benchmarks.table import Bar, Of, Row, Settings

SETTLE_SECONDS = 3.0
LISTENS_WITHIN_SECONDS = 0.5
IDLE_MEBIBYTES_MAX = 66.0


def measure(settings: Settings) -> Sequence[Row]:
    """A second start, as after a reboot: the home and the library are there already."""
    database = library_file(settings.folder, settings.tracks, seed=settings.seed)
    home = settings.folder / "startup-home"
    write_settings(home, f"sqlite:///{database}")
    with started(home):
        pass
    starts, bare_starts, memory = [], [], []
    for number in range(settings.repeats):
        with ExitStack() as running:
            begin = time.perf_counter()
            process, _ = running.enter_context(started(home))
            starts.append(time.perf_counter() - begin)
            if number == 0:
                time.sleep(SETTLE_SECONDS)
                memory.append(children_memory_bytes(process.pid) / (1 << 20))
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import uvicorn, uvloop, httptools, litestar"], check=True)
        bare_starts.append(time.perf_counter() - begin)
    limit_name = "python that imports the framework and its server"
    bar = Bar(Of.OURS, at_most=LISTENS_WITHIN_SECONDS)
    return [
        Row("start to listening", "s", median(starts), median(bare_starts), limit_name, bar),
        Row("idle memory of the server", "MiB", median(memory), bar=Bar(Of.OURS, at_most=IDLE_MEBIBYTES_MAX)),
    ]
