"""The limit of an initial sync: the same rows, ready in memory, inserted into the same schema.

`python -m benchmarks.bare_insert LIBRARY SCRATCH_FOLDER` prints the CPU seconds, in a process of its own like the sync.
"""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from soul_player.client.library.indexes import build_indexes, drop_indexes
from soul_player.client.library.open import LIBRARY_FILE, open_library
from soul_player.database.access import Database
from soul_player.database.sqlite import CACHE_KIB_WRITER, connect

# The best size measured; the rows of one transaction are read into memory before its clock starts.
TRACKS_PER_TRANSACTION = 5_000

READ_SOURCES = "SELECT * FROM track_sources WHERE track_id > ? AND track_id <= ? ORDER BY id"
READ_TRACKS = "SELECT * FROM tracks WHERE id > ? AND id <= ? ORDER BY id"
READ_WORDS = """
    SELECT id, title, artist, album, album_artist, genres
      FROM track_texts
     WHERE id > ? AND id <= ?
     ORDER BY id
"""
ADD_WORDS = """
    INSERT INTO track_words (rowid, title, artist, album, album_artist, genres)
    VALUES (?, ?, ?, ?, ?, ?)
"""

Rows = Sequence[Sequence[Any]]


def bare_insert_cpu_seconds(library: Path, folder: Path) -> float:
    """In a process of its own. `folder` must not exist; it holds the second library afterwards."""
    command = [sys.executable, "-m", "benchmarks.bare_insert", str(library), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def insert_all(library: Path, folder: Path) -> float:
    """CPU seconds of inserting every track of `library` into a new one and building its indexes."""
    asyncio.run(_prepare(folder))
    cpu_seconds = 0.0
    with (
        closing(sqlite3.connect(f"file:{library}?mode=ro", uri=True)) as source,
        closing(connect(folder / LIBRARY_FILE, cache_kib=CACHE_KIB_WRITER)) as target,
    ):
        for sources, tracks, words in _batches(source):
            began = time.process_time()
            target.execute("BEGIN IMMEDIATE")
            target.executemany(_insert("track_sources", sources), sources)
            target.executemany(_insert("tracks", tracks), tracks)
            target.executemany(ADD_WORDS, words)
            target.execute("COMMIT")
            cpu_seconds += time.process_time() - began
    began = time.process_time()
    asyncio.run(_finish(folder))
    return cpu_seconds + time.process_time() - began


def _batches(source: sqlite3.Connection) -> Iterator[tuple[Rows, Rows, Rows]]:
    (last,) = source.execute("SELECT COALESCE(MAX(id), 0) FROM tracks").fetchone()
    for after in range(0, last, TRACKS_PER_TRANSACTION):
        span = (after, after + TRACKS_PER_TRANSACTION)
        sources, tracks, words = (
            source.execute(sql, span).fetchall() for sql in (READ_SOURCES, READ_TRACKS, READ_WORDS)
        )
        yield sources, tracks, words


def _insert(table: str, rows: Rows) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"


async def _prepare(folder: Path) -> None:
    async with open_library(folder) as library:
        await library.write(drop_indexes)


async def _finish(folder: Path) -> None:
    """Opening a library builds the indexes that it owes."""
    async with open_library(folder) as library:
        assert not await _still_owes(library), "the indexes were built at the opening"


async def _still_owes(library: Database) -> bool:
    return await library.write(build_indexes)


if __name__ == "__main__":
    print(insert_all(Path(sys.argv[1]), Path(sys.argv[2])))
