"""A real library for the tests of matching: what sources say goes in as it does in a sync."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from soul_player.client.dedupe.decide import Decision
from soul_player.client.dedupe.matching import match_batch
from soul_player.client.library.model import SourceId, SourceType
from soul_player.client.library.open import open_library
from soul_player.client.library.sources import NewSource, add_source
from soul_player.client.library.track_sources import store_tracks
from soul_player.database.access import Database, Reader, Row, Writer
from soul_player.database.sqlite import Inline, Runner
from soul_player.protocol.ids import TrackId, id_bytes, mint_id
from soul_player.protocol.track import Track
from tests.client.new_library import lay_library

NOW_MS = 1_700_000_000_000
STAMP = "2026-01-01T00:00:00.000Z"

EVERYTHING = (
    "SELECT * FROM tracks ORDER BY id",
    "SELECT id, source_id, track_id, title, status FROM track_sources ORDER BY id",
    "SELECT rowid FROM track_words WHERE track_words MATCH '\"morning\"*' ORDER BY rowid",
    "SELECT entry_id, other_entry_id, track_id FROM links ORDER BY id",
)


@asynccontextmanager
async def library_of(
    home: Path, *sources: str, runner: Runner | None = None
) -> AsyncGenerator[tuple[Database, list[SourceId]], None]:
    """A library with these servers."""
    await lay_library(home)
    async with open_library(home, runner=runner or Inline()) as library:
        yield library, [await library.write(_add, name) for name in sources]


def track(number: int, title: str = "Cold Winter Night", **values: object) -> Track:
    """A track with its own id; by default always the same song."""
    said = {
        "artist": "Lacksley Castell",
        "album": "Morning Glory",
        "track_number": 5,
        "duration_seconds": 241.0,
        "year": 2006,
    } | values
    return Track(
        id=TrackId(mint_id(NOW_MS + number, number.to_bytes(10, "big"))),
        title=title,
        content_type="audio/mpeg",
        file_size=1,
        added_at=STAMP,
        updated_at=STAMP,
        seq=number,
        **said,  # type: ignore[arg-type]  # by name, as the tests say them
    )


async def arrive(library: Database, source_id: SourceId, *tracks: Track, run: int = 1) -> None:
    """As a page of a sync."""
    ids = b"".join(id_bytes(one.id) for one in tracks)
    await library.write(store_tracks, source_id, run=run, tracks=tracks, ids=ids)


async def match(library: Database) -> list[Decision]:
    """All that waits, in one batch."""
    batch = await library.write(match_batch, now_ms=NOW_MS)
    return [decision for _, decision in batch.decisions]


async def clusters(library: Database) -> list[set[int]]:
    """The entries of each recording."""
    rows = await rows_of(library, "SELECT track_id, id FROM track_sources ORDER BY track_id, id")
    made: dict[int, set[int]] = {}
    for track_id, entry_id in rows:
        made.setdefault(track_id, set()).add(entry_id)
    return list(made.values())


async def everything(library: Database) -> list[list[Row]]:
    """What a split must bring back exactly."""
    return [await rows_of(library, sql) for sql in EVERYTHING]


async def rows_of(library: Database, sql: str) -> list[Row]:
    """Any rows."""

    async def read(reader: Reader) -> list[Row]:
        return await reader.all(sql)

    return await library.read(read)


async def _add(library: Writer, name: str) -> SourceId:
    return await add_source(
        library, NewSource(name=name, type=SourceType.SERVER, urls=("http://127.0.0.1:1",)), now_ms=NOW_MS
    )
