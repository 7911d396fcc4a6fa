"""What stands in the databases of a world, read past the product's own code: the laws trust nothing else."""

import sqlite3
from dataclasses import dataclass
from typing import Any

import msgspec

from soul_player.protocol.cursor import Cursor, Feed, decode_cursor
from soul_player.protocol.track import Track

LIBRARY = "library"


@dataclass(frozen=True)
class Change:
    """One row of the change log."""

    kind: str
    entity_id: bytes
    seq: int
    is_deleted: bool


class ServerView:
    """The store at one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._key = bytes(self._all("SELECT value FROM server_secret WHERE name = 'cursor_key'")[0][0])

    def _all(self, sql: str, *values: Any) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def head(self, scope: str) -> int:
        """The newest position."""
        return int(self._all("SELECT seq FROM sync_head WHERE scope = ?", scope)[0][0])

    def newest_era(self) -> str:
        """The history that positions belong to now."""
        return str(self._all("SELECT era FROM sync_era ORDER BY ordinal DESC LIMIT 1")[0][0])

    def changes(self, scope: str, feed: Feed) -> list[Change]:
        """The whole change log of a feed."""
        rows = self._all(
            "SELECT kind, entity_id, seq, deleted FROM sync_change WHERE scope = ? AND feed = ?", scope, feed.value
        )
        return [Change(kind, bytes(entity_id), seq, bool(deleted)) for kind, entity_id, seq, deleted in rows]

    def tracks(self) -> dict[bytes, Track]:
        """Every track that is alive, decoded."""
        rows = self._all(
            "SELECT id, body FROM tracks JOIN sync_change ON entity_id = id "
            "WHERE scope = 'library' AND kind = 'track' AND deleted = 0"
        )
        return {bytes(track_id): msgspec.json.decode(body, type=Track) for track_id, body in rows}

    def cursor(self, text: str, feed: Feed, user_id: str) -> Cursor:
        """What is inside."""
        return decode_cursor(text, feed=feed, key=self._key, user_id=user_id)

    def holds(self, scope: str, era: str, seen: int) -> bool:
        """Whether a position is on this server's history (protocol, section 2, *Eras*)."""
        found = self._all("SELECT ordinal FROM sync_era WHERE era = ?", era)
        if not found:
            return False
        following = self._all("SELECT era FROM sync_era WHERE ordinal = ?", found[0][0] + 1)
        if not following:
            return seen <= self.head(scope)
        start = self._all("SELECT start_seq FROM sync_era_start WHERE scope = ? AND era = ?", scope, following[0][0])
        return seen <= (int(start[0][0]) if start else 0)


@dataclass(frozen=True)
class FeedState:
    """How far a device has read a feed."""

    source_id: int
    account_id: str
    cursor: str | None
    head: int | None
    run: int
    sweep_owed: bool


@dataclass(frozen=True)
class TrackRow:
    """What a device holds of a track."""

    run: int
    seq: int
    is_available: bool


class LibraryView:
    """The library of a device at one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self, sql: str, *values: Any) -> list[Any]:
        """Rows."""
        return self._connection.execute(sql, values).fetchall()

    def state(self, feed: Feed) -> FeedState | None:
        """None: the feed was never asked for."""
        rows = self.all(
            "SELECT source_id, account_id, cursor, head, run, sweep_owed FROM sync_state WHERE feed = ?", feed.value
        )
        if not rows:
            return None
        source_id, account_id, cursor, head, run, sweep_owed = rows[0]
        return FeedState(source_id, account_id, cursor, head, run, bool(sweep_owed))

    def standing(self) -> tuple[object, ...]:
        """Where the feed of tracks stands, and how many deletions are held."""
        rows = self.all("SELECT cursor, run, sweep_owed FROM sync_state WHERE feed = 'tracks'")
        return (*rows, self.all("SELECT COUNT(*) FROM held_deletions")[0][0])

    def track_rows(self) -> dict[bytes, TrackRow]:
        """By the server's id."""
        rows = self.all("SELECT remote_id, run, seq, status <> 'unavailable' FROM track_sources")
        return {bytes(remote_id): TrackRow(run, seq, bool(available)) for remote_id, run, seq, available in rows}

    def held(self) -> set[bytes]:
        """Deletions that were announced and not applied."""
        return {bytes(row[0]) for row in self.all("SELECT remote_id FROM held_deletions")}

    def track_values(self) -> dict[bytes, dict[str, Any]]:
        """Every available track with all its columns."""
        cursor = self._connection.execute("SELECT * FROM track_sources WHERE status <> 'unavailable'")
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor]
        return {bytes(row["remote_id"]): row for row in found}
