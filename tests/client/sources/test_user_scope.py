"""What a server says of its user: everything in it has a bound, and what passes can be kept and shown."""

from typing import Any

import msgspec
import pytest

from soul_player.client.errors import ProtocolError
from soul_player.client.library.user_pages import PlaylistRows, UserDataRows
from soul_player.client.sources.user_scope import read_push_answer, read_user_page
from soul_player.protocol.cursor import Feed
from soul_player.protocol.ids import id_bytes
from tests.edges.fake_server import make_id

TIME = "2026-01-31T10:00:00.000Z"


def header(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A valid one, one thing changed."""
    return {"id": make_id(number), "name": "Mix", "created_at": TIME, "updated_at": TIME, "seq": number, **changed}


def entry(number: int = 2, **changed: Any) -> dict[str, Any]:
    """A valid one, one thing changed."""
    ids = {"id": make_id(number), "playlist_id": make_id(1), "track_id": make_id(9)}
    return {**ids, "position": "V", "added_at": TIME, "seq": number, **changed}


def marks(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A valid row, one thing changed."""
    ours = {"track_id": make_id(number), "play_count": 1, "favourite": True, "updated_at": TIME, "seq": number}
    return {**ours, **changed}


def page(**changed: Any) -> bytes:
    """A valid page of nothing, one thing changed."""
    return msgspec.json.encode({"next_cursor": "c", "has_more": False, **changed})


DEEP = b"[" * 100_000
BAD_OF_EITHER: list[bytes] = [
    b"",
    b"[]",
    b"{}",
    b'{"next_cursor":"c","has_more":false,"x":' + DEEP,
    page(next_cursor=""),
    page(next_cursor="c" * 513),
    page(has_more=1),
    page(total=-1),
    page(total=2**53),
    page(total=10**30),
]
BAD_PLAYLISTS: list[bytes] = [
    page(playlists=[header()] * 2),
    page(playlists=[header()], deleted_playlists=[make_id(1)]),
    page(entries=[entry()], removed_entries=[make_id(2)]),
    page(playlists=[header(number) for number in range(11)]),
    page(deleted_playlists=["../../etc/passwd"]),
    page(removed_entries=[make_id(1).upper()]),
    page(playlists=[header(id="x")]),
    page(playlists=[header(name="x" * 16_385)]),
    page(playlists=[header(name="a\0b")]),
    page(playlists=[header(description="a\0b")]),
    page(playlists=[header(name="x")]).replace(b'"x"', b'"\\ud800"'),
    # Deletions name the newest position that was seen, which has 53 bits.
    page(playlists=[header(seq=2**53)]),
    page(playlists=[header(seq=-1)]),
    page(playlists=[header(created_at="yesterday")]),
    page(playlists=[header(updated_at="")]),
    page(entries=[entry(position="")]),
    page(entries=[entry(position="V0")]),
    page(entries=[entry(position="-")]),
    page(entries=[entry(position="V" * 2_001)]),
    page(entries=[entry(track_id="")]),
    page(entries=[entry(playlist_id=None)]),
    page(entries=[entry(added_at="2026-01-31")]),
    page(entries=[entry(seq=2**53)]),
]
BAD_USER_DATA: list[bytes] = [
    page(user_data=[marks()] * 2),
    page(new_user_data=[marks()], deleted_user_data=[make_id(1)]),
    page(user_data=[marks(track_id="x")]),
    page(user_data=[marks(play_count=-1)]),
    # Counts of several sources are added up, with what was played here: what comes out must still be a count.
    page(user_data=[marks(play_count=2**63 - 1)]),
    page(user_data=[marks(play_count=1.5)]),
    page(user_data=[marks(rating=0)]),
    page(user_data=[marks(rating=6)]),
    page(user_data=[marks(favourited_at="0000-01-01T00:00:00.000Z")]),
    page(user_data=[marks(rated_at="99999-01-01T00:00:00.000Z")]),
    page(user_data=[marks(last_played_at="never")]),
    page(user_data=[marks(seq=2**53)]),
    page(user_data=[marks()]).replace(b'"play_count":1', b'"play_count":NaN'),
    page(user_data=[marks()]).replace(b'"play_count":1', b'"play_count":1e999'),
]


@pytest.mark.parametrize(
    ("feed", "body"),
    [(feed, body) for feed in (Feed.PLAYLISTS, Feed.USER_DATA) for body in BAD_OF_EITHER]
    + [(Feed.PLAYLISTS, body) for body in BAD_PLAYLISTS]
    + [(Feed.USER_DATA, body) for body in BAD_USER_DATA],
)
def test_a_malformed_page_is_refused_whole(feed: Feed, body: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_user_page(feed, body, limit=10)


def test_both_shapes_become_one_and_a_later_version_may_tell_more() -> None:
    whole = page(playlists=[header(1, colour="red")], entries=[entry(2)], total=1, tomorrow={"x": [1]})
    found = read_user_page(Feed.PLAYLISTS, whole, limit=10)
    assert (found.rows, found.counted, found.newest_seq, found.total) == (2, 1, 2, 1)
    later = page(new_playlists=[header(3)], updated_playlists=[header(4)], deleted_playlists=[make_id(5)])
    found = read_user_page(Feed.PLAYLISTS, later, limit=10)
    assert isinstance(found.content, PlaylistRows)
    assert [one.seq for one in found.content.playlists] == [3, 4]
    assert found.content.deleted == [id_bytes(make_id(5))]
    more = page(new_user_data=[marks(1)], updated_user_data=[marks(2)], deleted_user_data=[make_id(3)])
    found = read_user_page(Feed.USER_DATA, more, limit=10)
    assert isinstance(found.content, UserDataRows)
    assert (found.rows, len(found.content.rows)) == (3, 2)


def test_times_from_before_any_edit_could_be_made_are_its_first_moment() -> None:
    """A server that kept one (a device's clock was far off) takes none of them back as the time of an edit."""
    before, first = "0001-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"
    body = page(user_data=[marks(favourited_at=before, rated_at=before, last_played_at=before)])
    content = read_user_page(Feed.USER_DATA, body, limit=10).content
    assert isinstance(content, UserDataRows)
    (row,) = content.rows
    assert (row.favourited_at, row.rated_at, row.last_played_at) == (first, first, first)
    body = page(playlists=[header(created_at=before, updated_at=before)], entries=[entry(added_at=before)])
    rows = read_user_page(Feed.PLAYLISTS, body, limit=10).content
    assert isinstance(rows, PlaylistRows)
    assert {rows.playlists[0].created_at, rows.playlists[0].updated_at, rows.entries[0].added_at} == {first}


def answer(*results: dict[str, Any], **changed: Any) -> bytes:
    """A valid answer to a push, one thing changed."""
    told = {"ack": "a", "heads": {"library": 1}, "server_time": TIME, "server_id": make_id(1), "era": "e"}
    return msgspec.json.encode({"results": results, **told, **changed})


RESULT = {"op_id": make_id(1), "status": "applied"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        answer(ack=""),
        answer(ack="a" * 513),
        answer(ack=None),
        answer(heads={"library": -1}),
        answer(heads={"library": 2**53}),
        # It may be asked about as another server, and be added as one.
        answer(server_id="x" * 36),
        answer(server_id=""),
        answer(era="e" * 65),
        answer(era=""),
        answer(era="a\nb"),
        answer({**RESULT, "seq": -1}),
        answer({**RESULT, "seq": 2**53}),
        answer({**RESULT, "op_id": None}),
        answer(*[RESULT] * 501),
        answer(RESULT)[:-1] + b',"x":' + DEEP,
        answer({**RESULT, "server_state": 7}).replace(b"7", b"[" * 2_000 + b"]" * 2_000),
    ],
)
def test_a_malformed_answer_to_a_push_is_refused_whole(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_push_answer(body)


def test_what_is_kept_of_an_answer_has_a_bound() -> None:
    """Its words are stored with the operation, and shown to a person."""
    state = {"name": "x" * 10**6, "entries": 3, "deep": [[[1]]], "y" * 200: 1, "huge": 10**30, "none": None}
    told = {**RESULT, "status": "s" * 10**6, "reason": "r" * 10**6, "detail": "d" * 10**6, "server_state": state}
    (result,) = read_push_answer(answer(told)).results
    assert (len(result.status), len(result.reason or ""), len(result.detail or "")) == (100, 100, 500)
    assert result.server_state == {"name": "x" * 500, "entries": 3, "none": None}
    many = {f"field {number}": number for number in range(10_000)}
    (result,) = read_push_answer(answer({**RESULT, "server_state": many})).results
    assert len(result.server_state) == 100
    for odd in (7, "text", [1], {"name": 7}):
        (result,) = read_push_answer(answer({**RESULT, "server_state": odd})).results
        assert result.server_state in (None, {})
