"""SQL that keeps rows and files in step: copies that were lost, files without a row, and what is missing of a wish."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.client.library.copies import add_copy, remove_copies
from soul_player.client.library.copy_links import link_copy
from soul_player.client.library.download_model import PRIORITY_ASKED, CopyId, NewCopy
from soul_player.client.library.download_tasks import add_automatic, add_task, find_task_of
from soul_player.client.library.keeps import wanted_quality
from soul_player.client.library.model import LocalTrackId
from soul_player.database.access import Writer
from soul_player.protocol.quality import StreamQuality

# What was wanted of a copy: by its entries' recordings, and by what it was fetched for.
WANTED_OF = """
    SELECT keeps.track_id, MAX(rules.kind = 'asked')
      FROM keeps
      JOIN rules ON rules.id = keeps.rule_id
     WHERE keeps.copy_id = :copy_id
        OR keeps.track_id IN (SELECT track_id FROM track_sources WHERE copy_id = :copy_id)
     GROUP BY keeps.track_id
"""

ENTRY_OF_BYTES = """
    SELECT id, track_id, content_type, audio_hash
      FROM track_sources
     WHERE file_size = :size_bytes
       AND file_hash = :file_hash
     ORDER BY id
     LIMIT 1
"""

# Kept, yet not here, or here only as what it was before its audio changed. The weightiest first.
MISSING = """
    SELECT keeps.track_id, MAX(rules.kind = 'asked'),
           EXISTS (SELECT 1
                     FROM track_sources entry
                    WHERE entry.track_id = keeps.track_id
                      AND entry.copy_id IS NOT NULL)
      FROM keeps
      JOIN rules ON rules.id = keeps.rule_id
     WHERE NOT EXISTS (SELECT 1 FROM download_tasks task WHERE task.track_id = keeps.track_id)
       AND NOT EXISTS (SELECT 1
                         FROM track_sources entry
                         LEFT JOIN copies ON copies.id = entry.copy_id
                        WHERE entry.track_id = keeps.track_id
                          AND (entry.status = 'local_file'
                               OR (copies.id IS NOT NULL
                                   AND (entry.file_hash IS NULL OR copies.file_hash = entry.file_hash
                                        OR copies.audio_hash = entry.audio_hash))))
       AND EXISTS (SELECT 1
                     FROM track_sources entry
                    WHERE entry.track_id = keeps.track_id
                      AND entry.status IN ('stream_only', 'cached'))
     GROUP BY keeps.track_id
     ORDER BY MAX(rules.kind = 'asked') DESC, SUM(rules.weight) DESC, keeps.track_id
     LIMIT :count
"""

MISSING_MAX = 20_000


@dataclass(frozen=True)
class Orphan:
    """A file that has the bytes that its name says, and no row."""

    sha256: bytes
    size_bytes: int


async def lose_copies(library: Writer, copy_ids: Sequence[CopyId], *, now_ms: int) -> list[bytes]:
    """Their files are gone or damaged: no row says `cached` any more, and what is wanted of them is fetched again."""
    wanted: dict[int, bool] = {}
    for copy_id in copy_ids:
        for track_id, is_asked in await library.all(WANTED_OF, copy_id=copy_id):
            wanted[track_id] = wanted.get(track_id, False) or bool(is_asked)
    removed = await remove_copies(library, copy_ids)
    for track_id, is_asked in wanted.items():
        await _fetch_again(library, LocalTrackId(track_id), is_asked=is_asked, now_ms=now_ms)
    return removed


async def adopt_orphan(library: Writer, orphan: Orphan, *, now_ms: int) -> None:
    """Its bytes were read and are right: it is a copy again, for whatever has this hash now or later."""
    file_hash = f"sha256:{orphan.sha256.hex()}"
    entry = await library.one(ENTRY_OF_BYTES, size_bytes=orphan.size_bytes, file_hash=file_hash)
    entry_id, track_id, content_type, audio_hash = entry or (0, 0, "application/octet-stream", None)
    new = NewCopy(orphan.sha256, orphan.size_bytes, content_type, StreamQuality.ORIGINAL, file_hash, audio_hash)
    copy_id = await add_copy(library, new, now_ms=now_ms)
    if entry is not None:
        await link_copy(
            library, copy_id, orphan.sha256, entry_id=entry_id, track_id=track_id, size_bytes=orphan.size_bytes
        )


async def queue_missing(library: Writer, *, now_ms: int) -> list[LocalTrackId]:
    """Tasks for what is kept and not here. What changed at its source waits behind all that is not here at all."""
    rows = await library.all(MISSING, count=MISSING_MAX)
    for track_id, is_asked, is_here in rows:
        await _fetch_again(library, LocalTrackId(track_id), is_asked=is_asked and not is_here, now_ms=now_ms)
    return [LocalTrackId(row[0]) for row in rows]


async def _fetch_again(library: Writer, track_id: LocalTrackId, *, is_asked: bool, now_ms: int) -> None:
    quality = await wanted_quality(library, track_id)
    if not is_asked:
        await add_automatic(library, track_id, quality=quality, now_ms=now_ms)
    elif await find_task_of(library, track_id) is None:
        await add_task(library, track_id, quality=quality, priority=PRIORITY_ASKED, now_ms=now_ms)
