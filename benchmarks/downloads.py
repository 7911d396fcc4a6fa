"""What a download costs beside others: one large file, a thousand small ones; and how soon a start looked around."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.client_process import add_source, run_soul, sync
from benchmarks.cpu import median
from benchmarks.download_peers import ALONGSIDE, aria2_seconds, curl_seconds, find_aria2, find_curl
from benchmarks.server_process import Connection, Served, connected, serving
from benchmarks.streaming import make_audio
from benchmarks.table import Bar, Of, Row, Settings
from soul_player.client.downloads.disk import Disk
from soul_player.client.downloads.upkeep import compare
from soul_player.client.library.download_model import Copy, CopyId
from soul_player.protocol.quality import StreamQuality

GIGABYTE = 1_000_000_000
# A gigabyte, and a thousand files of a megabyte, for a run of the usual size.
BYTES_PER_TRACK = 10_000
TRACKS_PER_FILE = 100
SMALL_BYTES = 1_000_000
COPIES_PER_TRACK = 10
HASHED_WITHIN_SECONDS = 300.0
THROUGHPUT_MIN = 0.85
MANY_MIN = 0.8
BARE_MIN = 0.75
BARE_CPU_MAX = 2.0
CPU_SECONDS_MAX = 2.2
LEAST_SECONDS = 0.001
RECONCILE_SECONDS_MAX = 2.0
MEMORY_MIB_MAX = 25.0
CURL = f"curl, {ALONGSIDE} at once, which neither verifies nor syncs"
VERIFYING = "the same curl, then sha256sum and sync"
ARIA2 = f"aria2c, {ALONGSIDE} at once, which verifies, then sync"
BARE = "a bare loop that reads, hashes, writes, syncs"
# Those that do the same work take so long that they have their turn less often.
ROUNDS_OF_ALL = 2
LARGE, MANY = "title:large", "^title:large"


@dataclass(frozen=True)
class Fetched:
    """What fetching cost beyond the start of the program."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Bare:
    """What the bare loop took."""

    wall_seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Round:
    """One turn of each with the same files. `peers`: seconds, by what they are."""

    ours: Fetched
    bare: Bare
    peers: dict[str, float]


def measure(settings: Settings) -> Sequence[Row]:
    """The same files from the same server, ours and the others' in turns, each time into an empty place."""
    if find_curl() is None:
        return [Row("one file", "MB a second", None, note="curl is not installed")]
    music = settings.folder / "downloads-music"
    music.mkdir()
    large_bytes = make_audio(music / "large.wav", frames=settings.tracks * BYTES_PER_TRACK // 4)
    count = max(10, settings.tracks // TRACKS_PER_FILE)
    piece = (music / "large.wav").read_bytes()[:SMALL_BYTES]
    for number in range(count):
        # Each is another file: the same audio would be fetched once.
        (music / f"{number:04}.wav").write_bytes(_wav(piece, number))
    with serving(settings.folder / "downloads-server", music=[music]) as served, connected(served) as connection:
        tracks = _hashed_tracks(connection, count + 1)
        home = settings.folder / "downloads-client"
        add_source(home, served)
        sync(home)
        large = [track for track in tracks if track["title"] == "large"]
        small = [track for track in tracks if track["title"] != "large"]
        one, many = [], []
        for number in range(settings.repeats):
            has_all = number < ROUNDS_OF_ALL
            one.append(_round(settings, home, LARGE, served, large, has_all=has_all))
            many.append(_round(settings, home, MANY, served, small, has_all=has_all))
    small_bytes = sum(track["file_size"] for track in small)
    return [*_rows_of_one(one, many, large_bytes), *_rows_of_many(many, small_bytes), _reconcile(settings)]


def _round(
    settings: Settings, home: Path, query: str, served: Served, tracks: Sequence[dict[str, Any]], *, has_all: bool
) -> Round:
    scratch = settings.folder
    ours = _ours(settings, home, query, len(tracks))
    peers = {CURL: curl_seconds(scratch, served, tracks, verifies=False)}
    bare = _bare(settings, served, tracks)
    if has_all:
        peers[VERIFYING] = curl_seconds(scratch, served, tracks, verifies=True)
    if has_all and find_aria2() is not None:
        peers[ARIA2] = aria2_seconds(scratch, served, tracks)
    return Round(ours, bare, peers)


def _rows_of_one(one: Sequence[Round], many: Sequence[Round], size_bytes: int) -> list[Row]:
    cpu = median([each.ours.cpu_seconds for each in one]) / size_bytes * GIGABYTE
    growth = median([each.ours.peak_bytes for each in one]) - median([each.ours.peak_bytes for each in many])
    return [
        *_speeds("one file", size_bytes, one, at_least=THROUGHPUT_MIN),
        Row("one file", "client CPU-s per GB", cpu, bar=Bar(Of.OURS, at_most=CPU_SECONDS_MAX)),
        Row(
            "peak memory of one large file, less that of the small ones",
            "MiB",
            growth / (1 << 20),
            bar=Bar(Of.OURS, at_most=MEMORY_MIB_MAX),
        ),
    ]


def _rows_of_many(many: Sequence[Round], size_bytes: int) -> list[Row]:
    name = f"{size_bytes / 1_000_000:.0f} MB in small files"
    cpu = median([each.ours.cpu_seconds for each in many])
    bare_cpu = median([each.bare.cpu_seconds for each in many])
    return [
        *_speeds(name, size_bytes, many, at_least=MANY_MIN),
        Row(name, "client CPU-s", cpu, bare_cpu, BARE, Bar(Of.RATIO, at_most=BARE_CPU_MAX)),
    ]


def _speeds(name: str, size_bytes: int, rounds: Sequence[Round], *, at_least: float) -> list[Row]:
    """Beside each of the others; the bare loop is what ours is made of, and has a bar of its own."""
    ours = [each.ours for each in rounds]
    rows = []
    for peer in rounds[0].peers:
        seconds = [each.peers[peer] for each in rounds if peer in each.peers]
        rows.append(_speed(name, size_bytes, ours, seconds, limit_name=peer, at_least=at_least))
    if find_aria2() is None:
        bar = Bar(Of.RATIO, at_least=at_least)
        note = "aria2 is not installed: apt-get install aria2"
        rows.append(Row(f"{name}, whole and durable", "MB a second", None, note=note, bar=bar))
    bares = [each.bare.wall_seconds for each in rounds]
    return [*rows, _speed(name, size_bytes, ours, bares, limit_name=BARE, at_least=BARE_MIN)]


def _speed(
    name: str, size_bytes: int, ours: Sequence[Fetched], limit: Sequence[float], *, limit_name: str, at_least: float
) -> Row:
    megabytes = size_bytes / 1_000_000
    return Row(
        f"{name}, whole and durable",
        "MB a second",
        megabytes / median([fetched.wall_seconds for fetched in ours]),
        megabytes / median(limit),
        limit_name,
        Bar(Of.RATIO, at_least=at_least),
    )


def _ours(settings: Settings, template: Path, query: str, files: int) -> Fetched:
    """In a copy of the home, so that nothing is there yet; less what a run costs that finds nothing to do."""
    home = settings.folder / "downloads-once"
    shutil.copytree(template, home)
    os.sync()
    idle = run_soul(home, ["downloads", "run"])
    done = run_soul(home, ["download", query])
    assert done.summary["downloaded"] == files, done.summary
    shutil.rmtree(home)
    # Of a few kilobytes, as a smoke test fetches, nothing is left but the noise of two starts.
    wall, cpu = done.wall_seconds - idle.wall_seconds, done.cpu_seconds - idle.cpu_seconds
    return Fetched(max(wall, LEAST_SECONDS), max(cpu, LEAST_SECONDS), done.peak_memory_bytes)


def _bare(settings: Settings, served: Served, tracks: Sequence[dict[str, Any]]) -> Bare:
    """The least that the same work can cost in Python, in a process of its own."""
    folder, plan = settings.folder / "downloads-bare", settings.folder / "downloads-bare.json"
    folder.mkdir()
    urls = [f"{served.url}/api/tracks/{track['id']}/download" for track in tracks]
    plan.write_text(json.dumps({"folder": str(folder), "token": served.access_token, "urls": urls}), "utf-8")
    os.sync()
    command = [sys.executable, "-m", "benchmarks.bare_download", str(plan)]
    done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    shutil.rmtree(folder)
    return Bare(done["wall_seconds"], done["cpu_seconds"])


def _reconcile(settings: Settings) -> Row:
    """Rows against files, all of them right: what each start does before anything else."""
    folder = settings.folder / "downloads-copies"
    folder.mkdir()
    copies = []
    for number in range(max(100, settings.tracks // COPIES_PER_TRACK)):
        sha256 = number.to_bytes(32, "big")
        (folder / sha256.hex()).write_bytes(b"x")
        copies.append(Copy(CopyId(number), sha256, 1, "audio/wav", StreamQuality.ORIGINAL, None, None, 0, 0))
    seconds = []
    for _ in range(settings.repeats):
        began = time.perf_counter()
        found = compare(copies, Disk().sizes(folder))
        seconds.append(time.perf_counter() - began)
        assert (found.lost, found.orphans) == ((), ())
    name = f"reconcile {len(copies):,} files"
    return Row(name, "s", median(seconds), bar=Bar(Of.OURS, at_most=RECONCILE_SECONDS_MAX))


def _wav(piece: bytes, number: int) -> bytes:
    """A megabyte of its own, with a header that says so; as in any library, hardly two files have the same size."""
    frames = ((len(piece) - 44) // 4 - number) * 4
    header = bytearray(piece[:44])
    header[4:8] = (36 + frames).to_bytes(4, "little")
    header[40:44] = frames.to_bytes(4, "little")
    return bytes(header) + number.to_bytes(4, "little") + piece[48 : 44 + frames]


def _hashed_tracks(connection: Connection, count: int) -> list[dict[str, Any]]:
    """All of them, once every hash is known."""
    deadline = time.monotonic() + HASHED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        answer = json.loads(connection.get("/api/sync/tracks?limit=1000"))
        tracks: list[dict[str, Any]] = answer["tracks"]
        while answer["has_more"]:
            answer = json.loads(connection.get(f"/api/sync/tracks?limit=1000&cursor={answer['next_cursor']}"))
            tracks += answer.get("tracks", ())
        if len(tracks) == count and all("file_hash" in track for track in tracks):
            return tracks
        time.sleep(0.3)
    raise AssertionError(f"{count} files were not hashed within {HASHED_WITHIN_SECONDS} s")
