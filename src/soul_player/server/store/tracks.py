"""SQL of tracks: what a scan knows of them, and each of its writes together with the fact it is (protocol, section 1).

A row's `body` is the track as it travels, encoded; whatever the row says beside it is for finding and comparing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from soul_player.audio.source import Stamp
from soul_player.database.access import Reader, Row, Value, Writer
from soul_player.folders.scan.stored import StoredTrack
from soul_player.protocol.times import time_ms
from soul_player.protocol.track import Track
from soul_player.server.store.changes import Fact, claim, record
from soul_player.server.store.scopes import LIBRARY, Kind

ROWS_PER_TRANSACTION_MAX = 500

# Answered by the index alone: a row's body is many times as long as what is compared.
LIST_PLACES = """
    SELECT path, size_bytes, mtime_ns, inode, id
      FROM tracks
     WHERE root_id = :root_id
       AND is_present = 1
"""

_COLUMNS = """
    SELECT id, root_id, path, is_present, size_bytes, mtime_ns, inode, file_hash, audio_hash, is_hashed,
           is_fingerprint_tried, revision, body
      FROM tracks
"""
FIND = (
    _COLUMNS
    + """
     WHERE id = :id
"""
)

LIST_RETIRED = (
    _COLUMNS
    + """
     WHERE is_present = 0
     ORDER BY updated_at DESC
"""
)

LIST_UNHASHED = (
    _COLUMNS
    + """
     WHERE is_present = 1
       AND is_hashed = 0
       AND id > :after
     ORDER BY id
     LIMIT :count
"""
)

COUNT_UNHASHED = """
    SELECT COUNT(*)
      FROM tracks
     WHERE is_present = 1
       AND is_hashed = 0
"""

FIND_REVISION = """
    SELECT revision
      FROM tracks
     WHERE id = :id
"""

PUT = """
    INSERT INTO tracks (id, root_id, path, is_present, size_bytes, mtime_ns, inode, file_hash, audio_hash, is_hashed,
                        is_fingerprint_tried, duration_seconds, artwork_id, revision, added_at, updated_at, body)
    VALUES (:id, :root_id, :path, 1, :size_bytes, :mtime_ns, :inode, :file_hash, :audio_hash, :is_hashed,
            :is_fingerprint_tried, :duration_seconds, :artwork_id, :revision, :added_at, :updated_at, :body)
    ON CONFLICT (id) DO UPDATE
       SET root_id = excluded.root_id,
           path = excluded.path,
           is_present = 1,
           size_bytes = excluded.size_bytes,
           mtime_ns = excluded.mtime_ns,
           inode = excluded.inode,
           file_hash = excluded.file_hash,
           audio_hash = excluded.audio_hash,
           is_hashed = excluded.is_hashed,
           is_fingerprint_tried = excluded.is_fingerprint_tried,
           duration_seconds = excluded.duration_seconds,
           artwork_id = excluded.artwork_id,
           revision = excluded.revision,
           updated_at = excluded.updated_at,
           body = excluded.body
"""

TOUCH = """
    UPDATE tracks
       SET root_id = :root_id,
           path = :path,
           size_bytes = :size_bytes,
           mtime_ns = :mtime_ns,
           inode = :inode,
           file_hash = :file_hash,
           audio_hash = :audio_hash,
           is_hashed = :is_hashed,
           is_fingerprint_tried = :is_fingerprint_tried,
           revision = :revision
     WHERE id = :id
"""

RETIRE = """
    UPDATE tracks
       SET is_present = 0,
           updated_at = :updated_at,
           revision = revision + 1
     WHERE id = :id
       AND is_present = 1
"""

MARK_UNHASHED = """
    UPDATE tracks
       SET is_hashed = 0,
           revision = revision + 1
     WHERE id = :id
"""


@dataclass(frozen=True, slots=True)
class TrackWrites:
    """One transaction's worth. `put`: rows that everyone must hear of; `touched`: rows that are news to nobody."""

    put: Sequence[StoredTrack] = ()
    touched: Sequence[StoredTrack] = ()
    retired: Sequence[bytes] = ()

    def __len__(self) -> int:
        return len(self.put) + len(self.touched) + len(self.retired)


async def list_places(store: Reader, root_id: int) -> list[Row]:
    """(path, size_bytes, mtime_ns, inode, id) of every track that is present in a root."""
    return await store.all(LIST_PLACES, root_id=root_id)


async def find_tracks(store: Reader, ids: Sequence[bytes]) -> list[StoredTrack]:
    """The rows with these ids; those that are not there are left out."""
    rows = [await store.one(FIND, id=track_id) for track_id in ids]
    return [_stored(row) for row in rows if row is not None]


async def list_retired(store: Reader) -> list[StoredTrack]:
    """Every track that is no longer there but whose identity is kept, the latest first."""
    return [_stored(row) for row in await store.all(LIST_RETIRED)]


async def list_unhashed(store: Reader, after: bytes, count: int) -> list[StoredTrack]:
    """Tracks to be hashed, by id, behind `after`."""
    return [_stored(row) for row in await store.all(LIST_UNHASHED, after=after, count=count)]


async def count_unhashed(store: Reader) -> int:
    """How many tracks are to be hashed."""
    row = await store.one(COUNT_UNHASHED)
    assert row is not None
    return int(row[0])


async def write_tracks(store: Writer, writes: TrackWrites, bodies: Sequence[tuple[bytes, bytes]], now_ms: int) -> int:
    """Write the rows with their facts; the number of rows left out because somebody wrote to them meanwhile.

    `bodies` are those of `writes.put`, made by `split_body` beforehand: nothing is encoded while the head is locked.
    """
    assert len(writes) <= ROWS_PER_TRANSACTION_MAX, len(writes)
    count = len(writes.put) + len(writes.retired)
    positions = iter(await claim(store, LIBRARY, count)) if count else iter(())
    facts = [
        Fact(Kind.TRACK, track_id, next(positions), deleted=True)
        for track_id in writes.retired
        if await store.run(RETIRE, id=track_id, updated_at=now_ms)
    ]
    stale = 0
    rows: list[tuple[Value, ...]] = []
    for row, (before, behind) in zip(writes.put, bodies, strict=True):
        if row.revision and not await _is_current(store, row):
            stale += 1
            continue
        seq = next(positions)
        facts.append(Fact(Kind.TRACK, row.id, seq))
        rows.append(_values(row, before + str(seq).encode() + behind))
    await store.run_many(PUT, rows)
    for row in writes.touched:
        if await _is_current(store, row):
            await _touch(store, row)
        else:
            stale += 1
    await record(store, LIBRARY, facts, now_ms=now_ms)
    return stale


async def mark_unhashed(store: Writer, ids: Sequence[bytes]) -> None:
    """Let these tracks be read whole once more; nobody hears of it unless something comes of it."""
    assert len(ids) <= ROWS_PER_TRANSACTION_MAX, len(ids)
    await store.run_many(MARK_UNHASHED, [(track_id,) for track_id in ids])


def split_body(row: StoredTrack) -> tuple[bytes, bytes]:
    """The encoded track around the place of its `seq`, which only the writing transaction knows."""
    body = _encoder.encode(row.track)
    # A quotation mark inside a text is escaped, so this can only be the field.
    before, marker, behind = body.partition(b',"seq":')
    assert marker, body
    return before + marker, behind.lstrip(b"0123456789")


async def _is_current(store: Writer, row: StoredTrack) -> bool:
    found = await store.one(FIND_REVISION, id=row.id)
    return found is not None and int(found[0]) == row.revision


async def _touch(store: Writer, row: StoredTrack) -> None:
    await store.run(
        TOUCH, id=row.id, root_id=row.root_id, path=row.path, size_bytes=row.stamp.size_bytes,
        mtime_ns=row.stamp.mtime_ns, inode=row.stamp.inode, file_hash=row.file_hash, audio_hash=row.audio_hash,
        is_hashed=int(row.is_hashed), is_fingerprint_tried=int(row.is_fingerprint_tried), revision=row.revision + 1,
    )  # fmt: skip


def _values(row: StoredTrack, body: bytes) -> tuple[Value, ...]:
    return (
        row.id, row.root_id, row.path, *row.stamp, row.file_hash, row.audio_hash, int(row.is_hashed),
        int(row.is_fingerprint_tried), row.track.duration_seconds, row.track.artwork_id, row.revision + 1,
        row.added_at, row.updated_at, body,
    )  # fmt: skip


def _stored(row: Row) -> StoredTrack:
    track_id, root_id, path, is_present, size, mtime_ns, inode, file_hash, audio_hash, is_hashed, *rest = row
    is_fingerprint_tried, revision, body = rest
    track = _decoder.decode(body)
    return StoredTrack(
        id=bytes(track_id),
        root_id=int(root_id),
        path=bytes(path),
        stamp=Stamp(int(size), int(mtime_ns), int(inode)),
        track=track,
        added_at=time_ms(track.added_at),
        updated_at=time_ms(track.updated_at),
        file_hash=None if file_hash is None else bytes(file_hash),
        audio_hash=None if audio_hash is None else bytes(audio_hash),
        is_hashed=bool(is_hashed),
        is_fingerprint_tried=bool(is_fingerprint_tried),
        is_present=bool(is_present),
        revision=int(revision),
    )


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Track)
