"""SQL of what is kept here for which rule, and why a copy is kept."""

import json
from collections.abc import Sequence

from soul_player.client.library.download_model import CopyId, RuleId, RuleKind
from soul_player.client.library.model import LocalTrackId
from soul_player.client.library.rules import remove_rule
from soul_player.database.access import Reader, Writer
from soul_player.protocol.quality import StreamQuality

IN_ANY_PLAYLIST = '^playlist:""'

# The bytes may be here already: then they are kept from now on.
KEEP = """
    INSERT INTO keeps (rule_id, track_id, copy_id)
    VALUES (:rule_id, :track_id, (SELECT copy_id
                                    FROM track_sources
                                   WHERE track_sources.track_id = :track_id
                                     AND copy_id IS NOT NULL
                                   ORDER BY id
                                   LIMIT 1))
        ON CONFLICT (rule_id, track_id) DO NOTHING
"""

KEPT_BY = """
    SELECT track_id
      FROM keeps
     WHERE rule_id = :rule_id
"""

LET_GO = """
    DELETE FROM keeps
     WHERE rule_id = :rule_id
       AND track_id = :track_id
"""

# A person lets a recording go: from everything that was asked for, also by a copy under another recording's name.
LET_GO_ASKED = """
    DELETE FROM keeps
     WHERE rule_id IN (SELECT id FROM rules WHERE kind = 'asked')
       AND (track_id = :track_id
            OR copy_id IN (SELECT copy_id FROM track_sources WHERE track_id = :track_id AND copy_id IS NOT NULL))
"""

FORGET_EMPTY_ASKED = """
    DELETE FROM rules
     WHERE kind = 'asked'
       AND NOT EXISTS (SELECT 1 FROM keeps WHERE rule_id = rules.id)
"""

FOLLOW_MERGES = """
    UPDATE OR IGNORE keeps
       SET track_id = (SELECT links.track_id FROM links WHERE links.former_track_id = keeps.track_id LIMIT 1)
     WHERE track_id NOT IN (SELECT id FROM tracks)
       AND track_id IN (SELECT former_track_id FROM links)
"""

# Recordings that are two again: what was fetched is of one of them, and so was the wish, though it came to name the
# other while they were one.
FOLLOW_SPLITS = """
    UPDATE OR IGNORE keeps
       SET track_id = (SELECT entry.track_id
                         FROM track_sources entry
                        WHERE entry.copy_id = keeps.copy_id
                        ORDER BY entry.id
                        LIMIT 1)
     WHERE copy_id IS NOT NULL
       AND EXISTS (SELECT 1 FROM track_sources entry WHERE entry.copy_id = keeps.copy_id)
       AND NOT EXISTS (SELECT 1
                         FROM track_sources entry
                        WHERE entry.track_id = keeps.track_id
                          AND (entry.copy_id IS NOT NULL OR entry.status = 'local_file'))
       AND EXISTS (SELECT 1 FROM track_sources entry WHERE entry.track_id = keeps.track_id)
"""

# Bytes that nothing names any more stay kept by what they were fetched for.
FORGET_LOST = """
    DELETE FROM keeps
     WHERE copy_id IS NULL
       AND track_id NOT IN (SELECT id FROM tracks)
"""

WHY_TRACK = """
    SELECT DISTINCT rules.kind, rules.name, rules.query
      FROM keeps
      JOIN rules ON rules.id = keeps.rule_id
     WHERE keeps.track_id = :track_id
        OR keeps.copy_id IN (SELECT copy_id FROM track_sources WHERE track_id = :track_id AND copy_id IS NOT NULL)
     ORDER BY CASE rules.kind WHEN 'asked' THEN 0 WHEN 'own' THEN 1 ELSE 2 END, rules.id
"""

PLAYLISTS_OF = """
    SELECT playlists.name
      FROM playlist_entries entry
      JOIN playlists ON playlists.id = entry.playlist_id
     WHERE entry.track_id = :track_id AND entry.is_removed = 0 AND playlists.is_deleted = 0
     UNION
    SELECT playlists.name
      FROM track_sources source
      JOIN playlist_entries entry ON entry.remote_track_id = source.remote_id
      JOIN playlists ON playlists.id = entry.playlist_id AND playlists.source_id = source.source_id
     WHERE source.track_id = :track_id AND entry.is_removed = 0 AND playlists.is_deleted = 0
     ORDER BY 1
"""

WEIGHTS = """
    SELECT keeps.track_id, SUM(rules.weight)
      FROM json_each(:ids) wanted
     CROSS JOIN keeps ON keeps.track_id = wanted.value
     CROSS JOIN rules ON rules.id = keeps.rule_id
     GROUP BY keeps.track_id
"""

IS_ASKED = """
    SELECT 1
      FROM keeps
      JOIN rules ON rules.id = keeps.rule_id
     WHERE rules.kind = 'asked'
       AND keeps.track_id = :track_id
     LIMIT 1
"""

WANTED_QUALITIES = """
    SELECT DISTINCT rules.quality
      FROM keeps
      JOIN rules ON rules.id = keeps.rule_id
     WHERE keeps.track_id = :track_id
"""

COPIES_OF_TRACK = """
    SELECT copy_id
      FROM track_sources
     WHERE track_id = :track_id
       AND copy_id IS NOT NULL
     UNION
    SELECT copy_id
      FROM orphans
     WHERE track_id = :track_id
       AND copy_id IS NOT NULL
"""

UNKEPT = """
    SELECT id
      FROM copies
     WHERE id IN (SELECT value FROM json_each(:ids))
       AND NOT EXISTS (SELECT 1 FROM keeps WHERE copy_id = copies.id)
"""

# Whoever asked for nothing else of it has no use for the automatic task either.
FORGET_UNWANTED_TASKS = """
    DELETE FROM download_tasks
     WHERE priority <= 10
       AND NOT EXISTS (SELECT 1 FROM keeps WHERE keeps.track_id = download_tasks.track_id)
"""


async def keep_tracks(library: Writer, rule_id: RuleId, track_ids: Sequence[LocalTrackId]) -> None:
    """Besides those that it keeps already."""
    await library.run_many(KEEP, [(rule_id, track_id) for track_id in track_ids])


async def set_kept(library: Writer, rule_id: RuleId, track_ids: Sequence[LocalTrackId]) -> None:
    """These and no others."""
    before = {row[0] for row in await library.all(KEPT_BY, rule_id=rule_id)}
    wanted = set(track_ids)
    await library.run_many(LET_GO, [(rule_id, track_id) for track_id in sorted(before - wanted)])
    await keep_tracks(library, rule_id, sorted(wanted - before))


async def let_go_asked(library: Writer, track_ids: Sequence[LocalTrackId]) -> list[CopyId]:
    """A person wants them here no longer. The copies that nothing keeps any more; rules may still keep others."""
    copy_ids: set[int] = set()
    for track_id in track_ids:
        copy_ids.update(row[0] for row in await library.all(COPIES_OF_TRACK, track_id=track_id))
        await library.run(LET_GO_ASKED, track_id=track_id)
    await library.run(FORGET_EMPTY_ASKED)
    return [CopyId(row[0]) for row in await library.all(UNKEPT, ids=json.dumps(sorted(copy_ids)))]


async def let_go_of_rule(library: Writer, rule_id: RuleId, track_ids: Sequence[LocalTrackId]) -> list[CopyId]:
    """One wish is taken back; others for the same recordings stay. The copies that nothing keeps any more."""
    copy_ids: set[int] = set()
    for track_id in track_ids:
        copy_ids.update(row[0] for row in await library.all(COPIES_OF_TRACK, track_id=track_id))
    await remove_rule(library, rule_id)
    return [CopyId(row[0]) for row in await library.all(UNKEPT, ids=json.dumps(sorted(copy_ids)))]


async def kept_tracks(library: Reader, rule_id: RuleId) -> list[LocalTrackId]:
    """What it keeps now, or wants to."""
    return [LocalTrackId(row[0]) for row in await library.all(KEPT_BY, rule_id=rule_id)]


async def keeps_follow_recordings(library: Writer) -> None:
    """What is wanted of a recording that became part of another is wanted of that one; and what was fetched for one
    that is two again, of the one whose it is."""
    for _ in range(100):
        if not await library.run(FOLLOW_MERGES):
            break
    await library.run(FOLLOW_SPLITS)
    await library.run(FORGET_LOST)


async def forget_unwanted_tasks(library: Writer) -> int:
    """Automatic tasks that no rule wants any more."""
    return await library.run(FORGET_UNWANTED_TASKS)


async def kept_because(library: Reader, track_id: LocalTrackId) -> tuple[str, ...]:
    """In words: `you asked: album Night Drive`, `playlist Night Drive`, `rule recently played`."""
    reasons: list[str] = []
    for kind, name, query in await library.all(WHY_TRACK, track_id=track_id):
        if kind == RuleKind.ASKED:
            reasons.append(f"you asked: {name}")
        elif query == IN_ANY_PLAYLIST:
            reasons += [f"playlist {row[0]}" for row in await library.all(PLAYLISTS_OF, track_id=track_id)]
        else:
            reasons.append(f"rule {name}")
    return tuple(reasons)


async def weights_of(library: Reader, track_ids: Sequence[LocalTrackId]) -> dict[LocalTrackId, int]:
    """What all rules that want each of them weigh together; what no rule wants is not in it."""
    return {LocalTrackId(row[0]): row[1] for row in await library.all(WEIGHTS, ids=json.dumps(list(track_ids)))}


async def wanted_quality(library: Reader, track_id: LocalTrackId) -> StreamQuality:
    """The best of what is wanted of it."""
    wanted = [StreamQuality(row[0]) for row in await library.all(WANTED_QUALITIES, track_id=track_id)]
    return max(wanted, key=list(StreamQuality).index, default=StreamQuality.ORIGINAL)


async def is_asked(library: Reader, track_id: LocalTrackId) -> bool:
    """A person wants it here."""
    return await library.one(IS_ASKED, track_id=track_id) is not None
