"""Pages of the two feeds of a user: playlists with their entries, and user data."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.database.access import Reader, Row
from soul_player.protocol.cursor import Cursor, Feed
from soul_player.protocol.ids import EntryId, PlaylistId, TrackId, id_text
from soul_player.protocol.playlist import Entry, Playlist, UserData
from soul_player.protocol.times import time_text
from soul_player.server.store.eras import read_standing
from soul_player.server.store.feed import advance, begin, check
from soul_player.server.store.scopes import Kind

# As in `feed`: page and head in one statement, the limit inside. An initial run reads live rows up to its head0, a
# later one all rows: `most_deleted` and `upto` say which. Entries of a deleted playlist went with it, unlisted; they
# are left out before the limit, else ten thousand of them would be pages of nothing that say that there is more.
PLAYLISTS = """
    SELECT head.seq, head.floor_seq, page.seq, page.kind, page.entity_id, page.created_seq, page.deleted,
           playlists.name, playlists.description, playlists.created_at, playlists.updated_at,
           entries.playlist_id, entries.track_id, entries.position, entries.added_at
      FROM sync_head head
      LEFT JOIN (
               SELECT seq, kind, entity_id, created_seq, deleted
                 FROM sync_change
                WHERE scope = :scope
                  AND feed = 'playlists'
                  AND seq > :after
                  AND seq <= :upto
                  AND deleted <= :most_deleted
                  AND NOT (kind = 'entry' AND deleted = 0 AND EXISTS (
                          SELECT 1
                            FROM playlist_entries gone
                            JOIN playlists owner ON owner.user_id = gone.user_id AND owner.id = gone.playlist_id
                           WHERE gone.user_id = :user_id
                             AND gone.id = sync_change.entity_id
                             AND owner.deleted_at IS NOT NULL))
                ORDER BY seq
                LIMIT :count
           ) page ON TRUE
      LEFT JOIN playlists ON page.kind = 'playlist' AND playlists.user_id = :user_id AND playlists.id = page.entity_id
      LEFT JOIN playlist_entries entries
             ON page.kind = 'entry' AND entries.user_id = :user_id AND entries.id = page.entity_id
     WHERE head.scope = :scope
"""

USER_DATA = """
    SELECT head.seq, head.floor_seq, page.seq, page.entity_id, page.created_seq, page.deleted,
           marks.play_count, marks.last_played_at, marks.favourite, marks.favourited_at, marks.rating, marks.rated_at,
           marks.updated_at
      FROM sync_head head
      LEFT JOIN (
               SELECT seq, entity_id, created_seq, deleted
                 FROM sync_change
                WHERE scope = :scope
                  AND feed = 'user-data'
                  AND seq > :after
                  AND seq <= :upto
                  AND deleted <= :most_deleted
                ORDER BY seq
                LIMIT :count
           ) page ON TRUE
      LEFT JOIN user_data marks ON marks.user_id = :user_id AND marks.track_id = page.entity_id
     WHERE head.scope = :scope
"""

_NO_BOUND = 2**62


@dataclass(frozen=True)
class PlaylistsSlice:
    """Rows of one page. In an initial run only `live` and `entries` are filled."""

    live: Sequence[Playlist]
    new: Sequence[Playlist]
    updated: Sequence[Playlist]
    deleted: Sequence[PlaylistId]
    entries: Sequence[Entry]
    removed_entries: Sequence[EntryId]
    next_cursor: Cursor
    has_more: bool
    is_initial: bool
    head: int


@dataclass(frozen=True)
class UserDataSlice:
    """Rows of one page. In an initial run only `live` is filled."""

    live: Sequence[UserData]
    new: Sequence[UserData]
    updated: Sequence[UserData]
    deleted: Sequence[TrackId]
    next_cursor: Cursor
    has_more: bool
    is_initial: bool
    head: int


async def read_playlists(
    store: Reader, scope: str, user_id: bytes, cursor: Cursor | None, *, limit: int
) -> PlaylistsSlice:
    """The page after `cursor` (None: the first of an initial run). Raises `CursorRefused`."""
    cursor = cursor or await begin(store, scope, Feed.PLAYLISTS, kind=Kind.PLAYLIST)
    rows = await _rows(store, PLAYLISTS, user_id, cursor, limit=limit)
    page, following, has_more, head = await _page(store, cursor, rows, limit=limit)
    is_initial = cursor.head0 is not None
    live: list[Playlist] = []
    new: list[Playlist] = []
    updated: list[Playlist] = []
    deleted: list[PlaylistId] = []
    entries: list[Entry] = []
    removed: list[EntryId] = []
    for row in page:
        kind, entity_id, created_seq, is_deleted = row[3], row[4], row[5], row[6]
        if kind == Kind.PLAYLIST:
            if is_deleted:
                deleted.append(PlaylistId(id_text(entity_id)))
            else:
                (live if is_initial else new if created_seq > cursor.base else updated).append(_playlist(row))
        elif is_deleted:
            removed.append(EntryId(id_text(entity_id)))
        else:
            entries.append(_entry(row))
    return PlaylistsSlice(live, new, updated, deleted, entries, removed, following, has_more, is_initial, head)


async def read_user_data(
    store: Reader, scope: str, user_id: bytes, cursor: Cursor | None, *, limit: int
) -> UserDataSlice:
    """The page after `cursor` (None: the first of an initial run). Raises `CursorRefused`."""
    cursor = cursor or await begin(store, scope, Feed.USER_DATA, kind=Kind.USER_DATA)
    rows = await _rows(store, USER_DATA, user_id, cursor, limit=limit)
    page, following, has_more, head = await _page(store, cursor, rows, limit=limit)
    is_initial = cursor.head0 is not None
    live: list[UserData] = []
    new: list[UserData] = []
    updated: list[UserData] = []
    deleted: list[TrackId] = []
    for row in page:
        if row[5]:
            deleted.append(TrackId(id_text(row[3])))
        else:
            (live if is_initial else new if row[4] > cursor.base else updated).append(_user_data(row))
    return UserDataSlice(live, new, updated, deleted, following, has_more, is_initial, head)


async def _rows(store: Reader, sql: str, user_id: bytes, cursor: Cursor, *, limit: int) -> list[Row]:
    is_initial = cursor.head0 is not None
    rows = await store.all(
        sql,
        scope=cursor.scope,
        user_id=user_id,
        after=cursor.after,
        upto=cursor.head0 if cursor.head0 is not None else _NO_BOUND,
        most_deleted=0 if is_initial else 1,
        count=limit + 1,
    )
    # The head's row comes even when the page is empty, and the joins promise no order.
    rows.sort(key=lambda row: row[2] or 0)
    return rows


async def _page(store: Reader, cursor: Cursor, rows: list[Row], *, limit: int) -> tuple[list[Row], Cursor, bool, int]:
    head, floor_seq = int(rows[0][0]), int(rows[0][1])
    standing = await read_standing(store, cursor.scope, cursor.era)
    check(cursor, standing, head=head, floor_seq=floor_seq)
    page = rows[:limit] if rows[0][2] is not None else []
    last = int(page[-1][2]) if len(rows) > limit else None
    following, has_more = advance(cursor, era=standing.newest, head=head, last=last)
    return page, following, has_more, head


def _playlist(row: Row) -> Playlist:
    return Playlist(
        id=PlaylistId(id_text(row[4])),
        name=row[7],
        description=row[8],
        created_at=time_text(row[9]),
        updated_at=time_text(row[10]),
        seq=row[2],
    )


def _entry(row: Row) -> Entry:
    return Entry(
        id=EntryId(id_text(row[4])),
        playlist_id=PlaylistId(id_text(row[11])),
        track_id=TrackId(id_text(row[12])),
        position=row[13].decode(),
        added_at=time_text(row[14]),
        seq=row[2],
    )


def _user_data(row: Row) -> UserData:
    return UserData(
        track_id=TrackId(id_text(row[3])),
        play_count=row[6],
        last_played_at=None if row[7] is None else time_text(row[7]),
        favourite=bool(row[8]),
        favourited_at=None if row[9] is None else time_text(row[9]),
        rating=row[10],
        rated_at=None if row[11] is None else time_text(row[11]),
        updated_at=time_text(row[12]),
        seq=row[2],
    )
