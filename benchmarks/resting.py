"""What a client costs while nothing happens: `soul sync --watch`, connected to two servers, as a person leaves it."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.client_process import add_source, run_soul, sync
from benchmarks.cpu import median, process_cpu_seconds
from benchmarks.server_process import Served, serving
from benchmarks.store import library_file
from benchmarks.table import Bar, Of, Row, Settings

MEASURED_SECONDS = 60.0
MEASURED_SECONDS_OF_A_SMALL_RUN = 1.0
# It imports, syncs once, connects, and gives back what that took.
SETTLING_SECONDS = 45.0
START_SECONDS_MAX = 60.0
STOPS = 5
CPU_PERCENT_MAX = 0.2
MEMORY_MB_MAX = 60.0
STOP_MS_MAX = 2_000.0
# The least that notices another process's edit in a quarter of a second: the same libraries, and a look as often.
BARE = """
import asyncio, sqlite3, sys
import aiohttp, msgspec

async def look(path):
    library = sqlite3.connect(path, isolation_level=None)
    while True:
        library.execute("PRAGMA data_version").fetchone()
        await asyncio.sleep(0.25)

print("settled", flush=True)
asyncio.run(look(sys.argv[1]))
"""


def measure(settings: Settings) -> Sequence[Row]:
    """Both processes rest at the same time, so that a noisy minute falls on both."""
    seconds = settings.sized(MEASURED_SECONDS, small=MEASURED_SECONDS_OF_A_SMALL_RUN)
    with ExitStack() as stack:
        home = _synced_home(stack, settings)
        ours = stack.enter_context(_watching(home))
        bare = stack.enter_context(_bare(home))
        time.sleep(settings.sized(SETTLING_SECONDS, small=0.2))
        before, bare_before, began = process_cpu_seconds(ours.pid), process_cpu_seconds(bare.pid), time.perf_counter()
        time.sleep(seconds)
        passed = time.perf_counter() - began
        cpu_percent = (process_cpu_seconds(ours.pid) - before) / passed * 100
        bare_percent = (process_cpu_seconds(bare.pid) - bare_before) / passed * 100
        own_mb, bare_mb = _own_memory_mb(ours.pid), _own_memory_mb(bare.pid)
    stops_ms = [_stop_ms(home) for _ in range(settings.sized(STOPS, small=1))]
    name = "a client at rest, two servers connected"
    cpu_bar, memory_bar = Bar(Of.OURS, at_most=CPU_PERCENT_MAX), Bar(Of.OURS, at_most=MEMORY_MB_MAX)
    return [
        Row(name, "% of a core", cpu_percent, bare_percent, "a bare look as often", cpu_bar),
        Row(name, "MB of its own", own_mb, bare_mb, "the same libraries, nothing else", memory_bar),
        Row("SIGTERM to the end of it", "ms", median(stops_ms), bar=Bar(Of.OURS, at_most=STOP_MS_MAX)),
    ]


def _synced_home(stack: ExitStack, settings: Settings) -> Path:
    folder = settings.folder / "resting"
    folder.mkdir()
    home = folder / "client"
    database = folder / "library.db"
    shutil.copyfile(library_file(settings.folder, settings.tracks, seed=settings.seed), database)
    add_source(home, stack.enter_context(serving(folder / "home-server", database_url=f"sqlite:///{database}")))
    sync(home)
    _add_friend(home, stack.enter_context(serving(folder / "friend")))
    return home


def _add_friend(home: Path, served: Served) -> None:
    arguments = ["source", "add", served.url, "--name", "friend", "--username", served.username, "--password-stdin"]
    run_soul(home, arguments, stdin=f"{served.password}\n")


@contextmanager
def _watching(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """It has synced once when the block begins."""
    command = [sys.executable, "-m", "soul_player", "--home", str(home), "--json", "sync", "--watch"]
    with (home.parent / "watching.out").open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    try:
        _wait_for(home.parent / "watching.out", b'"synced"', process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@contextmanager
def _bare(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", BARE, home / "library.db"], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"settled\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def _stop_ms(home: Path) -> float:
    """From the signal until the process is gone."""
    with _watching(home) as process:
        time.sleep(1.0)
        began = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        return (time.perf_counter() - began) * 1000


def _own_memory_mb(pid: int) -> float:
    """Its proportional share: pages of libraries that several processes map are counted once, among all of them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise AssertionError(f"/proc/{pid}/smaps_rollup tells no Pss")


def _wait_for(file: Path, word: bytes, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while word not in file.read_bytes():
        assert process.poll() is None, file.read_text()
        assert time.monotonic() < deadline, file.read_text()
        time.sleep(0.05)
