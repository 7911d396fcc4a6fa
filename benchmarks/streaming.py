"""What a gigabyte of audio costs the server by ranges, beside the framework's own file response at its best."""

import json
import random
import sys
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cpu import median, process_cpu_seconds
from benchmarks.server_process import Connection, Served, connected, listening, serving
from benchmarks.table import Bar, Of, Row, Settings

# 240 MB for a library of 100k; a smoke test has less.
FRAMES_PER_TRACK = 600
CHUNKS_BYTES = (64 << 10, 256 << 10, 1 << 20, 4 << 20)
HASHED_WITHIN_SECONDS = 120.0
GIGABYTE = 1_000_000_000
# What a player asks for while it plays: a few megabytes at a time.
BYTES_PER_RANGE = 4 << 20
RATIO_MAX = 1.3


def measure(settings: Settings) -> Sequence[Row]:
    """One open range to the end of the file, and the same file by ranges of a few megabytes, as a player asks."""
    folder = settings.folder / "streaming-music"
    folder.mkdir()
    file = folder / "long.wav"
    size_bytes = make_audio(file, frames=settings.tracks * FRAMES_PER_TRACK)
    piece = settings.folder / "piece.wav"
    with file.open("rb") as whole:
        piece.write_bytes(whole.read(BYTES_PER_RANGE))
    with (
        serving(settings.folder / "streaming-home", music=[folder]) as served,
        connected(served) as connection,
        framework([file, piece]) as bare,
        connected(bare) as bare_connection,
    ):
        path = path_when_hashed(connection)
        pieces = size_bytes // BYTES_PER_RANGE + 1
        piece_bytes = piece.stat().st_size

        def limits(number: int, times: int, each_bytes: int) -> list[float]:
            def fetch(chunk_bytes: int) -> int:
                return sum(bare_connection.discard(f"/{number}/{chunk_bytes}") for _ in range(times))

            return [_cost(bare, lambda: fetch(chunk), times * each_bytes) for chunk in CHUNKS_BYTES]  # noqa: B023  # called at once

        rounds = [
            (
                _cost(served, lambda: connection.discard(path, Range="bytes=0-"), size_bytes),
                _cost(served, lambda: _by_ranges(connection, path, size_bytes), size_bytes),
                limits(0, 1, size_bytes),
                limits(1, pieces, piece_bytes),
            )
            for _ in range(settings.repeats)
        ]
    whole_costs, range_costs, whole_limits, piece_limits = zip(*rounds, strict=True)
    return [
        _row("one range to the end of the file", whole_costs, whole_limits),
        _row("ranges of 4 MiB", range_costs, piece_limits),
    ]


def _row(name: str, costs: Sequence[float], limits: Sequence[Sequence[float]]) -> Row:
    """The framework at the piece size that costs it least."""
    by_chunk = [median(column) for column in zip(*limits, strict=True)]
    best = min(range(len(by_chunk)), key=by_chunk.__getitem__)
    limit_name = f"the framework's file response, as many, in pieces of {CHUNKS_BYTES[best] >> 10} KiB"
    bar = Bar(Of.RATIO, at_most=RATIO_MAX)
    return Row(name, "server CPU-s per GB", median(costs), by_chunk[best], limit_name, bar)


def make_audio(file: Path, *, frames: int) -> int:
    """Stereo noise of 16 bits; the size of the file."""
    randomness = random.Random(1)
    second = randomness.randbytes(4 * 44_100)
    with wave.open(str(file), "wb") as audio:
        audio.setnchannels(2)
        audio.setsampwidth(2)
        audio.setframerate(44_100)
        for start in range(0, frames, 44_100):
            audio.writeframesraw(second[: 4 * min(44_100, frames - start)])
    return file.stat().st_size


@contextmanager
def framework(files: Sequence[Path]) -> Iterator[Served]:
    """The framework's own answer, in a server of its own without accounts."""
    command = [sys.executable, "-m", "benchmarks.framework_files", *map(str, files)]
    with listening(command) as (process, url):
        yield Served(url, process.pid, username="", password="", access_token="")


def path_when_hashed(connection: Connection) -> str:
    """Where the one track is streamed from, once a hash is known: without one every request would be a first one."""
    deadline = time.monotonic() + HASHED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        tracks = json.loads(connection.get("/api/sync/tracks"))["tracks"]
        if tracks and "file_hash" in tracks[0]:
            return f"/api/tracks/{tracks[0]['id']}/stream"
        time.sleep(0.2)
    raise AssertionError(f"the file was not hashed within {HASHED_WITHIN_SECONDS} s")


def _by_ranges(connection: Connection, path: str, size_bytes: int) -> int:
    total = 0
    for first in range(0, size_bytes, BYTES_PER_RANGE):
        total += connection.discard(path, Range=f"bytes={first}-{first + BYTES_PER_RANGE - 1}")
    return total


def _cost(server: Served, fetch: Callable[[], int], size_bytes: int) -> float:
    before = process_cpu_seconds(server.pid)
    received = fetch()
    assert received == size_bytes, (received, size_bytes)
    return (process_cpu_seconds(server.pid) - before) / size_bytes * GIGABYTE
