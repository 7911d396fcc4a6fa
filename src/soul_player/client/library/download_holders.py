"""SQL of who can give a recording's bytes, with what is known of each source."""

import json
from collections import defaultdict
from collections.abc import Sequence

from soul_player.client.library.model import LocalTrackId
from soul_player.database.access import Reader, Row

# The few that are asked about lead, not the library.
HOLDERS = """
    SELECT entry.track_id, entry.id, entry.source_id, sources.type, sources.name, sources.is_active, sources.is_offline,
           sources.needs_sign_in, entry.remote_id, entry.status, entry.file_size, entry.content_type, entry.file_hash,
           entry.audio_hash, entry.artwork_id
      FROM json_each(:ids) wanted
     CROSS JOIN track_sources entry ON entry.track_id = wanted.value
     CROSS JOIN sources ON sources.id = entry.source_id
     ORDER BY entry.track_id, entry.id
"""

SIZE = """
    SELECT MIN(file_size)
      FROM track_sources
     WHERE track_id = :track_id
       AND status <> 'unavailable'
"""


async def holder_rows(library: Reader, track_ids: Sequence[LocalTrackId]) -> defaultdict[LocalTrackId, list[Row]]:
    """Of each recording that some source has, in the order of HOLDERS, from the entry's id on."""
    found: defaultdict[LocalTrackId, list[Row]] = defaultdict(list)
    for row in await library.all(HOLDERS, ids=json.dumps(list(track_ids))):
        found[LocalTrackId(row[0])].append(row[1:])
    return found


async def size_of(library: Reader, track_id: LocalTrackId) -> int | None:
    """About how much there is to fetch; None: nobody has it."""
    row = await library.one(SIZE, track_id=track_id)
    assert row is not None
    return None if row[0] is None else int(row[0])
