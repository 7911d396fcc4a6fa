"""SQL of which entries make up a recording."""

import json
from collections.abc import Iterable

from soul_player.database.access import Reader, Row

ENTRIES_OF_TRACKS = """
    SELECT track_sources.track_id, track_sources.id, track_sources.source_id
      FROM json_each(:track_ids) wanted
      JOIN track_sources ON track_sources.track_id = wanted.value
"""


async def entries_of_tracks(library: Reader, track_ids: Iterable[int]) -> list[Row]:
    """(recording, entry, source) of each."""
    return await library.all(ENTRIES_OF_TRACKS, track_ids=json.dumps(sorted(track_ids)))
