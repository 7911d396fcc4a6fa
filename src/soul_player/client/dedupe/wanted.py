"""SQL of the fingerprints worth having: of pairs that are asked about, nearly alike, or as long where words fail."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.client.dedupe.prints import store_fingerprints
from soul_player.client.library.model import SourceId
from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import TrackId, id_text

NOTE_NEAR = """
    INSERT INTO near_misses (entry_id, other_entry_id)
    VALUES (:entry_id, :other_entry_id)
        ON CONFLICT (entry_id) DO UPDATE SET other_entry_id = excluded.other_entry_id
"""

# A sound tells only beside another one: both sides have one, or can get it. What became one recording is decided.
_PAIRS = """
    WITH pairs (entry_id, other_entry_id, place) AS (
        SELECT entry_id, other_entry_id, 0 FROM proposals
         UNION ALL
        SELECT other_entry_id, entry_id, 0 FROM proposals
         UNION ALL
        SELECT entry_id, other_entry_id, 1 FROM near_misses
         UNION ALL
        SELECT other_entry_id, entry_id, 1 FROM near_misses
         UNION ALL
        SELECT entry_id, other_entry_id, 2 FROM unworded_pairs
         UNION ALL
        SELECT other_entry_id, entry_id, 3 FROM unworded_pairs)
"""
# CROSS, and what is asked of `mine` alone only behind the grouping, so that no other tracks than those of pairs are
# looked at: SQLite would go through all of the source first, if only to make a filter of them.
_WANTED = """
      FROM pairs
     CROSS JOIN track_sources mine ON mine.id = pairs.entry_id
     CROSS JOIN track_sources theirs ON theirs.id = pairs.other_entry_id AND theirs.track_id <> mine.track_id
      LEFT JOIN fingerprints ON fingerprints.entry_id = mine.id
      LEFT JOIN fingerprints their_print ON their_print.entry_id = theirs.id
     WHERE (fingerprints.entry_id IS NULL OR fingerprints.audio_hash IS NOT mine.audio_hash)
       AND (theirs.fingerprinted = 1 OR theirs.path IS NOT NULL OR length(their_print.words) > 0)
"""

TO_FETCH = (
    _PAIRS
    + """
    SELECT mine.id, mine.remote_id, mine.audio_hash
"""
    + _WANTED
    + """
     GROUP BY mine.id
    HAVING mine.source_id = :source_id
       AND mine.fingerprinted = 1
       AND mine.status <> 'unavailable'
     ORDER BY MIN(pairs.place), mine.id
     LIMIT :count
"""
)

# What its server tells of need not be listened to here.
TO_LISTEN_TO = (
    _PAIRS
    + """
    SELECT mine.id, mine.path, mine.audio_hash, mine.duration_seconds
"""
    + _WANTED
    + """
     GROUP BY mine.id
    HAVING mine.fingerprinted = 0
       AND mine.path IS NOT NULL
       AND mine.status <> 'unavailable'
     ORDER BY MIN(pairs.place), mine.id
     LIMIT :count
"""
)

NAME_AUDIO = """
    UPDATE fingerprints
       SET audio_hash = :audio_hash
     WHERE entry_id = :entry_id
"""


@dataclass(frozen=True)
class ToFetch:
    """An entry whose server has a fingerprint of this audio."""

    entry_id: int
    track_id: TrackId
    audio_hash: str | None


@dataclass(frozen=True)
class ToListenTo:
    """An entry whose file is here."""

    entry_id: int
    path: str
    audio_hash: str | None
    duration_seconds: float


@dataclass(frozen=True)
class Heard:
    """Words of an entry's audio; none at all when there are none to be had of it."""

    entry_id: int
    audio_hash: str | None
    duration_seconds: float
    words: bytes


async def note_near_miss(library: Writer, entry_id: int, other_entry_id: int) -> None:
    """These two may yet turn out to be one."""
    await library.run(NOTE_NEAR, entry_id=entry_id, other_entry_id=other_entry_id)


async def to_fetch(library: Reader, source_id: SourceId, *, count: int) -> list[ToFetch]:
    """Of one source, what a person is asked about first."""
    rows = await library.all(TO_FETCH, source_id=source_id, count=count)
    return [ToFetch(row[0], TrackId(id_text(row[1])), row[2]) for row in rows]


async def to_listen_to(library: Reader, *, count: int) -> list[ToListenTo]:
    """Files of this device, what a person is asked about first."""
    return [ToListenTo(*row) for row in await library.all(TO_LISTEN_TO, count=count)]


async def store_heard(library: Writer, heard: Sequence[Heard]) -> None:
    """Their entries are matched again: New may rise to Ask or Auto, Ask to Auto; a person's word stands."""
    await store_fingerprints(library, [(one.entry_id, one.duration_seconds, one.words) for one in heard])
    await library.run_many(NAME_AUDIO, [(one.audio_hash, one.entry_id) for one in heard])
