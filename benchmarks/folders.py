"""What a folder of this device costs as a source of the client: its first sync, and one that finds nothing new."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.cpu import median
from benchmarks.music import make_music, make_small_files
from benchmarks.scan import SMALL_FILES_PER_FILE, cpu, only_hash, only_parse, only_walk, spent
from benchmarks.table import Bar, Of, Row, Settings
from soul_player.client import Client, ClientConfig, open_client

# Tags, hashes, and rows in a library that is searched by words; the limit writes nothing.
FIRST_RATIO_MIN = 0.6
RESCAN_RATIO_MAX = 1.7


def measure(settings: Settings) -> Sequence[Row]:
    """Both by CPU, with the worker processes, beside bare loops in this process."""
    return [_first_row(settings), _again_row(settings)]


def _first_row(settings: Settings) -> Row:
    music = settings.folder / "folder-music"
    files = make_music(music, settings.files, seed=settings.seed)

    async def first(number: int) -> float:
        async with _client(settings.folder / f"folder-{number}", music) as client:
            return (await spent(client.sync.run))[0]

    def bare() -> None:
        only_parse(files)
        only_hash(files)

    pairs = [(asyncio.run(first(number)), cpu(bare)) for number in range(settings.repeats)]
    ours, limit = median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])
    return Row(
        "folder source, first sync", "files per CPU-s", len(files) / ours, len(files) / limit,
        "only parse the tags and compute both digests", Bar(Of.RATIO, at_least=FIRST_RATIO_MIN),
    )  # fmt: skip


def _again_row(settings: Settings) -> Row:
    music = settings.folder / "folder-small"
    count = settings.files * SMALL_FILES_PER_FILE
    make_small_files(music, count)

    async def again() -> list[tuple[float, float]]:
        async with _client(settings.folder / "folder-again", music) as client:
            await client.sync.run()
            await client.sync.run()
            return [((await spent(client.sync.run))[0], cpu(lambda: only_walk(music))) for _ in range(settings.repeats)]

    pairs = asyncio.run(again())
    ours, limit = median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])
    return Row(
        f"folder source, nothing new in {count:,} files", "CPU us a file", ours / count * 1e6, limit / count * 1e6,
        "only walk and stat", Bar(Of.RATIO, at_most=RESCAN_RATIO_MAX),
    )  # fmt: skip


@asynccontextmanager
async def _client(home: Path, music: Path) -> AsyncGenerator[Client, None]:
    async with open_client(ClientConfig(home, keyring=False)) as client:
        await client.sources.add_folder(music)
        yield client
