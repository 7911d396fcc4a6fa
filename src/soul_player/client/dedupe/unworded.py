"""SQL of tracks that no words can find: without tags, or in another script; those that are as long are worth a hearing.

Bounded on every side: to hear everything would be to fetch everything.
"""

import json
from collections.abc import Iterable, Sequence

from soul_player.client.dedupe.entries import Waiting
from soul_player.client.dedupe.texts import MatchText
from soul_player.database.access import Reader, Writer

# Without tags anything may be it; with words of another script, little.
WORDLESS_MAX = 1_000
WORDLESS_PAIRS_MAX = 24
WORDLESS_SECONDS_MAX = 2.0
STRANGE_MAX = 1_000
STRANGE_PAIRS_MAX = 4
STRANGE_SECONDS_MAX = 0.5

ANY = """
    SELECT 1
      FROM unworded
     LIMIT 1
"""

COUNT = """
    SELECT COUNT(*)
      FROM unworded
     WHERE needs_number = :needs_number
"""

NOTE = """
    INSERT INTO unworded (entry_id, source_id, duration_seconds, track_number, needs_number)
    VALUES (:entry_id, :source_id, :duration_seconds, :track_number, :needs_number)
        ON CONFLICT (entry_id) DO UPDATE
       SET duration_seconds = excluded.duration_seconds, track_number = excluded.track_number,
           needs_number = excluded.needs_number
"""

FORGET = """
    DELETE FROM unworded
     WHERE entry_id = :entry_id
"""

# A recording that a source has already is not looked for there once more. Words of another script are looked for among
# those in plain letters.
PAIR_WITH_OTHERS = """
    INSERT INTO unworded_pairs (entry_id, other_entry_id)
    SELECT unworded.entry_id, other.entry_id
      FROM unworded
     CROSS JOIN match_texts other ON other.duration_seconds BETWEEN unworded.duration_seconds - :seconds
                                                                AND unworded.duration_seconds + :seconds
     CROSS JOIN track_sources said ON said.id = other.entry_id
     WHERE unworded.entry_id = :entry_id
       AND said.source_id <> unworded.source_id
       AND said.status <> 'unavailable'
       AND NOT EXISTS (SELECT 1 FROM track_sources twin
                        WHERE twin.track_id = said.track_id AND twin.source_id = unworded.source_id)
       AND (unworded.needs_number = 0
            OR (said.title NOT GLOB '*[^ -~]*' AND COALESCE(said.track_number = unworded.track_number, 1)))
     ORDER BY ABS(other.duration_seconds - unworded.duration_seconds), other.entry_id
     LIMIT :count
        ON CONFLICT (entry_id, other_entry_id) DO NOTHING
"""

# The same, of entries that come later.
PAIR_WITH_UNWORDED = """
    INSERT INTO unworded_pairs (entry_id, other_entry_id)
    SELECT unworded.entry_id, other.entry_id
      FROM json_each(:ids) wanted
      JOIN match_texts other ON other.entry_id = wanted.value
     CROSS JOIN unworded ON unworded.duration_seconds BETWEEN other.duration_seconds - :seconds
                                                          AND other.duration_seconds + :seconds
     CROSS JOIN track_sources said ON said.id = other.entry_id
     WHERE unworded.needs_number = :needs_number
       AND (SELECT COUNT(*) FROM unworded_pairs had WHERE had.entry_id = unworded.entry_id) < :count
       AND said.source_id <> unworded.source_id
       AND said.status <> 'unavailable'
       AND NOT EXISTS (SELECT 1 FROM track_sources twin
                        WHERE twin.track_id = said.track_id AND twin.source_id = unworded.source_id)
       AND (unworded.needs_number = 0
            OR (said.title NOT GLOB '*[^ -~]*' AND COALESCE(said.track_number = unworded.track_number, 1)))
        ON CONFLICT (entry_id, other_entry_id) DO NOTHING
"""


def is_wordless(text: MatchText) -> bool:
    """Nothing but a title, at most: words that agree with another track's would be chance."""
    return not text.artist and not text.album


async def note_unworded(library: Writer, matched: Sequence[tuple[Waiting, bool]]) -> None:
    """After entries were matched: `True` for those that found their recording, which are looked for no longer."""
    has_any = await library.one(ANY) is not None
    for one, is_found in matched:
        text = one.known.entry.text
        seconds = text.duration_seconds
        wordless = is_wordless(text)
        if is_found or seconds is None or not (wordless or one.is_strange):
            if has_any:
                await library.run(FORGET, entry_id=one.known.entry.id)
            continue
        if await _is_full(library, needs_number=not wordless):
            continue
        has_any = True
        await library.run(
            NOTE,
            entry_id=one.known.entry.id,
            source_id=one.known.entry.source_id,
            duration_seconds=seconds,
            track_number=text.track_number,
            needs_number=int(not wordless),
        )
        await library.run(
            PAIR_WITH_OTHERS,
            entry_id=one.known.entry.id,
            seconds=WORDLESS_SECONDS_MAX if wordless else STRANGE_SECONDS_MAX,
            count=WORDLESS_PAIRS_MAX if wordless else STRANGE_PAIRS_MAX,
        )
    if has_any:
        await _pair_with_unworded(library, [one.known.entry.id for one, _ in matched])


async def _pair_with_unworded(library: Writer, entry_ids: Iterable[int]) -> None:
    ids = json.dumps(sorted(entry_ids))
    for needs_number, seconds, count in (
        (0, WORDLESS_SECONDS_MAX, WORDLESS_PAIRS_MAX),
        (1, STRANGE_SECONDS_MAX, STRANGE_PAIRS_MAX),
    ):
        await library.run(PAIR_WITH_UNWORDED, ids=ids, seconds=seconds, count=count, needs_number=needs_number)


async def _is_full(library: Reader, *, needs_number: bool) -> bool:
    row = await library.one(COUNT, needs_number=int(needs_number))
    assert row is not None
    return bool(row[0] >= (STRANGE_MAX if needs_number else WORDLESS_MAX))
