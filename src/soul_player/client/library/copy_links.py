"""Which copy serves which entry: found by the hashes, decided by a pure order, linked in the caller's transaction."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soul_player.client.library.copies import COPIES_FOLDER
from soul_player.client.library.download_model import CopyId
from soul_player.client.library.model import SourceId
from soul_player.client.library.notes import read_note
from soul_player.client.library.tracks import refresh_statuses
from soul_player.database.access import Reader, Row, Writer
from soul_player.protocol.quality import StreamQuality

ANY_COPY = """
    SELECT 1
      FROM copies
     LIMIT 1
"""

_PAGE = """
    WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < :count),
         wanted (id) AS (SELECT entry.id
                           FROM place
                          CROSS JOIN track_sources entry
                                  ON entry.source_id = :source_id AND entry.remote_id = substr(:ids, n * 16 + 1, 16))
"""

# The entries of a recording, and those of the same bytes, which the index by size finds.
_NEAR = """
    WITH wanted (id) AS (SELECT id FROM track_sources WHERE track_id = :track_id
                          UNION
                         SELECT id FROM track_sources WHERE file_size = :size_bytes AND file_hash = :file_hash)
"""

# Recordings of which something is here already: another source's entry may have joined them since. CROSS: the few
# that are here lead, not the library.
_JOINED = """
    WITH wanted (id) AS (SELECT other.id
                           FROM track_sources entry
                          CROSS JOIN track_sources other ON other.track_id = entry.track_id
                          WHERE entry.copy_id IS NOT NULL
                            AND other.copy_id IS NULL)
"""

# Three look-ups and no OR: on old statistics SQLite would read every copy for each entry. The plus keeps it from
# walking all that is cached for each of them.
_FITTING = """
       , fitting (entry_id, copy_id) AS (
         SELECT entry.id, copies.id
           FROM wanted
          CROSS JOIN track_sources entry ON entry.id = wanted.id
          CROSS JOIN copies ON copies.file_hash = entry.file_hash
          UNION
         SELECT entry.id, copies.id
           FROM wanted
          CROSS JOIN track_sources entry ON entry.id = wanted.id
          CROSS JOIN copies ON copies.audio_hash = entry.audio_hash
          UNION
         SELECT entry.id, entry.copy_id
           FROM wanted
          CROSS JOIN track_sources entry ON entry.id = wanted.id
          WHERE +entry.copy_id IS NOT NULL)
    SELECT entry.id, entry.track_id, entry.file_hash, entry.audio_hash, entry.copy_id,
           copies.id, copies.sha256, copies.quality, copies.file_hash, copies.audio_hash
      FROM fitting
     CROSS JOIN track_sources entry ON entry.id = fitting.entry_id
     CROSS JOIN copies ON copies.id = fitting.copy_id
     WHERE entry.status <> 'local_file'
"""

FITTING_OF_PAGE = _PAGE + _FITTING
FITTING_NEAR = _NEAR + _FITTING
FITTING_JOINED = _JOINED + _FITTING

LINK = """
    UPDATE track_sources
       SET copy_id = :copy_id, path = :path, status = CASE status WHEN 'stream_only' THEN 'cached' ELSE status END
     WHERE id = :id
       AND status <> 'local_file'
"""

KEEP = """
    UPDATE keeps
       SET copy_id = :copy_id
     WHERE track_id = :track_id
"""

# An entry that was here already has joined a recording that is kept: from now on its copy is what is kept.
KEEP_JOINED = """
    UPDATE keeps
       SET copy_id = (SELECT entry.copy_id
                        FROM track_sources entry
                       WHERE entry.track_id = keeps.track_id
                         AND entry.copy_id IS NOT NULL
                       ORDER BY entry.id
                       LIMIT 1)
     WHERE copy_id IS NULL
       AND EXISTS (SELECT 1
                     FROM track_sources entry
                    WHERE entry.track_id = keeps.track_id
                      AND entry.copy_id IS NOT NULL)
"""

# Told only now, by the source that has these bytes.
LEARN_AUDIO_HASH = """
    UPDATE copies
       SET audio_hash = :audio_hash
     WHERE id = :copy_id
       AND audio_hash IS NULL
"""

# Of these, those that serve nobody and are kept for nothing.
IDLE = """
    SELECT id
      FROM copies
     WHERE id IN (SELECT value FROM json_each(:ids))
       AND NOT EXISTS (SELECT 1 FROM track_sources WHERE copy_id = copies.id)
       AND NOT EXISTS (SELECT 1 FROM orphans WHERE copy_id = copies.id)
       AND NOT EXISTS (SELECT 1 FROM keeps WHERE copy_id = copies.id)
"""

_RANKS = {StreamQuality.HIGH: 2, StreamQuality.MEDIUM: 3, StreamQuality.LOW: 4}


@dataclass(frozen=True)
class Hashes:
    """What is known of some bytes, or of the original they were made of."""

    file_hash: str | None
    audio_hash: str | None


def fit(entry: Hashes, copy: Hashes, quality: StreamQuality) -> int | None:
    """How well a copy serves an entry, 0 being the very bytes; None: it holds another audio."""
    is_same_file = entry.file_hash is not None and entry.file_hash == copy.file_hash
    is_same_audio = entry.audio_hash is not None and entry.audio_hash == copy.audio_hash
    if not (is_same_file or is_same_audio):
        return None
    return _RANKS.get(quality, 0 if is_same_file else 1)


@dataclass(frozen=True)
class _Link:
    entry_id: int
    track_id: int
    copy_id: CopyId
    sha256: bytes
    former_id: CopyId | None


async def link_page(library: Writer, source_id: SourceId, ids: bytes) -> None:
    """After a page of tracks was stored: entries whose bytes are here already are cached. 16 bytes an id."""
    if ids and await library.one(ANY_COPY) is not None:
        rows = await library.all(FITTING_OF_PAGE, source_id=source_id, ids=ids, count=len(ids) // 16)
        await _link(library, rows)


async def link_joined(library: Writer) -> None:
    """Entries that joined a recording of which something is here; and what is kept of recordings that they joined."""
    await _link(library, await library.all(FITTING_JOINED))
    await library.run(KEEP_JOINED)


async def link_copy(
    library: Writer, copy_id: CopyId, sha256: bytes, *, entry_id: int, track_id: int, size_bytes: int
) -> list[CopyId]:
    """A new copy serves the entry that it was fetched for, and all others that it fits. The copies that it replaced."""
    return await link_copies(library, [Arrived(copy_id, sha256, entry_id, track_id, size_bytes)])


@dataclass(frozen=True)
class Arrived:
    """A new copy, and the entry that it was fetched for."""

    copy_id: CopyId
    sha256: bytes
    entry_id: int
    track_id: int
    size_bytes: int


async def link_copies(library: Writer, arrived: Sequence[Arrived]) -> list[CopyId]:
    """The same for several: those that have nothing to do with each other are linked at once."""
    former: list[CopyId] = []
    rows: list[Row] = []
    forced: list[_Link] = []
    touched: set[int] = set()
    for one in arrived:
        near = await _rows_near(library, one)
        entries = {one.entry_id, *(row[0] for row in near)}
        if entries & touched:
            former += await _link(library, rows, forced)
            rows, forced, touched = [], [], set()
            near = await _rows_near(library, one)
        # Fetched for it: also when its source has not told a hash yet, or tells an older one.
        own = [row for row in near if row[0] == one.entry_id and row[4] is not None]
        before = CopyId(own[0][4]) if own and own[0][4] != one.copy_id else None
        forced.append(_Link(one.entry_id, one.track_id, one.copy_id, one.sha256, before))
        rows += [row for row in near if row[0] != one.entry_id]
        touched |= entries
    return former + await _link(library, rows, forced)


async def _rows_near(library: Reader, one: Arrived) -> list[Row]:
    file_hash = f"sha256:{one.sha256.hex()}"
    return await library.all(FITTING_NEAR, track_id=one.track_id, size_bytes=one.size_bytes, file_hash=file_hash)


async def idle_copies(library: Reader, copy_ids: Iterable[CopyId]) -> list[CopyId]:
    """Those of them that serve nobody and are kept for nothing."""
    return [CopyId(row[0]) for row in await library.all(IDLE, ids=json.dumps(sorted(set(copy_ids))))]


async def _link(library: Writer, rows: Sequence[Row], forced: Sequence[_Link] = ()) -> list[CopyId]:
    links = [*forced, *_best_links(rows)]
    for row in rows:
        if row[2] is not None and row[2] == row[8] and row[9] is None and row[3] is not None:
            await library.run(LEARN_AUDIO_HASH, copy_id=row[5], audio_hash=row[3])
    if not links:
        return []
    folder = await read_note(library, COPIES_FOLDER)
    assert folder is not None, "the client settles the folder when it opens the library"
    await library.run_many(LINK, [(one.copy_id, f"{folder}/{one.sha256.hex()}", one.entry_id) for one in links])
    await library.run_many(KEEP, [(one.copy_id, one.track_id) for one in links])
    await refresh_statuses(library, sorted({one.track_id for one in links}))
    return [one.former_id for one in links if one.former_id is not None]


def _best_links(rows: Sequence[Row]) -> list[_Link]:
    """What changes: an entry is linked anew only to a copy that serves it better."""
    by_entry: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_entry[row[0]].append(row)
    links: list[_Link] = []
    for entry_id, fitting in by_entry.items():
        ranked = [(rank, row) for row in fitting if (rank := _rank(row)) is not None]
        if not ranked:
            continue
        best_rank, best = min(ranked, key=lambda one: (one[0], one[1][5]))
        current = next((rank for rank, row in ranked if row[5] == row[4]), None)
        if current is None or best_rank < current:
            former = None if best[4] is None else CopyId(best[4])
            links.append(_Link(entry_id, best[1], CopyId(best[5]), best[6], former))
    return links


def _rank(row: Row) -> int | None:
    return fit(Hashes(row[2], row[3]), Hashes(row[8], row[9]), StreamQuality(row[7]))
