"""SQL of the entries' normalised words and keys: storing them, and finding the entries that share keys."""

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soul_player.client.dedupe.blocking import CANDIDATES_MAX, HOLDERS_MAX, exact_keys, probed_keys, stored_keys
from soul_player.client.dedupe.decide import Entry
from soul_player.client.dedupe.normalize import NORMALISER_VERSION
from soul_player.client.dedupe.scripts import is_in_another_script
from soul_player.client.dedupe.texts import MatchText, Said, match_text
from soul_player.database.access import Reader, Row, Value, Writer

# Tracks that may turn out to be ones that are known under another id wait until that is known: those of a source that
# tells everything from nothing until it has told it all, those of a rebuilt one until their hashes are told. Matched
# before, they would be asked about, or join what a person has parted them from.
_FREE = """
      FROM match_queue
      LEFT JOIN track_sources ON track_sources.id = match_queue.entry_id
      LEFT JOIN match_texts ON match_texts.entry_id = match_queue.entry_id
     WHERE NOT COALESCE(
               track_sources.source_id IN (
                   SELECT sources.id
                     FROM sources
                    WHERE EXISTS (SELECT 1
                                    FROM sync_state
                                   WHERE source_id = sources.id AND feed = 'tracks' AND sweep_owed = 1))
            OR (track_sources.file_hash IS NULL AND track_sources.source_id IN (
                   SELECT sources.id
                     FROM sources
                    WHERE EXISTS (SELECT 1
                                    FROM track_sources former
                                   WHERE source_id = sources.id AND status = 'unavailable' AND is_former = 1))), 0)
"""

WAITING = (
    """
    SELECT match_queue.entry_id, track_sources.track_id, track_sources.source_id, track_sources.remote_id,
           track_sources.title, track_sources.artist, track_sources.album, track_sources.track_number,
           track_sources.duration_seconds, track_sources.year, track_sources.file_hash, track_sources.audio_hash,
           track_sources.musicbrainz_recording_id, match_texts.keys
"""
    + _FREE
    + """
     ORDER BY match_queue.entry_id
     LIMIT :count
"""
)

COUNT_WAITING = (
    """
    SELECT COUNT(*)
"""
    + _FREE
)

DONE = """
    DELETE FROM match_queue
     WHERE entry_id = :entry_id
"""

# The version of the normaliser rose: what it made before is made again.
QUEUE_OLD = """
    INSERT INTO match_queue (entry_id)
    SELECT entry_id
      FROM match_texts
     WHERE version < :version
        ON CONFLICT (entry_id) DO NOTHING
"""

ADD_KEY = """
    INSERT INTO match_keys (key, entry_id)
    VALUES (:key, :entry_id)
        ON CONFLICT (key, entry_id) DO NOTHING
"""

REMOVE_KEY = """
    DELETE FROM match_keys
     WHERE key = :key
       AND entry_id = :entry_id
"""

REMOVE_TEXT = """
    DELETE FROM match_texts
     WHERE entry_id = :entry_id
"""

ADD_TEXT = """
    INSERT INTO match_texts (entry_id, version, title, artist, album, guests, kinds, album_kinds, version_words,
                             numbers, track_number, duration_seconds, year, keys)
    VALUES (:entry_id, :version, :title, :artist, :album, :guests, :kinds, :album_kinds, :version_words, :numbers,
            :track_number, :duration_seconds, :year, :keys)
"""

# Some more than HOLDERS_MAX say that a key says nothing.
FIND_HOLDERS = """
    SELECT wanted.value,
           (SELECT GROUP_CONCAT(entry_id)
              FROM (SELECT entry_id FROM match_keys WHERE key = wanted.value LIMIT :holders))
      FROM json_each(:keys) wanted
"""

READ = """
    SELECT match_texts.entry_id, track_sources.track_id, track_sources.source_id, track_sources.remote_id,
           match_texts.title, match_texts.artist, match_texts.album, match_texts.guests, match_texts.kinds,
           match_texts.album_kinds, match_texts.version_words, match_texts.numbers, match_texts.track_number,
           match_texts.duration_seconds, match_texts.year, track_sources.file_hash, track_sources.audio_hash,
           track_sources.musicbrainz_recording_id
      FROM json_each(:ids) wanted
      JOIN match_texts ON match_texts.entry_id = wanted.value
      JOIN track_sources ON track_sources.id = wanted.value
"""


@dataclass(frozen=True)
class Known:
    """An entry with what is needed to write about it."""

    entry: Entry
    track_id: int
    remote_id: bytes


@dataclass(frozen=True)
class Waiting:
    """An entry that is to be matched, and the keys it is looked up under. `is_strange`: its title is in another script
    than the one that most tags are in."""

    known: Known
    probes: tuple[int, ...]
    exact: tuple[int, ...]
    is_strange: bool = False


async def read_waiting(library: Reader, *, count: int) -> tuple[list[Row], list[Row]]:
    """Rows of entries that wait, in the order of their arrival; and of those that are gone meanwhile."""
    rows = await library.all(WAITING, count=count)
    return [row for row in rows if row[1] is not None], [row for row in rows if row[1] is None]


async def forget_entries(library: Writer, rows: Sequence[Row]) -> None:
    """Their words and keys, if they have any."""
    old = [row for row in rows if row[13] is not None]
    if old:
        await library.run_many(REMOVE_KEY, [(key, row[0]) for row in old for key in array("I", row[13])])
        await library.run_many(REMOVE_TEXT, [(row[0],) for row in old])


async def store_entries(library: Writer, rows: Sequence[Row]) -> list[Waiting]:
    """Normalise them once, and put them under their keys."""
    waiting = [_waiting(row) for row in rows]
    texts: list[Sequence[Value]] = []
    keys: list[tuple[int, int]] = []
    for one in waiting:
        entry = one.known.entry
        its_keys = sorted({*stored_keys(entry.text), *one.exact})
        texts.append((entry.id, NORMALISER_VERSION, *_text_columns(entry.text), array("I", its_keys).tobytes()))
        keys.extend((key, entry.id) for key in its_keys)
    # In their order, the pages of the index are written once a batch.
    keys.sort()
    await library.run_many(ADD_TEXT, texts)
    await library.run_many(ADD_KEY, keys)
    return waiting


async def find_candidates(library: Reader, waiting: Sequence[Waiting]) -> dict[int, list[int]]:
    """For each entry the ids of those that share most of its keys; those that share an exact one always."""
    wanted = sorted({key for one in waiting for key in (*one.probes, *one.exact)})
    rows = await library.all(FIND_HOLDERS, keys=json.dumps(wanted), holders=HOLDERS_MAX + 1)
    holders = {key: [int(holder) for holder in found.split(",")] for key, found in rows if found is not None}
    return {one.known.entry.id: _most_shared(one, holders) for one in waiting}


async def read_entries(library: Reader, ids: Iterable[int]) -> dict[int, Known]:
    """Those that are still there."""
    rows = await library.all(READ, ids=json.dumps(sorted(ids)))
    return {row[0]: _known(row) for row in rows}


async def queue_old_entries(library: Writer) -> int:
    """Those whose words an older normaliser made."""
    return await library.run(QUEUE_OLD, version=NORMALISER_VERSION)


async def count_waiting(library: Reader) -> int:
    """How many entries are still to be matched."""
    row = await library.one(COUNT_WAITING)
    assert row is not None
    return int(row[0])


async def mark_done(library: Writer, rows: Sequence[Row]) -> None:
    """They wait no longer."""
    await library.run_many(DONE, [(row[0],) for row in rows])


def _most_shared(one: Waiting, holders: dict[int, list[int]]) -> list[int]:
    shared: Counter[int] = Counter()
    for key in one.probes:
        found = holders.get(key, ())
        if len(found) <= HOLDERS_MAX:
            shared.update(found)
    exact = {entry_id for key in one.exact for entry_id in holders.get(key, ())}
    own = one.known.entry.id
    shared.pop(own, None)
    exact.discard(own)
    # Ties go to the earlier entry, so that the outcome does not hang on the order of the keys.
    most = sorted(shared, key=lambda entry_id: (-shared[entry_id], entry_id))[:CANDIDATES_MAX]
    return [*most, *sorted(exact.difference(most))]


def _waiting(row: Row) -> Waiting:
    entry_id, track_id, source_id, remote_id, title, artist, album, number, seconds, year, *claims, _ = row
    text = match_text(Said(title, artist, album, number, seconds, year))
    file_hash, audio_hash, recording_id = claims
    entry = Entry(entry_id, source_id, text, file_hash, audio_hash, recording_id)
    exact = exact_keys(file_hash=file_hash, audio_hash=audio_hash, recording_id=recording_id)
    return Waiting(Known(entry, track_id, remote_id), probed_keys(text), exact, is_in_another_script(title))


def _text_columns(text: MatchText) -> tuple[Value, ...]:
    return (
        text.title, text.artist, text.album, text.guests, text.kinds, text.album_kinds, text.version, text.numbers,
        text.track_number, text.duration_seconds, text.year,
    )  # fmt: skip


def _known(row: Row) -> Known:
    return Known(Entry(row[0], row[2], MatchText(*row[4:15]), row[15], row[16], row[17]), row[1], row[3])
