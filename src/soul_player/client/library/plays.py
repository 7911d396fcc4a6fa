"""What was played on this device: the history, and one recording's share of it."""

from dataclasses import dataclass

from soul_player.client.library.model import LocalTrackId
from soul_player.database.access import Database, Reader, Row

PLAYS_MAX = 500

RECENT = """
    SELECT hex(plays.play_id), plays.track_id, plays.played_at, plays.duration_played, sources.name
      FROM plays
      LEFT JOIN sources ON sources.id = plays.source_id
     WHERE plays.played_at < :before_ms
     ORDER BY plays.played_at DESC, plays.play_id DESC
     LIMIT :count
"""

OF_TRACK = """
    SELECT hex(plays.play_id), plays.track_id, plays.played_at, plays.duration_played, sources.name
      FROM plays
      LEFT JOIN sources ON sources.id = plays.source_id
     WHERE plays.track_id = :track_id
     ORDER BY plays.played_at DESC, plays.play_id DESC
     LIMIT :count
"""


@dataclass(frozen=True)
class Play:
    """`told`: the source that is told of it; None: no source holds the recording yet."""

    id: str
    track_id: LocalTrackId
    played_at_ms: int
    seconds: float
    told: str | None


class Plays:
    """Reads only: `client.edits.record_play` writes."""

    def __init__(self, library: Database) -> None:
        self._library = library

    async def recent(self, *, before_ms: int, count: int = 100) -> list[Play]:
        """The last ones before this time, the newest first; at most `PLAYS_MAX`."""
        return await self._library.read(_recent, before_ms, min(count, PLAYS_MAX))

    async def of(self, track_id: LocalTrackId, *, count: int = 100) -> list[Play]:
        """Of one recording, the newest first."""
        return await self._library.read(_of, track_id, min(count, PLAYS_MAX))


async def _recent(library: Reader, before_ms: int, count: int) -> list[Play]:
    return [_play(row) for row in await library.all(RECENT, before_ms=before_ms, count=count)]


async def _of(library: Reader, track_id: LocalTrackId, count: int) -> list[Play]:
    return [_play(row) for row in await library.all(OF_TRACK, track_id=track_id, count=count)]


def _play(row: Row) -> Play:
    return Play(row[0].lower(), LocalTrackId(row[1]), row[2], row[3], row[4])
