"""What is asked of a server about its user: pushing edits, and the pages of the two feeds, checked before use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soul_player.client.errors import ProtocolError
from soul_player.client.library.user_pages import PlaylistRows, UserDataRows
from soul_player.client.sources.received import ids_bytes, read_message
from soul_player.client.sources.server_client import PAGE_BYTES_MAX, ServerClient
from soul_player.client.sources.transport import Request
from soul_player.protocol.ack import ACK_CHARS_MAX
from soul_player.protocol.cursor import CURSOR_CHARS_MAX, Feed
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.operation import RATING_MAX
from soul_player.protocol.playlist import Entry, Playlist, PlaylistsPage, UserData, UserDataPage
from soul_player.protocol.positions import DIGITS
from soul_player.protocol.push import PushResponse
from soul_player.protocol.times import BadTime, time_ms

POSITION_CHARS_MAX = 2_000
TEXT_CHARS_MAX = 16_384
INT_MAX = 2**63 - 1


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
    response = read_message(answer.body, PushResponse)
    _require(0 < len(response.ack) <= ACK_CHARS_MAX, "an answer came without an ack")
    _require(all(_is_count(head) for head in response.heads.values()), "a head came that is no position")
    if response.server_id is not None:
        server.require_same(response.server_id)
    _require(all(one.seq is None or _is_count(one.seq) for one in response.results), "a seq came that is no position")
    return response


async def user_page(server: ServerClient, feed: Feed, *, cursor: str | None, ack: str | None, limit: int) -> UserPage:
    """The next page of a feed of the user. Raises `ResetRequired` when the position is no longer servable."""
    query = {"limit": str(limit)}
    if cursor is not None:
        query["cursor"] = cursor
    if ack is not None:
        query["ack"] = ack
    path = "/api/sync/playlists" if feed is Feed.PLAYLISTS else "/api/sync/user-data"
    answer = await server.asked(Request(path, query=query), bytes_max=PAGE_BYTES_MAX)
    page = _playlists(answer.body) if feed is Feed.PLAYLISTS else _user_data(answer.body)
    _require(page.rows <= limit, f"a page of {page.rows} rows came where at most {limit} were asked for")
    _require(0 < len(page.next_cursor) <= CURSOR_CHARS_MAX, "a page came without a next_cursor")
    return page


def _playlists(body: bytes) -> UserPage:
    page = read_message(body, PlaylistsPage)
    headers = page.playlists + page.new_playlists + page.updated_playlists
    for header in headers:
        _check_header(header)
    for entry in page.entries:
        _check_entry(entry)
    deleted, removed = _ids(page.deleted_playlists), _ids(page.removed_entries)
    _require_distinct([id_bytes(one.id) for one in headers] + deleted)
    _require_distinct([id_bytes(one.id) for one in page.entries] + removed)
    seqs = [one.seq for one in headers] + [one.seq for one in page.entries]
    return UserPage(
        PlaylistRows(headers, page.entries, deleted, removed),
        page.next_cursor,
        page.has_more,
        page.total,
        rows=len(headers) + len(page.entries) + len(deleted) + len(removed),
        counted=len(headers),
        newest_seq=max(seqs, default=None),
    )


def _user_data(body: bytes) -> UserPage:
    page = read_message(body, UserDataPage)
    rows = page.user_data + page.new_user_data + page.updated_user_data
    for row in rows:
        _check_user_data(row)
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


def _check_header(header: Playlist) -> None:
    ids_bytes([header.id])
    _check_texts((header.name, header.description or ""))
    _check_times((header.created_at, header.updated_at))
    _require(_is_count(header.seq), "a position came that is none")


def _check_entry(entry: Entry) -> None:
    ids_bytes([entry.id, entry.playlist_id, entry.track_id])
    _check_times((entry.added_at,))
    _require(_is_count(entry.seq), "a position came that is none")
    # This device reckons with these keys, so they must be what keys are.
    is_key = 0 < len(entry.position) <= POSITION_CHARS_MAX and set(entry.position) <= _DIGITS
    _require(is_key and not entry.position.endswith(DIGITS[0]), "an entry came whose place is no position")


def _check_user_data(row: UserData) -> None:
    ids_bytes([row.track_id])
    _check_times(time for time in (row.last_played_at, row.favourited_at, row.rated_at) if time is not None)
    _require(_is_count(row.seq) and _is_count(row.play_count), "a number came that counts nothing")
    _require(row.rating is None or 1 <= row.rating <= RATING_MAX, "a rating came that is none")


def _ids(ids: Sequence[str]) -> list[bytes]:
    ids_bytes(list(ids))
    return [id_bytes(one) for one in ids]


def _check_texts(texts: Iterable[str]) -> None:
    for text in texts:
        _require(len(text) <= TEXT_CHARS_MAX and "\0" not in text, "a name came that cannot be stored")


def _check_times(times: Iterable[str]) -> None:
    for time in times:
        try:
            time_ms(time)
        except BadTime as error:
            raise ProtocolError("a time came that is none") from error


def _require_distinct(ids: Sequence[bytes]) -> None:
    _require(len(set(ids)) == len(ids), "a page came that names something twice")


def _is_count(number: int) -> bool:
    return 0 <= number <= INT_MAX


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001  # a condition is what it takes
    if not holds:
        raise ProtocolError(otherwise)


_DIGITS = frozenset(DIGITS)
