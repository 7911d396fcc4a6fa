"""The files of this device that hold a track: what they are, and what becomes of the row when one is not there."""

from dataclasses import dataclass

from soul_player.client.library.model import LocalTrackId, SourceId, TrackSource
from soul_player.client.library.paths import stored_path
from soul_player.client.library.tracks import refresh_statuses
from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import TrackId, id_bytes, id_text
from soul_player.protocol.quality import StreamQuality

COPIES_OF = """
    SELECT track_sources.source_id, track_sources.remote_id, copies.sha256, copies.size_bytes, copies.content_type,
           copies.quality
      FROM track_sources
      JOIN copies ON copies.id = track_sources.copy_id
     WHERE track_sources.track_id = :track_id
       AND track_sources.path IS NOT NULL
"""

# Of a recording that no source holds any more: named as in ORPHANS_FILE of library/lists.py.
COPY_OF_ORPHAN = """
    SELECT 0, substr(copies.sha256, 1, 16), copies.sha256, copies.size_bytes, copies.content_type, copies.quality
      FROM orphans
      JOIN copies ON copies.id = orphans.copy_id
     WHERE orphans.track_id = :track_id
"""

# The path is part of the question: whoever has put another file there meanwhile is right.
FORGET_FILE = """
    UPDATE track_sources
       SET status = CASE status WHEN 'cached' THEN 'stream_only' ELSE 'unavailable' END, path = NULL, copy_id = NULL
     WHERE source_id = :source_id
       AND remote_id = :remote_id
       AND path = :path
    RETURNING track_id
"""


@dataclass(frozen=True)
class CopyFile:
    """What the bytes of a copy are; `sha256` is theirs, in hexadecimal digits."""

    sha256: str
    size_bytes: int
    content_type: str
    quality: StreamQuality


async def copies_of(library: Reader, track_id: LocalTrackId) -> dict[tuple[SourceId, TrackId], CopyFile]:
    """By the row that it serves."""
    rows = await library.all(COPIES_OF, track_id=track_id) or await library.all(COPY_OF_ORPHAN, track_id=track_id)
    return {
        (SourceId(row[0]), TrackId(id_text(row[1]))): CopyFile(row[2].hex(), row[3], row[4], StreamQuality(row[5]))
        for row in rows
    }


async def forget_file(library: Writer, row: TrackSource) -> None:
    """A copy can be streamed again; a file of a folder is gone until the folder is read again."""
    path = None if row.path is None else stored_path(row.path)
    changed = await library.one(FORGET_FILE, source_id=row.source_id, remote_id=id_bytes(row.remote_id), path=path)
    if changed is not None:
        await refresh_statuses(library, [changed[0]])
