"""SQL of what waits to be sent, put together as a person made it: so many tracks into this playlist, so many plays."""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.library.sync_queue import PLAYLISTS_PREFIX
from soul_player.database.access import Reader, Row
from soul_player.protocol.ids import id_bytes

# Of each heap the newest edit stands for all: SQLite takes the bare columns from the row that has the maximum.
HEAPS = """
    SELECT sync_queue.source_id, sources.name, CASE WHEN substr(group_key, 1, 2) = 'p:' THEN group_key END subject,
           operation, COUNT(*), MAX(sync_queue.created_at), group_key, held_track_id
      FROM sync_queue
      JOIN sources ON sources.id = sync_queue.source_id
     WHERE state IN ('waiting', 'sent')
     GROUP BY sync_queue.source_id, subject, operation
     ORDER BY MAX(sync_queue.created_at) DESC
"""

PLAYLIST_OF = """
    SELECT id, name, is_deleted
      FROM playlists
     WHERE source_id = :source_id
       AND uid = :uid
"""

TITLE_AT_SOURCE = """
    SELECT title
      FROM track_sources
     WHERE source_id = :source_id
       AND remote_id = :remote_id
"""

TITLE_OF_TRACK = """
    SELECT title
      FROM tracks
     WHERE id = :track_id
"""


class WaitingKind(StrEnum):
    """What a person would call it."""

    PLAYLIST = "playlist"
    FAVOURITES = "favourites"
    RATINGS = "ratings"
    PLAYS = "plays"


_KINDS = {
    "favourite.set": WaitingKind.FAVOURITES,
    "rating.set": WaitingKind.RATINGS,
    "play.add": WaitingKind.PLAYS,
}


@dataclass(frozen=True)
class WaitingEdits:
    """Edits of one kind that a source was not told of yet; of playlists, those of one playlist.

    `name`: the playlist's, else the title of the track that was edited last. `counts`: by operation of the protocol.
    """

    source_id: SourceId
    source_name: str
    kind: WaitingKind
    name: str | None
    playlist_id: int | None
    counts: dict[str, int]
    last_at_ms: int


async def list_waiting(library: Reader) -> list[WaitingEdits]:
    """The newest first."""
    heaps: defaultdict[tuple[int, WaitingKind, str | None], list[Row]] = defaultdict(list)
    for row in await library.all(HEAPS):
        heaps[(row[0], _KINDS.get(row[3], WaitingKind.PLAYLIST), row[2])].append(row)
    return [await _told(library, kind, subject, rows) for (_, kind, subject), rows in heaps.items()]


async def _told(library: Reader, kind: WaitingKind, subject: str | None, rows: list[Row]) -> WaitingEdits:
    source_id, source_name, _, _, _, last_at_ms, group_key, held_track_id = rows[0]
    playlist_id, name = None, None
    if subject is not None:
        uid = id_bytes(subject.removeprefix(PLAYLISTS_PREFIX))
        found = await library.one(PLAYLIST_OF, source_id=source_id, uid=uid)
        if found is not None:
            playlist_id, name = None if found[2] else found[0], found[1]
    else:
        name = await _title(library, SourceId(source_id), group_key, held_track_id)
    counts = {row[3]: row[4] for row in rows}
    return WaitingEdits(SourceId(source_id), source_name, kind, name, playlist_id, counts, last_at_ms)


async def _title(library: Reader, source_id: SourceId, group_key: str, held: LocalTrackId | None) -> str | None:
    if held is not None:
        row = await library.one(TITLE_OF_TRACK, track_id=held)
    else:
        row = await library.one(TITLE_AT_SOURCE, source_id=source_id, remote_id=id_bytes(group_key.partition(":")[2]))
    return None if row is None else row[0]
