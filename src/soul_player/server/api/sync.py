"""`/api/sync`: the heads, and the feed of tracks."""

from dataclasses import dataclass

import msgspec

from soul_player.database.access import Database, Reader
from soul_player.edges import Clock
from soul_player.protocol.codec import encode
from soul_player.protocol.cursor import Cursor, CursorInvalid, Feed, decode_cursor, encode_cursor
from soul_player.protocol.ids import EraId, UserId, id_text
from soul_player.protocol.page import Heads
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.times import time_text
from soul_player.server.api.acks import require_ack
from soul_player.server.api.answers import PRIVATE, Answer, Headers, json_answer, not_modified
from soul_player.server.api.calls import Call
from soul_player.server.api.etags import tag_matches
from soul_player.server.auth.sessions import check_session
from soul_player.server.auth.tokens import Presented
from soul_player.server.errors import RequestRefused
from soul_player.server.observing.metrics import Metrics
from soul_player.server.store.changes import read_heads
from soul_player.server.store.eras import read_newest_era
from soul_player.server.store.feed import CursorRefused, Refusal, TracksSlice, check_standing, read_tracks
from soul_player.server.store.heads import HeadsToHold
from soul_player.server.store.scopes import LIBRARY, user_scope
from soul_player.server.store.secrets import Secrets

LIMIT_DEFAULT = 100
LIMIT_MAX = 1000

_REFUSALS = {
    Refusal.EXPIRED: (ProblemCode.CURSOR_EXPIRED, "deletions that this cursor has not seen were forgotten: start anew"),
    Refusal.DIVERGED: (ProblemCode.CURSOR_DIVERGED, "this cursor belongs to another history: start anew"),
}


@dataclass(frozen=True)
class _Standing:
    """A cursor at the head of its feed: there is nothing to tell."""

    cursor: Cursor
    head: int


class SyncRoutes:
    """Every answer comes from one read, the session's check included."""

    def __init__(
        self, database: Database, secrets: Secrets, *, clock: Clock, heads: HeadsToHold, metrics: Metrics
    ) -> None:
        self._database = database
        self._metrics = metrics
        self._secrets = secrets
        self._clock = clock
        self._heads = heads

    async def heads(self, call: Call, presented: Presented) -> Answer:
        """`GET /api/sync/heads`: an idle sync of this server is this one request, and reads no row of any feed."""
        ack = call.query("ack")
        heads, era = await self._database.read(self._read_heads, presented, ack)
        for scope, head in heads.items():
            if await self._heads.has_fallen(scope, head):
                heads, era = await self._database.read(self._read_heads, presented, ack)
        tag = f'W/"heads.{era}.{".".join(str(heads[scope]) for scope in sorted(heads))}"'
        headers = _tagged(tag)
        if tag_matches(call.header(b"if-none-match"), tag):
            return not_modified(headers)
        message = Heads(self._secrets.server_id, era, heads, time_text(self._clock.now_ms()))
        return json_answer(encode(message), accept_encoding=call.accept_encoding, headers=headers)

    async def tracks(self, call: Call, presented: Presented) -> Answer:
        """`GET /api/sync/tracks`."""
        limit = call.query_int("limit", low=1, high=LIMIT_MAX, code=ProblemCode.INVALID_LIMIT) or LIMIT_DEFAULT
        text = call.query("cursor") or ""
        if_none_match = call.header(b"if-none-match")
        found, user_id = await self._read_tracks(presented, text, limit, if_none_match)
        if isinstance(found, _Standing):
            self._metrics.count_page(Feed.TRACKS.value, "nothing")
            return not_modified(_tagged(feed_tag(found.cursor, found.head)))
        self._metrics.count_page(Feed.TRACKS.value, "initial" if found.is_initial else "changes")
        cursor = encode_cursor(found.next_cursor, key=self._secrets.cursor_key, user_id=user_id)
        headers = _tagged(feed_tag(found.next_cursor, found.head))
        return json_answer(tracks_envelope(found, cursor), accept_encoding=call.accept_encoding, headers=headers)

    async def _read_tracks(
        self, presented: Presented, text: str, limit: int, if_none_match: str
    ) -> tuple[TracksSlice | _Standing, UserId]:
        try:
            found, user_id = await self._database.read(self._tracks_after, presented, text, limit, if_none_match)
            if await self._heads.has_fallen(LIBRARY, found.head):
                found, user_id = await self._database.read(self._tracks_after, presented, text, limit, if_none_match)
        except CursorInvalid as error:
            raise RequestRefused(ProblemCode.CURSOR_INVALID, f"not a cursor of this feed: {error}") from error
        except CursorRefused as error:
            raise cursor_refused(error) from error
        return found, user_id

    async def _tracks_after(
        self, store: Reader, presented: Presented, text: str, limit: int, if_none_match: str
    ) -> tuple[TracksSlice | _Standing, UserId]:
        session = await check_session(store, presented)
        user_id = session.user_id
        cursor = None
        if text:
            cursor = decode_cursor(text, feed=Feed.TRACKS, key=self._secrets.cursor_key, user_id=user_id)
            if if_none_match and cursor.head0 is None:
                # The cursor is checked before anything is said of it: a 304 to a lost one would keep it lost.
                head = await check_standing(store, cursor)
                if cursor.after == head and tag_matches(if_none_match, feed_tag(cursor, head)):
                    return _Standing(cursor, head), user_id
        return await read_tracks(store, LIBRARY, cursor, limit=limit), user_id

    async def _read_heads(self, store: Reader, presented: Presented, ack: str | None) -> tuple[dict[str, int], EraId]:
        user_id = (await check_session(store, presented)).user_id
        await require_ack(store, ack, key=self._secrets.cursor_key, user_id=user_id)
        era = await read_newest_era(store)
        assert era is not None, "a store is served only after its first era began"
        return await read_heads(store, own_scope=user_scope(user_id), library=LIBRARY), era


def tracks_envelope(found: TracksSlice, cursor: str) -> bytes:
    """The page's JSON. Its rows are encoded already: joining them is all that a page costs."""
    tail = b'"next_cursor":"%b","has_more":%b' % (cursor.encode(), b"true" if found.has_more else b"false")
    if found.is_initial:
        assert found.total is not None
        return b'{"tracks":[%b],%b,"total":%d}' % (b",".join(found.live), tail, found.total)
    return b'{"new_tracks":[%b],"updated_tracks":[%b],"deleted_tracks":%b,%b}' % (
        b",".join(found.new),
        b",".join(found.updated),
        msgspec.json.encode([id_text(track_id) for track_id in found.deleted]),
        tail,
    )


def cursor_refused(error: CursorRefused) -> RequestRefused:
    """410, with the code that says why."""
    code, detail = _REFUSALS[error.refusal]
    return RequestRefused(code, detail)


def feed_tag(cursor: Cursor, head: int) -> str:
    """What names a feed as it stands."""
    return f'W/"{cursor.feed}.{cursor.scope}.{cursor.era}.{head}"'


def _tagged(tag: str) -> Headers:
    return (*PRIVATE, (b"etag", tag.encode()))
