"""`/api/sync`: pushed edits, the two feeds of a user, and the digest that proves two sides equal."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import msgspec

from soul_player.database.access import Database, Reader, Writer
from soul_player.edges import Clock
from soul_player.protocol.ack import Ack, encode_ack
from soul_player.protocol.cursor import Cursor, CursorInvalid, Feed, decode_cursor, encode_cursor
from soul_player.protocol.ids import UserId, id_bytes
from soul_player.protocol.operation import N_MAX, OPERATIONS_PER_PUSH_MAX
from soul_player.protocol.playlist import Digest
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.push import PushRequest, PushResponse, PushResult
from soul_player.protocol.times import BadTime, time_text
from soul_player.server.accept.batch import (
    Accepted,
    AckDiverged,
    Batch,
    DeviceCloned,
    HeadFell,
    Received,
    Result,
    accept_batch,
)
from soul_player.server.accept.receive import NoOperation, clock_behind_ms, receive
from soul_player.server.api.acks import ack_diverged, read_ack, require_ack
from soul_player.server.api.answers import NEVER_STORED, PRIVATE, Answer, json_answer, message_answer, not_modified
from soul_player.server.api.calls import Call
from soul_player.server.api.envelopes import playlists_envelope, user_data_envelope
from soul_player.server.api.etags import tag_matches
from soul_player.server.api.sync import LIMIT_DEFAULT, LIMIT_MAX, cursor_refused, feed_tag
from soul_player.server.auth.sessions import check_session
from soul_player.server.auth.tokens import Presented
from soul_player.server.errors import RequestRefused
from soul_player.server.observing.metrics import Metrics
from soul_player.server.store.changes import read_heads
from soul_player.server.store.digests import HEAD, read_digest
from soul_player.server.store.eras import read_newest_era
from soul_player.server.store.feed import CursorRefused, begin, check_standing
from soul_player.server.store.heads import HeadsToHold
from soul_player.server.store.scopes import LIBRARY, Kind, user_scope
from soul_player.server.store.secrets import Secrets
from soul_player.server.store.user_feeds import PlaylistsSlice, UserDataSlice, read_playlists, read_user_data

Slice = TypeVar("Slice", PlaylistsSlice, UserDataSlice)
# Told (scope, head) after the commit.
Announce = Callable[[str, int], None]

DIGESTS_KEPT = 1_000


@dataclass(frozen=True)
class _Standing:
    """A cursor at the head of its feed: there is nothing to tell."""

    cursor: Cursor
    head: int


@dataclass(frozen=True)
class _Page:
    """A page's JSON, its cursor, and the head that it was measured against."""

    body: bytes
    cursor: Cursor
    head: int
    is_initial: bool


class EditRoutes:
    """One transaction a request, the session's check included."""

    def __init__(
        self,
        database: Database,
        secrets: Secrets,
        *,
        clock: Clock,
        heads: HeadsToHold,
        announce: Announce,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._metrics = metrics
        self._key = secrets.cursor_key
        self._server_id = secrets.server_id
        self._clock = clock
        self._heads = heads
        self._announce = announce
        self._digests: dict[str, tuple[str, Digest]] = {}

    async def push(self, call: Call, presented: Presented) -> Answer:
        """`POST /api/sync/push`."""
        # Once before the body is taken, so that who is signed out is told that; and again where it counts, in the
        # transaction.
        await self._database.read(check_session, presented)
        request = await call.message(PushRequest)
        now_ms = self._clock.now_ms()
        accepted, heads, user_id = await self._taken(presented, request, now_ms)
        for scope, head in heads.items():
            self._heads.note(scope, head)
        self._metrics.count_pushed(result.status.value for result in accepted.results)
        if accepted.has_moved:
            self._announce(user_scope(user_id), accepted.head)
        ack = encode_ack(Ack(accepted.era, accepted.head), key=self._key, user_id=user_id)
        message = PushResponse(
            tuple(map(_result, accepted.results)), ack, heads, time_text(now_ms), self._server_id, accepted.era
        )
        return message_answer(message, accept_encoding=call.accept_encoding, headers=NEVER_STORED)

    async def playlists(self, call: Call, presented: Presented) -> Answer:
        """`GET /api/sync/playlists`."""
        return await self._feed(call, presented, Feed.PLAYLISTS, self._playlists_page)

    async def user_data(self, call: Call, presented: Presented) -> Answer:
        """`GET /api/sync/user-data`."""
        return await self._feed(call, presented, Feed.USER_DATA, self._user_data_page)

    async def digest(self, call: Call, presented: Presented) -> Answer:
        """`GET /api/sync/digest`."""
        message = await self._database.read(self._read_digest, presented, call.query("scope"))
        return message_answer(message, accept_encoding=call.accept_encoding)

    async def _taken(
        self, presented: Presented, request: PushRequest, now_ms: int
    ) -> tuple[Accepted, dict[str, int], UserId]:
        operations, behind_ms = _received(request, now_ms)
        try:
            try:
                return await self._database.write(
                    self._accept, presented, request, operations, behind_ms, now_ms=now_ms
                )
            except HeadFell as fallen:
                await self._heads.has_fallen(fallen.scope, fallen.head)
            return await self._database.write(self._accept, presented, request, operations, behind_ms, now_ms=now_ms)
        except AckDiverged as error:
            raise ack_diverged() from error
        except DeviceCloned as error:
            raise RequestRefused(
                ProblemCode.DEVICE_CLONED, "another home pushes under this device id: sign in under a new one"
            ) from error

    async def _accept(
        self,
        store: Writer,
        presented: Presented,
        request: PushRequest,
        operations: list[Received],
        behind_ms: int | None,
        *,
        now_ms: int,
    ) -> tuple[Accepted, dict[str, int], UserId]:
        session = await check_session(store, presented)
        if request.device_id != session.device_id:
            raise RequestRefused(ProblemCode.DEVICE_MISMATCH, "device_id is not that of the access token")
        ack = read_ack(request.ack, key=self._key, user_id=session.user_id)
        batch = Batch(
            user_id=id_bytes(session.user_id),
            scope=user_scope(session.user_id),
            device_id=session.device_id,
            operations=operations,
            clock_behind_ms=behind_ms,
            confirmed_through=request.confirmed_through,
            ack=None if ack is None else (ack.era, ack.seq),
            known_head=self._heads.known(user_scope(session.user_id)),
        )
        accepted = await accept_batch(store, batch, now_ms=now_ms)
        heads = await read_heads(store, own_scope=batch.scope, library=LIBRARY)
        return accepted, heads, session.user_id

    async def _feed(
        self,
        call: Call,
        presented: Presented,
        feed: Feed,
        read: Callable[[Reader, UserId, Cursor | None, int], Awaitable[_Page]],
    ) -> Answer:
        limit = call.query_int("limit", low=1, high=LIMIT_MAX, code=ProblemCode.INVALID_LIMIT) or LIMIT_DEFAULT
        try:
            found = await self._database.read(self._page_after, presented, call, feed, limit=limit, read=read)
            if await self._heads.has_fallen(found.cursor.scope, found.head):
                found = await self._database.read(self._page_after, presented, call, feed, limit=limit, read=read)
        except CursorInvalid as error:
            raise RequestRefused(ProblemCode.CURSOR_INVALID, f"not a cursor of this feed: {error}") from error
        except CursorRefused as error:
            raise cursor_refused(error) from error
        headers = (*PRIVATE, (b"etag", feed_tag(found.cursor, found.head).encode()))
        if isinstance(found, _Standing):
            self._metrics.count_page(feed.value, "nothing")
            return not_modified(headers)
        self._metrics.count_page(feed.value, "initial" if found.is_initial else "changes")
        return json_answer(found.body, accept_encoding=call.accept_encoding, headers=headers)

    async def _page_after(
        self,
        store: Reader,
        presented: Presented,
        call: Call,
        feed: Feed,
        *,
        limit: int,
        read: Callable[[Reader, UserId, Cursor | None, int], Awaitable[_Page]],
    ) -> _Page | _Standing:
        user_id = (await check_session(store, presented)).user_id
        await require_ack(store, call.query("ack"), key=self._key, user_id=user_id)
        text, if_none_match = call.query("cursor") or "", call.header(b"if-none-match")
        cursor = decode_cursor(text, feed=feed, key=self._key, user_id=user_id) if text else None
        if cursor is not None and if_none_match and cursor.head0 is None:
            head = await check_standing(store, cursor)
            if cursor.after == head and tag_matches(if_none_match, feed_tag(cursor, head)):
                return _Standing(cursor, head)
        return await read(store, user_id, cursor, limit)

    async def _playlists_page(self, store: Reader, user_id: UserId, cursor: Cursor | None, limit: int) -> _Page:
        scope = user_scope(user_id)
        cursor = cursor or await begin(store, scope, Feed.PLAYLISTS, kind=Kind.PLAYLIST)
        found = await read_playlists(store, scope, id_bytes(user_id), cursor, limit=limit)
        text = encode_cursor(found.next_cursor, key=self._key, user_id=user_id)
        body = playlists_envelope(found, text, total=cursor.total)
        return _Page(body, found.next_cursor, found.head, found.is_initial)

    async def _user_data_page(self, store: Reader, user_id: UserId, cursor: Cursor | None, limit: int) -> _Page:
        scope = user_scope(user_id)
        cursor = cursor or await begin(store, scope, Feed.USER_DATA, kind=Kind.USER_DATA)
        found = await read_user_data(store, scope, id_bytes(user_id), cursor, limit=limit)
        text = encode_cursor(found.next_cursor, key=self._key, user_id=user_id)
        body = user_data_envelope(found, text, total=cursor.total)
        return _Page(body, found.next_cursor, found.head, found.is_initial)

    async def _read_digest(self, store: Reader, presented: Presented, asked: str | None) -> Digest:
        user_id = (await check_session(store, presented)).user_id
        scope = user_scope(user_id)
        if asked not in (None, "", scope, LIBRARY):
            raise RequestRefused(ProblemCode.NOT_FOUND, "you have no such scope")
        scope = asked or scope
        row = await store.one(HEAD, scope=scope)
        era = await read_newest_era(store)
        assert row is not None, scope
        assert era is not None, "a store is served only after its first era began"
        known = self._digests.get(scope)
        if known is not None and known[0] == era and known[1].head == int(row[0]):
            return known[1]
        digest = await read_digest(store, scope, id_bytes(user_id))
        if scope in self._digests or len(self._digests) < DIGESTS_KEPT:
            self._digests[scope] = (era, digest)
        return digest


def _received(request: PushRequest, now_ms: int) -> tuple[list[Received], int | None]:
    """What can be said of a batch without the store."""
    if len(request.operations) > OPERATIONS_PER_PUSH_MAX:
        raise RequestRefused(ProblemCode.TOO_LARGE, f"a push has at most {OPERATIONS_PER_PUSH_MAX} operations")
    if request.confirmed_through is not None and not 0 <= request.confirmed_through <= N_MAX:
        raise RequestRefused(ProblemCode.INVALID, "confirmed_through is no number of an operation")
    try:
        return receive(request), clock_behind_ms(request.sent_at, now_ms)
    except NoOperation as error:
        raise RequestRefused(ProblemCode.INVALID, str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY) from error
    except BadTime as error:
        raise RequestRefused(ProblemCode.INVALID, "sent_at is no RFC 3339 time with a zone") from error


def _result(result: Result) -> PushResult:
    return PushResult(
        op_id=result.op_id,
        status=result.status.value,
        seq=result.seq,
        reason=result.reason,
        detail=result.detail,
        server_state=None if result.server_state is None else msgspec.Raw(result.server_state),
    )
