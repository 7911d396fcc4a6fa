"""SQL of acoustic fingerprints: kept with their keys, and looked up among many."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soul_player.client.dedupe.fingerprints import CANDIDATES_MAX, Fingerprint, likeness
from soul_player.database.access import Reader, Writer

# A key that so many hold is a sound of nothing.
HOLDERS_MAX = 60
GONE_AT_ONCE = 250
# One shared key is chance more often than not: of those, few are looked at.
CANDIDATES_BY_CHANCE_MAX = 3

STORE = """
    INSERT INTO fingerprints (entry_id, duration_seconds, words)
    VALUES (:entry_id, :duration_seconds, :words)
        ON CONFLICT (entry_id) DO UPDATE SET duration_seconds = excluded.duration_seconds, words = excluded.words
"""

READ = """
    SELECT fingerprints.entry_id, fingerprints.words
      FROM json_each(:ids) wanted
      JOIN fingerprints ON fingerprints.entry_id = wanted.value
"""

REMOVE = """
    DELETE FROM fingerprints
     WHERE entry_id = :entry_id
"""

ADD_KEY = """
    INSERT INTO fingerprint_keys (key, entry_id)
    VALUES (:key, :entry_id)
        ON CONFLICT (key, entry_id) DO NOTHING
"""

REMOVE_KEY = """
    DELETE FROM fingerprint_keys
     WHERE key = :key
       AND entry_id = :entry_id
"""

# Of entries that are gone, a few at a time.
GONE = """
    SELECT entry_id, words
      FROM gone_fingerprints
     LIMIT :count
"""

REMOVE_GONE = """
    DELETE FROM gone_fingerprints
     WHERE entry_id = :entry_id
"""

FIND_HOLDERS = """
    SELECT (SELECT GROUP_CONCAT(entry_id)
              FROM (SELECT entry_id FROM fingerprint_keys WHERE key = wanted.value LIMIT :holders))
      FROM json_each(:keys) wanted
"""

# What it may change is decided again.
QUEUE = """
    INSERT INTO match_queue (entry_id)
    SELECT id FROM track_sources WHERE id = :entry_id
        ON CONFLICT (entry_id) DO NOTHING
"""


@dataclass(frozen=True)
class Alike:
    """Another entry, and how alike the two sound (0 to 1)."""

    entry_id: int
    score: float


async def store_fingerprints(library: Writer, prints: Sequence[tuple[int, float, bytes]]) -> None:
    """(entry, seconds, words) each, in place of earlier ones; their entries are matched again."""
    await forget_fingerprints(library, [entry_id for entry_id, _, _ in prints])
    await library.run_many(STORE, prints)
    keys = sorted((key, entry_id) for entry_id, _, words in prints for key in Fingerprint(words).keys)
    if keys:
        await library.run_many(ADD_KEY, keys)
    await library.run_many(QUEUE, [(entry_id,) for entry_id, _, _ in prints])


async def forget_fingerprints(library: Writer, entry_ids: Iterable[int]) -> None:
    """Those that there are, with their keys."""
    known = await read_fingerprints(library, entry_ids)
    if known:
        await library.run_many(REMOVE_KEY, [(key, entry) for entry, found in known.items() for key in found.keys])
        await library.run_many(REMOVE, [(entry_id,) for entry_id in known])


async def forget_gone(library: Writer) -> None:
    """The keys of some entries that are gone; whoever has such an entry's id now keeps those that are its own too."""
    rows = await library.all(GONE, count=GONE_AT_ONCE)
    if not rows:
        return
    kept = await read_fingerprints(library, [row[0] for row in rows])
    left = {row[0]: set(kept[row[0]].keys) if row[0] in kept else set() for row in rows}
    keys = [(key, entry) for entry, words in rows for key in Fingerprint(words).keys if key not in left[entry]]
    await library.run_many(REMOVE_KEY, keys)
    await library.run_many(REMOVE_GONE, [(row[0],) for row in rows])


async def read_fingerprints(library: Reader, entry_ids: Iterable[int]) -> dict[int, Fingerprint]:
    """Of those entries that have one."""
    rows = await library.all(READ, ids=json.dumps(sorted(set(entry_ids))))
    return {row[0]: Fingerprint(row[1]) for row in rows}


async def find_alike(library: Reader, wanted: Fingerprint, *, besides: int | None = None) -> list[Alike]:
    """The entries that sound like it, the most alike first; by index, then aligned with the few best."""
    if not wanted.keys:
        return []
    rows = await library.all(FIND_HOLDERS, keys=json.dumps(wanted.keys), holders=HOLDERS_MAX + 1)
    shared: Counter[int] = Counter()
    for (found,) in rows:
        holders = [] if found is None else found.split(",")
        if len(holders) <= HOLDERS_MAX:
            shared.update(map(int, holders))
    if besides is not None:
        shared.pop(besides, None)
    ranked = sorted(shared, key=lambda entry_id: (-shared[entry_id], entry_id))
    telling = [entry_id for entry_id in ranked if shared[entry_id] > 1][:CANDIDATES_MAX]
    chosen = [*telling, *ranked[len(telling) :][:CANDIDATES_BY_CHANCE_MAX]]
    prints = await read_fingerprints(library, chosen)
    scored = ((entry_id, likeness(wanted, prints[entry_id])) for entry_id in chosen if entry_id in prints)
    alike = [Alike(entry_id, score) for entry_id, score in scored if score is not None]
    return sorted(alike, key=lambda one: (-one.score, one.entry_id))
