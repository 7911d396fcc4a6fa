"""SQL of copies: files in the home that are whole, verified and durable, and named by the sha256 of their bytes."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from soul_player.client.library.download_model import Copy, CopyId, NewCopy, Storage
from soul_player.client.library.model import LocalTrackId
from soul_player.client.library.notes import read_note, write_note
from soul_player.client.library.tracks import refresh_statuses
from soul_player.database.access import Reader, Row, Writer
from soul_player.protocol.quality import StreamQuality

# Where the files are: absolute, so that `track_sources.path` is one that anybody can open.
COPIES_FOLDER = "copies_folder"

# Bytes that are here already may be found to be another original's too; what was known first stays.
ADD = """
    INSERT INTO copies (sha256, size_bytes, content_type, quality, file_hash, audio_hash, stored_at, used_at,
                        verified_at)
    VALUES (:sha256, :size_bytes, :content_type, :quality, :file_hash, :audio_hash, :now_ms, :now_ms, :now_ms)
        ON CONFLICT (sha256) DO UPDATE
       SET content_type = excluded.content_type,
           quality = excluded.quality,
           file_hash = CASE excluded.quality WHEN 'original' THEN COALESCE(excluded.file_hash, copies.file_hash)
                                             ELSE excluded.file_hash END,
           audio_hash = CASE excluded.quality WHEN 'original' THEN COALESCE(excluded.audio_hash, copies.audio_hash)
                                              ELSE excluded.audio_hash END,
           verified_at = excluded.verified_at
    RETURNING id
"""

FIND = """
    SELECT id, sha256, size_bytes, content_type, quality, file_hash, audio_hash, used_at, verified_at
      FROM copies
     WHERE id = :copy_id
"""

FIND_BY_SHA256 = """
    SELECT id, sha256, size_bytes, content_type, quality, file_hash, audio_hash, used_at, verified_at
      FROM copies
     WHERE sha256 = :sha256
"""

ALL = """
    SELECT id, sha256, size_bytes, content_type, quality, file_hash, audio_hash, used_at, verified_at
      FROM copies
"""

OLDEST_VERIFIED = """
    SELECT id, sha256, size_bytes, content_type, quality, file_hash, audio_hash, used_at, verified_at
      FROM copies
     WHERE verified_at < :before_ms
     ORDER BY verified_at
     LIMIT 1
"""

# Three look-ups and no OR: on old statistics SQLite would read every copy.
FOR_TRACKS = """
    WITH wanted (id, track_id, file_hash, audio_hash, copy_id) AS MATERIALIZED (
         SELECT entry.id, entry.track_id, entry.file_hash, entry.audio_hash, entry.copy_id
           FROM json_each(:ids) asked
          CROSS JOIN track_sources entry ON entry.track_id = asked.value),
         fitting (track_id, copy_id) AS (
         SELECT wanted.track_id, copies.id
           FROM wanted
          CROSS JOIN copies ON copies.file_hash = wanted.file_hash
          UNION
         SELECT wanted.track_id, copies.id
           FROM wanted
          CROSS JOIN copies ON copies.audio_hash = wanted.audio_hash
          UNION
         SELECT track_id, copy_id
           FROM wanted)
    SELECT fitting.track_id, copies.id, copies.sha256, copies.size_bytes, copies.content_type, copies.quality,
           copies.file_hash, copies.audio_hash, copies.used_at, copies.verified_at
      FROM fitting
     CROSS JOIN copies ON copies.id = fitting.copy_id
"""

MARK_VERIFIED = """
    UPDATE copies
       SET verified_at = :now_ms
     WHERE id = :copy_id
"""

MARK_USED = """
    UPDATE copies
       SET used_at = :now_ms
     WHERE sha256 = :sha256
"""

UNLINK = """
    UPDATE track_sources
       SET copy_id = NULL, path = NULL, status = CASE status WHEN 'cached' THEN 'stream_only' ELSE status END
     WHERE copy_id = :copy_id
    RETURNING track_id
"""

# A recording that no source holds had only this file.
FORGET_ORPHANS_FILE = """
    UPDATE orphans
       SET copy_id = NULL
     WHERE copy_id = :copy_id
    RETURNING track_id
"""

FORGET_KEEPS = """
    UPDATE keeps
       SET copy_id = NULL
     WHERE copy_id = :copy_id
"""

REMOVE = """
    DELETE FROM copies
     WHERE id = :copy_id
    RETURNING sha256
"""

# What a person asked for is kept; what only rules want, and what nobody wants any more, is automatic.
STORAGE = """
    SELECT COALESCE(SUM(CASE WHEN is_asked THEN size_bytes END), 0),
           COALESCE(SUM(CASE WHEN NOT is_asked THEN size_bytes END), 0),
           COUNT(*)
      FROM (SELECT size_bytes,
                   EXISTS (SELECT 1
                             FROM keeps
                             JOIN rules ON rules.id = keeps.rule_id
                            WHERE rules.kind = 'asked'
                              AND keeps.copy_id = copies.id) AS is_asked
              FROM copies)
"""

# Nobody's wish first, then by weight, then what was not heard for longest, here or on another device. What a person
# asked for is not among them.
EVICTABLE = """
    SELECT id, sha256, size_bytes, weight
      FROM (SELECT copies.id, copies.sha256, copies.size_bytes,
                   MAX(copies.used_at, COALESCE((SELECT MAX(marks.last_played_at)
                                                   FROM track_sources entry
                                                   JOIN marks ON marks.track_id = entry.track_id
                                                  WHERE entry.copy_id = copies.id), 0)) AS heard_at,
                   COALESCE(SUM(rules.weight), 0) AS weight,
                   COALESCE(MAX(rules.kind = 'asked'), 0) AS is_asked
              FROM copies
              LEFT JOIN keeps ON keeps.copy_id = copies.id
              LEFT JOIN rules ON rules.id = keeps.rule_id
             GROUP BY copies.id)
     WHERE is_asked = 0
       AND weight < :below_weight
     ORDER BY weight, heard_at, id
     LIMIT :count
"""

MOVE_PATHS = """
    UPDATE track_sources
       SET path = :folder || '/' || (SELECT lower(hex(sha256)) FROM copies WHERE copies.id = track_sources.copy_id)
     WHERE copy_id IS NOT NULL
       AND path IS NOT NULL
"""

# Rows whose file was found missing by whoever wanted to play it.
HALF_LINKED = """
    SELECT DISTINCT copy_id
      FROM track_sources
     WHERE copy_id IS NOT NULL
       AND (path IS NULL OR copy_id NOT IN (SELECT id FROM copies))
"""


async def settle_folder(library: Writer, folder: Path) -> None:
    """The home may have moved since it was last opened: every path follows it."""
    if await read_note(library, COPIES_FOLDER) != str(folder):
        await write_note(library, COPIES_FOLDER, str(folder))
        await library.run(MOVE_PATHS, folder=str(folder))


async def folder_is_settled(library: Reader, folder: Path) -> bool:
    """Whether the library knows this folder as the place of its copies."""
    return await read_note(library, COPIES_FOLDER) == str(folder)


async def add_copy(library: Writer, new: NewCopy, *, now_ms: int) -> CopyId:
    """The bytes are durable under their name already. The id of the copy, also when it was there before.

    What is told of it now counts: a file without a row was taken for an original, for want of anything better.
    """
    row = await library.one(
        ADD,
        sha256=new.sha256,
        size_bytes=new.size_bytes,
        content_type=new.content_type,
        quality=new.quality.value,
        file_hash=new.file_hash,
        audio_hash=new.audio_hash,
        now_ms=now_ms,
    )
    assert row is not None
    return CopyId(row[0])


async def find_copy(library: Reader, copy_id: CopyId) -> Copy | None:
    """None: it is not there (any more)."""
    row = await library.one(FIND, copy_id=copy_id)
    return None if row is None else read_copy(row)


async def find_copy_by_sha256(library: Reader, sha256: bytes) -> Copy | None:
    """None: these bytes are not here."""
    row = await library.one(FIND_BY_SHA256, sha256=sha256)
    return None if row is None else read_copy(row)


async def all_copies(library: Reader) -> list[Copy]:
    """Every one, in no order."""
    return [read_copy(row) for row in await library.all(ALL)]


async def copies_for_track(library: Reader, track_id: LocalTrackId) -> list[Copy]:
    """Those that some entry of the recording could be played from."""
    return (await copies_for_tracks(library, [track_id]))[track_id]


async def copies_for_tracks(
    library: Reader, track_ids: Sequence[LocalTrackId]
) -> defaultdict[LocalTrackId, list[Copy]]:
    """The same of several recordings."""
    found: defaultdict[LocalTrackId, list[Copy]] = defaultdict(list)
    for row in await library.all(FOR_TRACKS, ids=json.dumps(list(track_ids))):
        found[LocalTrackId(row[0])].append(read_copy(row[1:]))
    return found


async def oldest_verified(library: Reader, *, before_ms: int) -> Copy | None:
    """The copy that was not read for longest, if that is before this time."""
    row = await library.one(OLDEST_VERIFIED, before_ms=before_ms)
    return None if row is None else read_copy(row)


async def mark_verified(library: Writer, copy_id: CopyId, *, now_ms: int) -> None:
    """Its bytes were read and are right."""
    await library.run(MARK_VERIFIED, copy_id=copy_id, now_ms=now_ms)


async def mark_used(library: Writer, sha256: bytes, *, now_ms: int) -> None:
    """It was opened to be heard: it is evicted later than others."""
    await library.run(MARK_USED, sha256=sha256, now_ms=now_ms)


async def remove_copies(library: Writer, copy_ids: Sequence[CopyId]) -> list[bytes]:
    """No row says any more that they are there. Their sha256: the files may go after the commit."""
    touched: set[int] = set()
    removed: list[bytes] = []
    for copy_id in copy_ids:
        touched.update(row[0] for row in await library.all(UNLINK, copy_id=copy_id))
        touched.update(row[0] for row in await library.all(FORGET_ORPHANS_FILE, copy_id=copy_id))
        await library.run(FORGET_KEEPS, copy_id=copy_id)
        removed += [row[0] for row in await library.all(REMOVE, copy_id=copy_id)]
    await refresh_statuses(library, sorted(touched))
    return removed


async def unlink_half_linked(library: Writer) -> None:
    """Entries whose copy is gone, or whose path was taken away, are linked to nothing."""
    touched: set[int] = set()
    for (copy_id,) in await library.all(HALF_LINKED):
        touched.update(row[0] for row in await library.all(UNLINK, copy_id=copy_id))
    await refresh_statuses(library, sorted(touched))


async def storage(library: Reader) -> Storage:
    """How much room the copies take."""
    row = await library.one(STORAGE)
    assert row is not None
    return Storage(*row)


async def evictable(library: Reader, *, below_weight: int, count: int) -> list[tuple[CopyId, bytes, int, int]]:
    """(id, sha256, bytes, weight) of copies that may go, in the order in which they should."""
    rows = await library.all(EVICTABLE, below_weight=below_weight, count=count)
    return [(CopyId(row[0]), row[1], row[2], row[3]) for row in rows]


def read_copy(row: Row) -> Copy:
    """A row of FIND and its like."""
    return Copy(
        id=CopyId(row[0]),
        sha256=row[1],
        size_bytes=row[2],
        content_type=row[3],
        quality=StreamQuality(row[4]),
        file_hash=row[5],
        audio_hash=row[6],
        used_at_ms=row[7],
        verified_at_ms=row[8],
    )
