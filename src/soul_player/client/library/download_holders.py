"""SQL of who can give a recording's bytes, with what is known of each source."""

from soul_player.client.library.model import LocalTrackId
from soul_player.database.access import Reader, Row

HOLDERS = """
    SELECT entry.id, entry.source_id, sources.type, sources.name, sources.is_active, sources.is_offline,
           sources.needs_sign_in, entry.remote_id, entry.status, entry.file_size, entry.content_type, entry.file_hash,
           entry.audio_hash, entry.artwork_id
      FROM track_sources entry
      JOIN sources ON sources.id = entry.source_id
     WHERE entry.track_id = :track_id
     ORDER BY entry.id
"""

SIZE = """
    SELECT MIN(file_size)
      FROM track_sources
     WHERE track_id = :track_id
       AND status <> 'unavailable'
"""


async def holder_rows(library: Reader, track_id: LocalTrackId) -> list[Row]:
    """In the order of HOLDERS."""
    return await library.all(HOLDERS, track_id=track_id)


async def size_of(library: Reader, track_id: LocalTrackId) -> int | None:
    """About how much there is to fetch; None: nobody has it."""
    row = await library.one(SIZE, track_id=track_id)
    assert row is not None
    return None if row[0] is None else int(row[0])
