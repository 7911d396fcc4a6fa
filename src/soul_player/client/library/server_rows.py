"""SQL of what servers say of a user's playlists, favourites, ratings and plays: rows as they came."""

from collections.abc import Sequence

from soul_player.client.library.model import SourceId
from soul_player.client.library.overlay import Header, Marks, ShownEntry
from soul_player.database.access import Reader, Row, Writer
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.playlist import Entry, Playlist, UserData
from soul_player.protocol.times import time_ms

# Ignored at or below the position that is known, unless that was told by an earlier run (C3).
PUT_PLAYLIST = """
    INSERT INTO server_playlists (source_id, id, seq, run, name, description, created_at, updated_at)
    VALUES (:source_id, :id, :seq, :run, :name, :description, :created_at, :updated_at)
        ON CONFLICT (source_id, id) DO UPDATE
       SET seq = excluded.seq, run = excluded.run, name = excluded.name, description = excluded.description,
           created_at = excluded.created_at, updated_at = excluded.updated_at, is_deleted = 0, hidden_by = NULL
     WHERE excluded.run > server_playlists.run OR excluded.seq > server_playlists.seq
"""

PUT_ENTRY = """
    INSERT INTO server_entries (source_id, id, playlist_id, track_id, position, added_at, seq, run)
    VALUES (:source_id, :id, :playlist_id, :track_id, :position, :added_at, :seq, :run)
        ON CONFLICT (source_id, id) DO UPDATE
       SET playlist_id = excluded.playlist_id, track_id = excluded.track_id, position = excluded.position,
           added_at = excluded.added_at, seq = excluded.seq, run = excluded.run, is_removed = 0
     WHERE excluded.run > server_entries.run OR excluded.seq > server_entries.seq
"""

PUT_USER_DATA = """
    INSERT INTO server_user_data (source_id, track_id, seq, run, play_count, last_played_at, favourite,
                                  favourited_at, rating, rated_at)
    VALUES (:source_id, :track_id, :seq, :run, :play_count, :last_played_at, :favourite, :favourited_at, :rating,
            :rated_at)
        ON CONFLICT (source_id, track_id) DO UPDATE
       SET seq = excluded.seq, run = excluded.run, play_count = excluded.play_count,
           last_played_at = excluded.last_played_at, favourite = excluded.favourite,
           favourited_at = excluded.favourited_at, rating = excluded.rating, rated_at = excluded.rated_at
     WHERE excluded.run > server_user_data.run OR excluded.seq > server_user_data.seq
"""

FIND_PLAYLIST = """
    SELECT name, description, created_at, updated_at, run, is_deleted
      FROM server_playlists
     WHERE source_id = :source_id
       AND id = :id
       AND hidden_by IS NULL
"""

ENTRIES_OF = """
    SELECT id, track_id, position, added_at, is_removed, run
      FROM server_entries
     WHERE source_id = :source_id
       AND playlist_id = :playlist_id
"""

FIND_ENTRY = """
    SELECT id, track_id, position, added_at, is_removed, run
      FROM server_entries
     WHERE source_id = :source_id
       AND id = :id
       AND playlist_id = :playlist_id
"""

PLAYLIST_OF_ENTRY = """
    SELECT playlist_id
      FROM server_entries
     WHERE source_id = :source_id
       AND id = :id
"""

REMOVE_ENTRY = """
    UPDATE server_entries
       SET is_removed = 1
     WHERE source_id = :source_id
       AND id = :id
"""

FORGET_REMOVED = """
    DELETE FROM server_entries
     WHERE source_id = :source_id
       AND playlist_id = :playlist_id
       AND is_removed = 1
"""

MARK_DELETED = """
    UPDATE server_playlists
       SET is_deleted = 1
     WHERE source_id = :source_id
       AND id = :id
"""

HIDE = """
    UPDATE server_playlists
       SET hidden_by = :question_id
     WHERE source_id = :source_id
       AND id = :id
"""

FORGET_ENTRIES = """
    DELETE FROM server_entries
     WHERE source_id = :source_id
       AND playlist_id = :id
"""

FORGET_PLAYLIST = """
    DELETE FROM server_playlists
     WHERE source_id = :source_id
       AND id = :id
"""

FORGET_USER_DATA = """
    DELETE FROM server_user_data
     WHERE source_id = :source_id
       AND track_id = :track_id
"""

NEWEST_SEQ = """
    SELECT MAX(COALESCE((SELECT seq FROM server_playlists WHERE source_id = :source_id AND id = :id), 0),
               COALESCE((SELECT MAX(seq) FROM server_entries
                          WHERE source_id = :source_id AND playlist_id = :id), 0))
"""

STALE_PLAYLISTS = """
    SELECT id
      FROM server_playlists
     WHERE source_id = :source_id
       AND run < :run
       AND is_deleted = 0
"""

# Of playlists that the run told of, or that nobody knows: those of a stale one share its fate.
STALE_ENTRIES = """
    SELECT entry.id, entry.playlist_id
      FROM server_entries entry
      LEFT JOIN server_playlists playlist ON playlist.source_id = entry.source_id AND playlist.id = entry.playlist_id
     WHERE entry.source_id = :source_id
       AND entry.run < :run
       AND entry.is_removed = 0
       AND (playlist.id IS NULL OR playlist.run >= :run)
"""

STALE_USER_DATA = """
    SELECT track_id, favourite, favourited_at, rating, rated_at
      FROM server_user_data
     WHERE source_id = :source_id
       AND run < :run
"""

FIND_USER_DATA = """
    SELECT favourite, favourited_at, rating, rated_at, play_count, last_played_at, run, seq
      FROM server_user_data
     WHERE source_id = :source_id
       AND track_id = :track_id
"""

ALL_PLAYLISTS = """
    SELECT id
      FROM server_playlists
     WHERE source_id = :source_id
"""

ALL_TRACKS = """
    SELECT track_id
      FROM server_user_data
     WHERE source_id = :source_id
"""

FORGET_ALL = (
    "DELETE FROM server_entries WHERE source_id = :source_id",
    "DELETE FROM server_playlists WHERE source_id = :source_id",
    "DELETE FROM server_user_data WHERE source_id = :source_id",
)


async def put_playlists(library: Writer, source_id: SourceId, run: int, playlists: Sequence[Playlist]) -> None:
    """Headers of a page."""
    rows = [
        (source_id, id_bytes(one.id), one.seq, run, one.name, one.description, one.created_at, one.updated_at)
        for one in playlists
    ]
    await library.run_many(PUT_PLAYLIST, rows)


async def put_entries(library: Writer, source_id: SourceId, run: int, entries: Sequence[Entry]) -> None:
    """Entries of a page."""
    rows = [
        (
            source_id,
            id_bytes(one.id),
            id_bytes(one.playlist_id),
            id_bytes(one.track_id),
            one.position,
            one.added_at,
            one.seq,
            run,
        )
        for one in entries
    ]
    await library.run_many(PUT_ENTRY, rows)


async def put_user_data(library: Writer, source_id: SourceId, run: int, rows: Sequence[UserData]) -> None:
    """User data of a page."""
    await library.run_many(
        PUT_USER_DATA,
        [
            (
                source_id,
                id_bytes(one.track_id),
                one.seq,
                run,
                one.play_count,
                one.last_played_at,
                int(one.favourite),
                one.favourited_at,
                one.rating,
                one.rated_at,
            )
            for one in rows
        ],
    )


async def find_header(library: Reader, source_id: SourceId, uid: bytes) -> Header | None:
    """None: there is none, or a person's answer took it away."""
    row = await library.one(FIND_PLAYLIST, source_id=source_id, id=uid)
    return None if row is None else Header(row[0], row[1], row[2], row[3], run=row[4], is_orphan=bool(row[5]))


async def entries_of(library: Reader, source_id: SourceId, uid: bytes) -> list[ShownEntry]:
    """Every place of a playlist, the removed ones too."""
    return [_entry(row) for row in await library.all(ENTRIES_OF, source_id=source_id, playlist_id=uid)]


async def find_server_entry(
    library: Reader, source_id: SourceId, entry_id: bytes, *, playlist: bytes
) -> ShownEntry | None:
    """One place of that playlist."""
    row = await library.one(FIND_ENTRY, source_id=source_id, id=entry_id, playlist_id=playlist)
    return None if row is None else _entry(row)


async def playlist_of_entry(library: Reader, source_id: SourceId, entry_id: bytes) -> bytes | None:
    """Where the server has it."""
    row = await library.one(PLAYLIST_OF_ENTRY, source_id=source_id, id=entry_id)
    return None if row is None else bytes(row[0])


async def forget_playlist(library: Writer, source_id: SourceId, uid: bytes) -> None:
    """The header and all its entries."""
    await library.run(FORGET_ENTRIES, source_id=source_id, id=uid)
    await library.run(FORGET_PLAYLIST, source_id=source_id, id=uid)


async def newest_seq(library: Reader, source_id: SourceId, uid: bytes) -> int:
    """The greatest position of it and its entries."""
    row = await library.one(NEWEST_SEQ, source_id=source_id, id=uid)
    assert row is not None
    return int(row[0])


async def find_user_data(library: Reader, source_id: SourceId, track_id: bytes) -> tuple[Marks, int] | None:
    """The row of one track and the run that brought it."""
    row = await library.one(FIND_USER_DATA, source_id=source_id, track_id=track_id)
    if row is None:
        return None
    marks = Marks(bool(row[0]), _ms(row[1]), row[2], _ms(row[3]), row[4], _ms(row[5]))
    return marks, int(row[6])


def _entry(row: Row) -> ShownEntry:
    return ShownEntry(bytes(row[0]), bytes(row[1]), row[2], row[3], is_removed=bool(row[4]), run=row[5])


def _ms(text: str | None) -> int | None:
    return None if text is None else time_ms(text)
