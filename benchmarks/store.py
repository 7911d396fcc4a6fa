"""A server's store filled with a generated library, as a finished scan would have left it, in bulk."""

import asyncio
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import msgspec

from benchmarks.library import GeneratedTrack, encode_track, generate_tracks
from soul_player.database.access import Database, Value, Writer
from soul_player.edges import SystemClock, SystemRandomness
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.times import time_ms
from soul_player.protocol.track import Track
from soul_player.server.store.changes import Fact, claim, record
from soul_player.server.store.open import connect, open_store
from soul_player.server.store.scopes import LIBRARY, Kind

ROWS_PER_TRANSACTION = 5_000
ROOT_ID = 1

ADD_ROOT = """
    INSERT INTO roots (id, path, is_configured)
    VALUES (:id, :path, 1)
    ON CONFLICT (id) DO NOTHING
"""

ADD_TRACK = """
    INSERT INTO tracks (id, root_id, path, is_present, size_bytes, mtime_ns, inode, file_hash, audio_hash, is_hashed,
                        duration_seconds, artwork_id, added_at, updated_at, body)
    VALUES (:id, :root_id, :path, 1, :size_bytes, :mtime_ns, :inode, :file_hash, :audio_hash, 1,
            :duration_seconds, :artwork_id, :added_at, :updated_at, :body)
"""

CHANGE_TRACK = """
    UPDATE tracks
       SET body = :body
     WHERE id = :id
"""

RETIRE_TRACK = """
    UPDATE tracks
       SET is_present = 0
     WHERE id = :id
"""


def library_file(folder: Path, count: int, *, seed: int) -> Path:
    """A SQLite store of `count` tracks, made at the first call of a run."""
    file = folder / f"library-{count}.db"
    if not file.exists():
        asyncio.run(make_library(f"sqlite:///{file}", count, seed=seed))
    return file


async def make_library(url: str, count: int, *, seed: int) -> None:
    """Open (and migrate) the store behind the URL, on either engine, and fill it."""
    async with open_store(url, clock=SystemClock(), randomness=SystemRandomness()) as store:
        await fill(store.database, count, seed=seed)


async def change_library(url: str, tracks: Sequence[Track], *, deleted: int) -> None:
    """Change these tracks beside a server that runs; the last `deleted` of them are taken out."""
    database = await connect(url)
    try:
        await change(database, tracks, deleted=deleted)
    finally:
        await database.close()


async def fill(database: Database, count: int, *, seed: int) -> None:
    """Put `count` generated tracks into an empty, migrated store, each with its change in the feed.

    Each transaction claims its positions first, as every writer must; since the store is empty they are 1, 2, 3 ...
    and the generated bodies already carry them.
    """
    tracks = generate_tracks(count, seed=seed)
    while batch := list(islice(tracks, ROWS_PER_TRANSACTION)):
        await database.write(_add, batch)


async def change(database: Database, tracks: Sequence[Track], *, deleted: int) -> None:
    """Change these tracks in one transaction; the last `deleted` of them are taken out."""
    await database.write(_change, tracks, deleted)


async def _add(store: Writer, batch: Sequence[GeneratedTrack]) -> None:
    positions = await claim(store, LIBRARY, len(batch))
    assert positions[0] == batch[0].track.seq, "the store was not empty"
    await store.run(ADD_ROOT, id=ROOT_ID, path=b"/music")
    await store.run_many(ADD_TRACK, [_row(generated) for generated in batch])
    facts = [Fact(Kind.TRACK, id_bytes(generated.track.id), generated.track.seq) for generated in batch]
    await record(store, LIBRARY, facts, now_ms=time_ms(batch[-1].track.updated_at))


async def _change(store: Writer, tracks: Sequence[Track], deleted: int) -> None:
    positions = await claim(store, LIBRARY, len(tracks))
    kept = len(tracks) - deleted
    facts = []
    for number, (track, seq) in enumerate(zip(tracks, positions, strict=True)):
        moved = msgspec.structs.replace(track, seq=seq, title=f"{track.title} ({seq})")
        if number < kept:
            await store.run(CHANGE_TRACK, id=id_bytes(track.id), body=encode_track(moved))
        else:
            await store.run(RETIRE_TRACK, id=id_bytes(track.id))
        facts.append(Fact(Kind.TRACK, id_bytes(track.id), seq, deleted=number >= kept))
    await record(store, LIBRARY, facts, now_ms=time_ms(tracks[-1].updated_at))


def _row(generated: GeneratedTrack) -> tuple[Value, ...]:
    track = generated.track
    assert track.file_hash is not None
    assert track.audio_hash is not None
    return (
        id_bytes(track.id),
        ROOT_ID,
        generated.path,
        track.file_size,
        generated.mtime_ns,
        generated.inode,
        bytes.fromhex(track.file_hash.removeprefix("sha256:")),
        bytes.fromhex(track.audio_hash.removeprefix("v1:")),
        track.duration_seconds,
        track.artwork_id,
        time_ms(track.added_at),
        time_ms(track.updated_at),
        encode_track(track),
    )
