"""How long a listener waits for the first byte: a hundred who stream ranges at once, and a transcode that begins."""

import asyncio
import random
import time
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from benchmarks.cpu import median
from benchmarks.server_process import Served, connected, serving
from benchmarks.streaming import make_audio, path_when_hashed
from benchmarks.table import Bar, Of, Row, Settings

CLIENTS = 100
RANGES_PER_REPEAT = 4
BYTES_PER_RANGE = 256 << 10
# Stereo of 16 bits at 44.1 kHz: what a player of originals takes, so that it asks for a range each second and a half.
BYTES_PER_SECOND = 176_400
SONG_SECONDS = 180
TRANSCODES_PER_REPEAT = 5
FIRST_BYTE_MS_MAX = 100.0
TRANSCODE_MS_MAX = 300.0


def measure(settings: Settings) -> Sequence[Row]:
    """Against one server with one song of three minutes, at a player's pace and all in the same moment."""
    folder = settings.folder / "first-bytes-music"
    folder.mkdir()
    size_bytes = make_audio(folder / "song.wav", frames=settings.sized(SONG_SECONDS, small=30) * 44_100)
    clients, transcodes = settings.sized(CLIENTS, small=10), settings.sized(TRANSCODES_PER_REPEAT, small=2)
    ranges = settings.sized(RANGES_PER_REPEAT, small=1)
    with serving(settings.folder / "first-bytes-home", music=[folder]) as served, connected(served) as connection:
        path = path_when_hashed(connection)
        crowd = partial(_crowd, served, path, size_bytes, clients)
        asyncio.run(crowd(paced=False, rounds=2))
        burst = asyncio.run(crowd(paced=False, rounds=settings.repeats))
        paced = asyncio.run(crowd(paced=True, rounds=ranges * settings.repeats))
        begun = asyncio.run(_transcodes(served, path, transcodes * settings.repeats))
    return [
        Row(
            f"{clients} listeners at a player's pace, first byte of a range, p99",
            "ms",
            _p99(paced),
            bar=Bar(Of.OURS, at_most=FIRST_BYTE_MS_MAX),
        ),
        Row(
            f"{clients} ranges asked for in the same moment, first byte, p99",
            "ms",
            _p99(burst),
            bar=Bar(Of.OURS, at_most=FIRST_BYTE_MS_MAX),
        ),
        Row(
            "first byte of a transcode that begins, median",
            "ms",
            median(begun),
            bar=Bar(Of.OURS, at_most=TRANSCODE_MS_MAX),
        ),
        Row(
            "first byte of a transcode that begins, worst", "ms", max(begun), bar=Bar(Of.OURS, at_most=TRANSCODE_MS_MAX)
        ),
    ]


async def _crowd(served: Served, path: str, size_bytes: int, clients: int, *, paced: bool, rounds: int) -> list[float]:
    """Milliseconds to the first byte of each range, each listener on a connection of its own."""
    waited: list[float] = []
    all_there = asyncio.Barrier(clients)

    async def listen(seed: int) -> None:
        randomness = random.Random(seed)
        reader, writer = await _connect(served)
        await all_there.wait()
        for _ in range(rounds):
            if paced:
                await asyncio.sleep(randomness.uniform(0.5, 1.5) * BYTES_PER_RANGE / BYTES_PER_SECOND)
            else:
                await all_there.wait()
            first = randomness.randrange(size_bytes - BYTES_PER_RANGE)
            asked = time.perf_counter()
            writer.write(_request(served, path, f"Range: bytes={first}-{first + BYTES_PER_RANGE - 1}\r\n"))
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 206"), head
            await reader.readexactly(1)
            waited.append((time.perf_counter() - asked) * 1000)
            await reader.readexactly(BYTES_PER_RANGE - 1)
        writer.close()

    async with asyncio.TaskGroup() as group:
        for seed in range(clients):
            group.create_task(listen(seed))
    return waited


async def _transcodes(served: Served, path: str, count: int) -> list[float]:
    """Milliseconds to the first byte of music, each beginning at another second so that none is finished already."""
    waited: list[float] = []
    for turn in range(count):
        reader, writer = await _connect(served)
        asked = time.perf_counter()
        writer.write(_request(served, f"{path}?quality=medium&start_seconds={turn * 10}"))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readexactly(16)
        waited.append((time.perf_counter() - asked) * 1000)
        writer.close()
        # The process ends with its listener; the next one begins on an idle machine.
        await asyncio.sleep(0.5)
    return waited


async def _connect(served: Served) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(served.url)
    return await asyncio.open_connection(address.hostname, address.port)


def _request(served: Served, path: str, headers: str = "") -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {served.access_token}\r\n{headers}\r\n".encode()
    )


def _p99(milliseconds: Sequence[float]) -> float:
    return sorted(milliseconds)[int(len(milliseconds) * 0.99)]
