"""Tracks that come back to a source under a new id: bound to what is known of them, so that nothing of them is lost.

Pure `decide_returns` says which is which; the rest finds candidates and renames.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from soul_player.client.library.model import SourceId
from soul_player.client.library.sync_queue import track_group
from soul_player.database.access import Reader, Row, Writer
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.track import Track

# Parsers estimate some lengths; the size of the file is compared to the byte.
DURATION_TOLERANCE_SECONDS = 1.0

ANY_LOST = """
    SELECT 1
      FROM track_sources
     WHERE source_id = :source_id
       AND status = 'unavailable'
     LIMIT 1
"""

# CROSS: from the few keys of a page to the index of what is lost, never through the library.
_LOST = """
    SELECT lost.id, lost.remote_id, lost.track_id, lost.title, lost.artist, lost.album, lost.track_number,
           lost.disc_number, lost.duration_seconds, lost.file_size, lost.file_hash, lost.audio_hash, lost.path
      FROM json_each(:keys) wanted
     CROSS JOIN track_sources lost
             ON lost.source_id = :source_id AND lost.status = 'unavailable'
"""

LOST_BY_FILE_HASH = _LOST + " AND lost.file_hash = wanted.value"
LOST_BY_AUDIO_HASH = _LOST + " AND lost.audio_hash = wanted.value"
LOST_BY_SIZE = _LOST + " AND lost.file_size = wanted.value"

# Position 0 is below any that a server gives: whatever comes now is newer.
RENAME = """
    UPDATE track_sources
       SET remote_id = :remote_id, is_former = 0, seq = 0
     WHERE id = :id
"""

# A row that the new name has already says more than the old one.
RENAME_USER_DATA = """
    UPDATE OR IGNORE server_user_data
       SET track_id = :new
     WHERE source_id = :source_id
       AND track_id = :old
"""

FORGET_USER_DATA = """
    DELETE FROM server_user_data
     WHERE source_id = :source_id
       AND track_id = :old
"""

# What it was told under its old name, it knows under the new one.
RENAME_TOLD = """
    UPDATE OR REPLACE told_marks
       SET remote_id = :new
     WHERE source_id = :source_id
       AND remote_id = :old
"""

# Where its row did not take the new name itself, what a person said of it has to be told so.
RENAME_SAID = (
    "UPDATE OR REPLACE said_of_pairs SET name = :new WHERE name = :old",
    "UPDATE OR REPLACE said_of_pairs SET other_name = :new WHERE other_name = :old",
)

# One pass over the source's entries for all the names of a page.
RENAME_ENTRIES = """
    WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < :count),
         named (old, new) AS MATERIALIZED (SELECT substr(:olds, n * 16 + 1, 16), substr(:news, n * 16 + 1, 16)
                                             FROM place)
    UPDATE server_entries
       SET track_id = named.new
      FROM named
     WHERE server_entries.source_id = :source_id
       AND server_entries.track_id = named.old
"""

RENAME_SHOWN_ENTRIES = """
    UPDATE playlist_entries
       SET remote_track_id = :new
     WHERE remote_track_id = :old
       AND playlist_id IN (SELECT id FROM playlists WHERE source_id = :source_id)
"""

# Also what was settled: a server that is restored is told it again.
RENAME_OPERATIONS = """
    WITH named (old, new) AS MATERIALIZED (
         SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:names))
    UPDATE sync_queue
       SET payload = json_set(payload, '$.track_id', named.new),
           group_key = CASE WHEN group_key = 't:' || named.old THEN 't:' || named.new ELSE group_key END
      FROM named
     WHERE sync_queue.source_id = :source_id
       AND sync_queue.state <> 'sent'
       AND json_extract(sync_queue.payload, '$.track_id') = named.old
"""

SENT = """
    SELECT op_id, json_extract(payload, '$.track_id'), group_key
      FROM sync_queue
     WHERE source_id = :source_id
       AND state = 'sent'
"""

# What was sent keeps its words until it is answered. If the answer is that nobody knows the name, it waits, and is sent
# under the name that the recording has then.
HOLD_SENT = """
    UPDATE sync_queue
       SET group_key = :group_key,
           held_track_id = (SELECT track_id FROM track_sources WHERE source_id = :source_id AND remote_id = :new)
     WHERE op_id = :op_id
"""


@dataclass(frozen=True, slots=True)
class Lost:
    """A track that its source does not have any more, under the name that it had."""

    entry_id: int
    remote_id: bytes
    track_id: int
    words: tuple[str | int | None, ...]
    duration_seconds: float
    file_size: int
    file_hash: str | None
    audio_hash: str | None
    path: str | bytes | None


def decide_returns(lost: Sequence[Lost], came: Sequence[Track], *, by_hash_only: bool = False) -> dict[int, Lost]:
    """Which of `came` (by its place) is which of `lost`; neither is used twice.

    By the file's bytes, then by its audio; a file that one side never hashed by its size, words and length. Among
    several, the one with the same words goes first.
    """
    found: dict[int, Lost] = {}
    taken: set[int] = set()
    # The oldest is taken first, from the end.
    in_order = sorted(lost, key=lambda one: -one.entry_id)

    def match(key_of: Callable[[Lost | Track], Hashable | None]) -> None:
        waiting: defaultdict[Hashable, list[Lost]] = defaultdict(list)
        for one in in_order:
            key = key_of(one)
            if key is not None and one.entry_id not in taken:
                waiting[key].append(one)
        for place, track in enumerate(came):
            key = key_of(track)
            candidates = waiting.get(key) if key is not None and place not in found else None
            if candidates and _is_possible(candidates[-1], track):
                chosen = candidates.pop()
                taken.add(chosen.entry_id)
                found[place] = chosen

    for hash_of in (_file_hash, _audio_hash):
        match(_with_words(hash_of))
        match(hash_of)
    if not by_hash_only:
        match(_size_and_words)
    return found


async def bind_returns(library: Writer, source_id: SourceId, came: Sequence[Track], ids: Sequence[bytes]) -> int:
    """Give what is known the names under which it comes back; how many did. `ids`: the new names."""
    if await library.one(ANY_LOST, source_id=source_id) is None:
        return 0
    found = decide_returns(await find_lost(library, source_id, came), came)
    names = [(one.remote_id, ids[place]) for place, one in found.items()]
    await library.run_many(RENAME, [(ids[place], one.entry_id) for place, one in found.items()])
    await rename_tracks(library, source_id, names)
    return len(found)


async def find_lost(library: Reader, source_id: SourceId, came: Sequence[Track]) -> list[Lost]:
    """What these could be, of all that the source does not have any more."""
    found: dict[int, Lost] = {}
    for statement, keys in (
        (LOST_BY_FILE_HASH, {track.file_hash for track in came}),
        (LOST_BY_AUDIO_HASH, {track.audio_hash for track in came}),
        (LOST_BY_SIZE, {track.file_size for track in came}),
    ):
        wanted = sorted(key for key in keys if key is not None)
        for row in await library.all(statement, source_id=source_id, keys=json.dumps(wanted)):
            found[row[0]] = read_lost(row)
    return list(found.values())


async def rename_tracks(library: Writer, source_id: SourceId, names: Sequence[tuple[bytes, bytes]]) -> None:
    """Everything of the source that names a track by its old id names it by the new one: (old, new)."""
    if not names:
        return
    values = [(new, source_id, old) for old, new in names]
    await library.run_many(RENAME_USER_DATA, values)
    await library.run_many(RENAME_TOLD, values)
    for statement in RENAME_SAID:
        await library.run_many(statement, [(new, old) for old, new in names])
    await library.run_many(FORGET_USER_DATA, [(source_id, old) for old, _ in names])
    await library.run(
        RENAME_ENTRIES,
        source_id=source_id,
        count=len(names),
        olds=b"".join(old for old, _ in names),
        news=b"".join(new for _, new in names),
    )
    await library.run_many(RENAME_SHOWN_ENTRIES, [(new, old, source_id) for old, new in names])
    texts = [(id_text(old), id_text(new)) for old, new in names]
    await library.run(RENAME_OPERATIONS, source_id=source_id, names=json.dumps(texts))
    await _hold_sent(library, source_id, dict(texts))


async def _hold_sent(library: Writer, source_id: SourceId, names: Mapping[str, str]) -> None:
    for op_id, named, group_key in await library.all(SENT, source_id=source_id):
        new = names.get(named)
        if new is not None:
            group = track_group(id_bytes(new)) if group_key == track_group(id_bytes(named)) else group_key
            await library.run(HOLD_SENT, op_id=op_id, group_key=group, source_id=source_id, new=id_bytes(new))


def words_of(track: Track) -> tuple[str | int | None, ...]:
    """What a listener knows it by."""
    return (track.title, track.artist, track.album, track.track_number, track.disc_number)


def _is_possible(lost: Lost, track: Track) -> bool:
    """Hashes that both sides know are not argued with; without them the length has a word."""
    if track.audio_hash is not None and track.audio_hash == lost.audio_hash:
        return True
    if track.file_hash is not None and lost.file_hash is not None:
        return track.file_hash == lost.file_hash
    return abs(lost.duration_seconds - track.duration_seconds) <= DURATION_TOLERANCE_SECONDS


def _file_hash(one: Lost | Track) -> str | None:
    return one.file_hash


def _audio_hash(one: Lost | Track) -> str | None:
    return one.audio_hash


def _words(one: Lost | Track) -> tuple[str | int | None, ...]:
    return one.words if isinstance(one, Lost) else words_of(one)


def _with_words(hash_of: Callable[[Lost | Track], str | None]) -> Callable[[Lost | Track], Hashable | None]:
    return lambda one: None if hash_of(one) is None else (hash_of(one), _words(one))


def _size_and_words(one: Lost | Track) -> Hashable:
    return (one.file_size, _words(one))


def read_lost(row: Row) -> Lost:
    """A row of LOST_BY_FILE_HASH and its like."""
    return Lost(row[0], bytes(row[1]), row[2], tuple(row[3:8]), row[8], row[9], row[10], row[11], row[12])
