"""What a scan costs: its tags phase, its hash phase, and a scan that finds nothing new."""

import asyncio
import gc
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tinytag import TinyTag

from benchmarks import mpd
from benchmarks.cpu import children_cpu_seconds, median
from benchmarks.music import make_music, make_small_files
from benchmarks.table import Bar, Of, Row, Settings
from soul_player.audio.file_hash import hash_descriptor
from soul_player.edges import SystemClock, SystemRandomness
from soul_player.folders.pool import WorkerPool
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.scanner.scan import Scanner
from soul_player.server.store.open import open_store

TAGS_RATIO_MIN = 0.6
HASH_RATIO_MIN = 0.8
RESCAN_RATIO_MAX = 1.7
MPD_RATIO_MIN = 1.0
# Walked many times over: more of them than of those that are encoded.
SMALL_FILES_PER_FILE = 4
# Reads every byte of every file: twice are enough, and take half a minute.
HASH_ROUNDS_MAX = 2
_MUSIC_SUFFIXES = (b".mp3", b".flac", b".ogg", b".opus", b".m4a")


def measure(settings: Settings) -> Sequence[Row]:
    """Both phases by CPU beside bare loops in this process, the first by wall time beside mpd, and the rescan."""
    music = settings.folder / "scan-music"
    files = make_music(music, settings.files, seed=settings.seed)
    for file in files:
        file.read_bytes()
    tags, hashes, walls, mpd_walls = [], [], [], []
    mpd_program = mpd.find_mpd()
    for number in range(settings.repeats):
        is_hashed = number < HASH_ROUNDS_MAX
        cold = asyncio.run(_scan_cold(settings.folder / f"scan-{number}", music, is_hashed=is_hashed))
        tags.append((cold.tags_cpu_seconds, cpu(lambda: only_parse(files))))
        if is_hashed:
            hashes.append((cold.hash_cpu_seconds, cpu(lambda: only_hash(files))))
        walls.append(cold.tags_wall_seconds)
        if mpd_program is not None:
            mpd_walls.append(mpd.measure_update(mpd_program, music, settings.folder / f"mpd-{number}")[0])
    count = len(files)
    return [
        _row("scan, tags phase", tags, count, "only parse the tags", Bar(Of.RATIO, at_least=TAGS_RATIO_MIN)),
        _mpd_row(walls, mpd_walls, count),
        _row("scan, hash phase", hashes, count, "only compute both digests", Bar(Of.RATIO, at_least=HASH_RATIO_MIN)),
        _rescan_row(settings),
    ]


class _Cold:
    """What a first scan cost."""

    tags_cpu_seconds = 0.0
    tags_wall_seconds = 0.0
    hash_cpu_seconds = 0.0


async def _scan_cold(home: Path, music: Path, *, is_hashed: bool) -> _Cold:
    cold = _Cold()
    async with _scanner(home, music) as scanner:
        cold.tags_cpu_seconds, cold.tags_wall_seconds = await spent(scanner.scan)
        if is_hashed:
            cold.hash_cpu_seconds, _ = await spent(scanner.hash_all)
    return cold


def _rescan_row(settings: Settings) -> Row:
    music = settings.folder / "scan-small"
    count = settings.files * SMALL_FILES_PER_FILE
    make_small_files(music, count)

    async def rescans() -> list[tuple[float, float]]:
        async with _scanner(settings.folder / "rescan", music) as scanner:
            await scanner.scan()
            await scanner.scan()
            return [((await spent(scanner.scan))[0], cpu(lambda: only_walk(music))) for _ in range(settings.repeats)]

    pairs = asyncio.run(rescans())
    ours, limit = median([ours for ours, _ in pairs]), median([limit for _, limit in pairs])
    return Row(
        f"scan, nothing new in {count:,} files", "CPU us a file", ours / count * 1e6, limit / count * 1e6,
        "only walk and stat", Bar(Of.RATIO, at_most=RESCAN_RATIO_MAX),
    )  # fmt: skip


def _row(name: str, pairs: Sequence[tuple[float, float]], count: int, limit_name: str, bar: Bar) -> Row:
    ours, limit = median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])
    return Row(name, "files per CPU-s", count / ours, count / limit, limit_name, bar)


def _mpd_row(walls: Sequence[float], mpd_walls: Sequence[float], count: int) -> Row:
    bar = Bar(Of.RATIO, at_least=MPD_RATIO_MIN)
    if not mpd_walls:
        return Row("scan, tags phase", "files/s", None, note="mpd is not installed: apt-get install mpd", bar=bar)
    return Row("scan, tags phase", "files/s", count / median(walls), count / median(mpd_walls), "mpd's update", bar)


@asynccontextmanager
async def _scanner(home: Path, music: Path) -> AsyncGenerator[Scanner, None]:
    clock, randomness = SystemClock(), SystemRandomness()
    async with (
        open_store(f"sqlite:///{home}/server.db", clock=clock, randomness=randomness) as store,
        WorkerPool() as readers,
    ):
        parts = ScanParts(store.database, clock, randomness, readers, announce=lambda _scope: None)
        yield Scanner(parts, [os.fsencode(music)])


async def spent(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """CPU seconds of this process and its workers, and wall seconds."""
    gc.collect()
    before, wall = children_cpu_seconds(os.getpid()), time.perf_counter()
    await work()
    return children_cpu_seconds(os.getpid()) - before, time.perf_counter() - wall


def cpu(work: Callable[[], None]) -> float:
    """CPU seconds of this process."""
    gc.collect()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def only_parse(files: Sequence[Path]) -> None:
    """The tags, by the library that reads them."""
    for file in files:
        TinyTag.get(file)


def only_hash(files: Sequence[Path]) -> None:
    """Both digests of every file."""
    for file in files:
        with file.open("rb") as opened:
            hash_descriptor(opened.fileno(), name=os.fsencode(file))


def only_walk(root: Path) -> None:
    """Every folder listed, every music file looked at once."""
    waiting = [os.fsencode(root)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.name.endswith(_MUSIC_SUFFIXES):
                    entry.stat(follow_symlinks=False)
