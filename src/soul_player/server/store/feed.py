"""Pages of the feeds: what a cursor is owed, read together with the head it is measured against."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter

from soul_player.database.access import Reader, Row
from soul_player.protocol.cursor import Cursor, Feed
from soul_player.protocol.ids import EraId
from soul_player.server.store.eras import Standing, read_newest_era, read_standing

# Page and head in one statement, hence one snapshot (S2). The head's row comes even when nothing else does.
# The limit stands inside: PostgreSQL does not see that there is one head only, and would otherwise join and sort all
# that is left of the feed for every page (quadratic over a run). The order outside is `_in_order`'s.
FIRST_TRACKS = """
    SELECT head.seq, head.floor_seq, page.seq, tracks.body
      FROM sync_head head
      LEFT JOIN (
               SELECT seq, entity_id
                 FROM sync_change
                WHERE scope = :scope
                  AND feed = 'tracks'
                  AND seq > :after
                  AND seq <= :head0
                  AND deleted = 0
                ORDER BY seq
                LIMIT :count
           ) page ON TRUE
      LEFT JOIN tracks ON tracks.id = page.entity_id
     WHERE head.scope = :scope
"""

LATER_TRACKS = """
    SELECT head.seq, head.floor_seq, page.seq, tracks.body, page.created_seq, page.deleted, page.entity_id
      FROM sync_head head
      LEFT JOIN (
               SELECT seq, created_seq, deleted, entity_id
                 FROM sync_change
                WHERE scope = :scope
                  AND feed = 'tracks'
                  AND seq > :after
                ORDER BY seq
                LIMIT :count
           ) page ON TRUE
      LEFT JOIN tracks ON tracks.id = page.entity_id
     WHERE head.scope = :scope
"""

HEAD = """
    SELECT seq, floor_seq
      FROM sync_head
     WHERE scope = :scope
"""

# Counted once, at the beginning of an initial run.
COUNT_LIVE = """
    SELECT COUNT(*)
      FROM sync_change
     WHERE scope = :scope
       AND kind = :kind
       AND deleted = 0
       AND seq <= :head0
"""


class Refusal(StrEnum):
    """Why a cursor that is one of ours cannot be gone on from."""

    EXPIRED = "expired"
    DIVERGED = "diverged"


class CursorRefused(Exception):
    """The position is no longer servable: the client starts anew (410)."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True)
class TracksSlice:
    """Encoded rows of one page. In an initial run only `live` is filled (and `total` is known)."""

    live: Sequence[bytes]
    new: Sequence[bytes]
    updated: Sequence[bytes]
    deleted: Sequence[bytes]
    next_cursor: Cursor
    has_more: bool
    is_initial: bool
    head: int
    total: int | None = None


async def read_tracks(store: Reader, scope: str, cursor: Cursor | None, *, limit: int) -> TracksSlice:
    """The page after `cursor` (None: the first of an initial run). Raises `CursorRefused`."""
    if cursor is None:
        cursor = await begin(store, scope, Feed.TRACKS, kind="track")
    standing = await read_standing(store, scope, cursor.era)
    if cursor.head0 is not None:
        return await _initial_tracks(store, cursor, standing, limit=limit)
    return await _incremental_tracks(store, cursor, standing, limit=limit)


async def begin(store: Reader, scope: str, feed: Feed, *, kind: str) -> Cursor:
    """The start of an initial run: `head0` is fixed and the live rows are counted, once."""
    era = await read_newest_era(store)
    assert era is not None, "no era was ever minted"
    row = await store.one(HEAD, scope=scope)
    assert row is not None, f"scope {scope} was never opened"
    head = int(row[0])
    counted = await store.one(COUNT_LIVE, scope=scope, kind=kind, head0=head)
    assert counted is not None
    return Cursor(feed, scope, era, after=0, seen=head, base=head, head0=head, total=int(counted[0]))


async def check_standing(store: Reader, cursor: Cursor) -> int:
    """The head, once the cursor is found good; reads no rows. Raises `CursorRefused`."""
    row = await store.one(HEAD, scope=cursor.scope)
    assert row is not None, f"scope {cursor.scope} was never opened"
    head, floor_seq = int(row[0]), int(row[1])
    check(cursor, await read_standing(store, cursor.scope, cursor.era), head=head, floor_seq=floor_seq)
    return head


def check(cursor: Cursor, standing: Standing, *, head: int, floor_seq: int) -> None:
    """Raise `CursorRefused` unless the history holds the cursor and no tombstone it is owed was purged.

    To an initial run only the tombstones after `head0` matter: it never saw what was deleted before.
    """
    if not standing.holds(cursor.seen, head=head):
        raise CursorRefused(Refusal.DIVERGED)
    if floor_seq > (cursor.after if cursor.head0 is None else cursor.head0):
        raise CursorRefused(Refusal.EXPIRED)


def advance(cursor: Cursor, *, era: EraId, head: int, last: int | None) -> tuple[Cursor, bool]:
    """The next cursor, and whether there is more. `last`: the page's last position, None when it holds the rest."""
    seen = max(cursor.seen, head)
    if cursor.head0 is not None and last is not None:
        return Cursor(cursor.feed, cursor.scope, era, last, seen, cursor.base, cursor.head0, cursor.total), True
    if cursor.head0 is not None:
        # The last initial page: what changed meanwhile stands above head0 and comes in the incremental run.
        after = cursor.head0
        return Cursor(cursor.feed, cursor.scope, era, after, seen, base=after), head > after
    if last is not None:
        return Cursor(cursor.feed, cursor.scope, era, last, seen, cursor.base), True
    return Cursor(cursor.feed, cursor.scope, era, head, head, base=head), False


async def _initial_tracks(store: Reader, cursor: Cursor, standing: Standing, *, limit: int) -> TracksSlice:
    assert cursor.head0 is not None
    rows = await store.all(FIRST_TRACKS, scope=cursor.scope, after=cursor.after, head0=cursor.head0, count=limit + 1)
    head, floor_seq = rows[0][0], rows[0][1]
    check(cursor, standing, head=head, floor_seq=floor_seq)
    page = rows[:limit] if rows[0][2] is not None else []
    last = page[-1][2] if len(rows) > limit else None
    following, has_more = advance(cursor, era=standing.newest, head=head, last=last)
    return TracksSlice(
        [row[3] for row in page], (), (), (), following, has_more, is_initial=True, head=head, total=cursor.total
    )


async def _incremental_tracks(store: Reader, cursor: Cursor, standing: Standing, *, limit: int) -> TracksSlice:
    rows = _in_order(await store.all(LATER_TRACKS, scope=cursor.scope, after=cursor.after, count=limit + 1))
    head, floor_seq = rows[0][0], rows[0][1]
    check(cursor, standing, head=head, floor_seq=floor_seq)
    page = rows[:limit] if rows[0][2] is not None else []
    last = page[-1][2] if len(rows) > limit else None
    following, has_more = advance(cursor, era=standing.newest, head=head, last=last)
    new: list[bytes] = []
    updated: list[bytes] = []
    deleted: list[bytes] = []
    for _, _, _, body, created_seq, is_deleted, entity_id in page:
        if is_deleted:
            deleted.append(entity_id)
        elif created_seq > cursor.base:
            new.append(body)
        else:
            updated.append(body)
    return TracksSlice((), new, updated, deleted, following, has_more, is_initial=False, head=head)


def _in_order(rows: list[Row]) -> list[Row]:
    """By position. They nearly always are already, which costs a tenth of a sort over whole rows in the database."""
    if len(rows) > 1:
        rows.sort(key=_position)
    return rows


_position = itemgetter(2)
