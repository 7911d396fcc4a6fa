"""What is asked of a server about its user: pushing edits, and the pages of the two feeds, checked before use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from soul_player.client.errors import ProtocolError
from soul_player.client.library.user_pages import PlaylistRows, UserDataRows
from soul_player.client.sources.received import check_heads, ids_bytes, read_message
from soul_player.client.sources.server_client import PAGE_BYTES_MAX, ServerClient
from soul_player.client.sources.transport import Request
from soul_player.protocol.ack import ACK_CHARS_MAX
from soul_player.protocol.cursor import CURSOR_CHARS_MAX, Feed
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.operation import N_MAX, OPERATIONS_PER_PUSH_MAX, RATING_MAX
from soul_player.protocol.playlist import Entry, Playlist, PlaylistsPage, UserData, UserDataPage
from soul_player.protocol.positions import DIGITS
from soul_player.protocol.push import PushResponse, PushResult
from soul_player.protocol.times import BadTime, time_ms, time_text

Row = TypeVar("Row", Playlist, Entry, UserData)

POSITION_CHARS_MAX = 2_000
TEXT_CHARS_MAX = 16_384
# Of one answer: what it says is kept with the operation, and shown.
WORD_CHARS_MAX = 100
DETAIL_CHARS_MAX = 500
STATE_FIELDS_MAX = 100


@dataclass(frozen=True)
class UserPage:
    """A page of either feed. `rows` counts all that it tells; `counted` is what `total` counts."""

    content: PlaylistRows | UserDataRows
    next_cursor: str
    has_more: bool
    total: int | None
    rows: int
    counted: int
    newest_seq: int | None


async def push(server: ServerClient, body: bytes) -> PushResponse:
    """A batch as it is sent."""
    await server.ensure_same()
    request = Request("/api/sync/push", method="POST", body=body)
    answer = await server.asked(request, bytes_max=PAGE_BYTES_MAX)
    response = read_push_answer(answer.body)
    if response.server_id is not None:
        server.require_same(response.server_id)
    return response


def read_push_answer(body: bytes) -> PushResponse:
    """What became of a batch, nothing in it longer than may be kept. Raises `ProtocolError`."""
    response = read_message(body, PushResponse)
    _require(0 < len(response.ack) <= ACK_CHARS_MAX, "an answer came without an ack")
    _require(all(_is_count(head) for head in response.heads.values()), "a head came that is no position")
    told = response.told_heads()
    if told is not None:
        check_heads(told)
    _require(len(response.results) <= OPERATIONS_PER_PUSH_MAX, "more results came than operations were sent")
    _require(all(one.seq is None or _is_count(one.seq) for one in response.results), "a seq came that is no position")
    return msgspec.structs.replace(response, results=tuple(map(_cut, response.results)))


def _cut(result: PushResult) -> PushResult:
    """Its words and its state as far as a person is shown them: a later version may tell more, a hostile one all."""
    state = result.server_state
    return msgspec.structs.replace(
        result,
        status=result.status[:WORD_CHARS_MAX],
        reason=None if result.reason is None else result.reason[:WORD_CHARS_MAX],
        detail=None if result.detail is None else result.detail[:DETAIL_CHARS_MAX],
        server_state=_cut_state(state) if isinstance(state, dict) else None,
    )


def _cut_state(state: dict[str, object]) -> dict[str, str | int | None]:
    """Its plain fields. What it calls the playlist is a text."""
    plain: dict[str, str | int | None] = {}
    for field, value in state.items():
        if len(plain) == STATE_FIELDS_MAX:
            break
        if len(field) > WORD_CHARS_MAX or (field == "name" and not isinstance(value, str)):
            continue
        if isinstance(value, str):
            plain[field] = value[:DETAIL_CHARS_MAX]
        elif value is None or (isinstance(value, int) and abs(value) <= N_MAX):
            plain[field] = value
    return plain


async def user_page(server: ServerClient, feed: Feed, *, cursor: str | None, ack: str | None, limit: int) -> UserPage:
    """The next page of a feed of the user. Raises `ResetRequired` when the position is no longer servable."""
    query = {"limit": str(limit)}
    if cursor is not None:
        query["cursor"] = cursor
    if ack is not None:
        query["ack"] = ack
    path = "/api/sync/playlists" if feed is Feed.PLAYLISTS else "/api/sync/user-data"
    answer = await server.asked(Request(path, query=query), bytes_max=PAGE_BYTES_MAX)
    return read_user_page(feed, answer.body, limit=limit)


def read_user_page(feed: Feed, body: bytes, *, limit: int) -> UserPage:
    """A page of either feed, checked. Raises `ProtocolError`."""
    page = _playlists(body) if feed is Feed.PLAYLISTS else _user_data(body)
    _require(page.total is None or _is_count(page.total), "a total came that counts nothing")
    _require(page.rows <= limit, f"a page of {page.rows} rows came where at most {limit} were asked for")
    _require(0 < len(page.next_cursor) <= CURSOR_CHARS_MAX, "a page came without a next_cursor")
    return page


def _playlists(body: bytes) -> UserPage:
    page = read_message(body, PlaylistsPage)
    headers = [_checked_header(one) for one in page.playlists + page.new_playlists + page.updated_playlists]
    entries = [_checked_entry(one) for one in page.entries]
    deleted, removed = _ids(page.deleted_playlists), _ids(page.removed_entries)
    _require_distinct([id_bytes(one.id) for one in headers] + deleted)
    _require_distinct([id_bytes(one.id) for one in entries] + removed)
    seqs = [one.seq for one in headers] + [one.seq for one in entries]
    return UserPage(
        PlaylistRows(headers, entries, deleted, removed),
        page.next_cursor,
        page.has_more,
        page.total,
        rows=len(headers) + len(entries) + len(deleted) + len(removed),
        counted=len(headers),
        newest_seq=max(seqs, default=None),
    )


def _user_data(body: bytes) -> UserPage:
    page = read_message(body, UserDataPage)
    rows = [_checked_user_data(row) for row in page.user_data + page.new_user_data + page.updated_user_data]
    deleted = _ids(page.deleted_user_data)
    _require_distinct([id_bytes(row.track_id) for row in rows] + deleted)
    return UserPage(
        UserDataRows(rows, deleted),
        page.next_cursor,
        page.has_more,
        page.total,
        rows=len(rows) + len(deleted),
        counted=len(rows),
        newest_seq=max((row.seq for row in rows), default=None),
    )


def _checked_header(header: Playlist) -> Playlist:
    ids_bytes([header.id])
    _check_texts((header.name, header.description or ""))
    _require(_is_count(header.seq), "a position came that is none")
    return _with_times(header, ("created_at", "updated_at"))


def _checked_entry(entry: Entry) -> Entry:
    ids_bytes([entry.id, entry.playlist_id, entry.track_id])
    _require(_is_count(entry.seq), "a position came that is none")
    # This device reckons with these keys, so they must be what keys are.
    is_key = 0 < len(entry.position) <= POSITION_CHARS_MAX and set(entry.position) <= _DIGITS
    _require(is_key and not entry.position.endswith(DIGITS[0]), "an entry came whose place is no position")
    return _with_times(entry, ("added_at",))


def _checked_user_data(row: UserData) -> UserData:
    ids_bytes([row.track_id])
    # Counts of several sources are added up.
    _require(_is_count(row.seq) and _is_count(row.play_count), "a number came that counts nothing")
    _require(row.rating is None or 1 <= row.rating <= RATING_MAX, "a rating came that is none")
    return _with_times(row, ("last_played_at", "favourited_at", "rated_at"))


def _ids(ids: Sequence[str]) -> list[bytes]:
    ids_bytes(list(ids))
    return [id_bytes(one) for one in ids]


def _check_texts(texts: Iterable[str]) -> None:
    for text in texts:
        _require(len(text) <= TEXT_CHARS_MAX and "\0" not in text, "a name came that cannot be stored")


def _with_times(row: Row, fields: Iterable[str]) -> Row:
    """The row. One from before 1970 is of a clock that was far off: no edit could be given it again."""
    early: dict[str, str] = {}
    for field in fields:
        time = getattr(row, field)
        try:
            if time is not None and time_ms(time) < 0:
                early[field] = _FIRST_TIME
        except BadTime as error:
            raise ProtocolError("a time came that is none") from error
    return msgspec.structs.replace(row, **early) if early else row


def _require_distinct(ids: Sequence[bytes]) -> None:
    _require(len(set(ids)) == len(ids), "a page came that names something twice")


def _is_count(number: int) -> bool:
    return 0 <= number <= N_MAX


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001  # a condition is what it takes
    if not holds:
        raise ProtocolError(otherwise)


_DIGITS = frozenset(DIGITS)
_FIRST_TIME = time_text(0)
