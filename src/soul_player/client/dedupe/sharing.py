"""SQL of which entries make up a recording."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from soul_player.client.dedupe.said import Names
from soul_player.database.access import Reader

ENTRIES_OF_TRACKS = """
    SELECT track_sources.track_id, track_sources.id, track_sources.source_id, track_sources.remote_id,
           track_sources.audio_hash
      FROM json_each(:track_ids) wanted
      JOIN track_sources ON track_sources.track_id = wanted.value
"""


@dataclass(frozen=True)
class Part:
    """One entry of a recording."""

    track_id: int
    entry_id: int
    source_id: int
    names: Names


async def parts_of_tracks(library: Reader, track_ids: Iterable[int]) -> list[Part]:
    """Of each of these recordings."""
    rows = await library.all(ENTRIES_OF_TRACKS, track_ids=json.dumps(sorted(track_ids)))
    return [Part(row[0], row[1], row[2], Names(row[3], row[4])) for row in rows]
