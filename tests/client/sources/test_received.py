"""What is taken from a server: everything in it has a bound."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.client.errors import ProtocolError
from soul_player.client.sources.received import check_heads, check_server, ids_bytes, read_tracks_page
from soul_player.protocol.ids import BadId, ServerId, id_bytes
from soul_player.protocol.page import Heads
from soul_player.protocol.server_info import ServerInfo
from soul_player.protocol.track import ReplayGain
from tests.edges.fake_server import make_id, make_track


def page(**changed: Any) -> bytes:
    """A valid page of two tracks, one thing changed."""
    return msgspec.json.encode(
        {"tracks": [make_track(1), make_track(2)], "next_cursor": "c", "has_more": False, "total": 2, **changed}
    )


def track(**changed: Any) -> dict[str, Any]:
    """A valid track, one thing changed."""
    values: dict[str, Any] = msgspec.to_builtins(make_track(1))
    return {**values, **changed}


def test_both_shapes_become_one() -> None:
    first = read_tracks_page(page(), limit=10)
    assert (first.rows, first.total, first.ids) == (2, 2, id_bytes(make_id(1)) + id_bytes(make_id(2)))
    later = read_tracks_page(
        msgspec.json.encode(
            {
                "new_tracks": [make_track(1)],
                "updated_tracks": [make_track(2)],
                "deleted_tracks": [make_id(3)],
                "next_cursor": "c",
                "has_more": True,
                "a_field_of_tomorrow": {"deep": [1, 2, {"x": None}]},
            }
        ),
        limit=10,
    )
    assert [one.title for one in later.tracks] == ["Title 1", "Title 2"]
    assert later.deleted_ids == id_bytes(make_id(3))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>",
        b"[" * 1_000_000,
        b'{"next_cursor":"c","has_more":false,"x":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}",
        b'{"next_cursor":"c","has_more":false,"tracks":' + b'{"a":' * 1_000_000,
        page()[:-1],
        page() + b"}",
        page().replace(b'"Title 1"', b'"\\ud800"'),
        page().replace(b'"Title 1"', b'"\xff"'),
        page(next_cursor=""),
        page(next_cursor="c" * 513),
        page(next_cursor=5),
        page(has_more="no"),
        page(total=-1),
        page(total=10**30),
        page(tracks=None),
        page(tracks=[make_track(1)] * 2),
        page(tracks=[make_track(1)], deleted_tracks=[make_id(1)]),
        page(tracks=[make_track(number) for number in range(11)]),
        page(deleted_tracks=["../../etc/passwd"]),
        page(deleted_tracks=[make_id(3).upper()]),
        page(tracks=[track(id="../../../../etc/passwd")]),
        page(tracks=[track(id="")]),
        page(tracks=[track(id=make_id(1).replace("-", ""))]),
        page(tracks=[track(id=make_id(1) + "\n")]),
        page(tracks=[track(id=" " + make_id(1)[1:])]),
        page(tracks=[track(id=None)]),
        page(tracks=[track(title=7)]),
        page(tracks=[track(title="x" * 16_385)]),
        page(tracks=[track(artists=["x"] * 1_001)]),
        page(tracks=[track(artists="x")]),
        page(tracks=[track(seq=2**63)]),
        page(tracks=[track(file_size=-(2**63) - 1)]),
        page(tracks=[track(seq=1.5)]),
        page(tracks=[{"id": make_id(1)}]),
        page().replace(b"200.5", b"1e999"),
        page().replace(b"200.5", b"NaN"),
    ],
)
def test_a_malformed_page_is_refused_whole(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_tracks_page(body, limit=10)


@pytest.mark.parametrize(
    ("field", "odd", "taken"),
    [
        ("duration_seconds", -1.0, 0.0),
        ("duration_seconds", 1e308, 0.0),
        ("file_size", -1, 0),
        ("file_size", 2**63 - 1, 0),
        ("replaygain", ReplayGain(track_gain_db=1e308), None),
        ("replaygain", ReplayGain(album_peak=-1.0), None),
        ("replaygain", ReplayGain(track_gain_db=-7.5, track_peak=1.1), ReplayGain(-7.5, 1.1)),
    ],
)
def test_a_number_that_cannot_be_is_left_out_and_takes_no_other_track_with_it(
    field: str, odd: object, taken: object
) -> None:
    """A broken file at an honest server says such things; lengths and sizes are added up, gains are reckoned with."""
    tracks = read_tracks_page(page(tracks=[track(**{field: odd}), make_track(2)]), limit=10).tracks
    assert getattr(tracks[0], field) == taken
    assert tracks[1].title == "Title 2"


@pytest.mark.parametrize(
    "changed",
    [
        {"server_id": "x" * 36},
        {"server_id": "../../etc/passwd"},
        {"era": ""},
        {"era": "e" * 65},
        {"era": "a\0b"},
        {"heads": {"library": -1}},
        {"heads": {"library": 2**53}},
    ],
)
def test_heads_that_cannot_be_are_refused(changed: dict[str, Any]) -> None:
    told: dict[str, Any] = {"server_id": make_id(1), "era": "e", "heads": {"library": 1}, "server_time": "now"}
    assert check_heads(Heads(**told)) == Heads(**told)
    with pytest.raises(ProtocolError):
        check_heads(Heads(**(told | changed)))


def test_what_a_server_calls_itself_is_a_name_and_no_more() -> None:
    """Anybody may answer there: it is shown to a person before anything is sent."""
    told = ServerInfo(ServerId(make_id(1)), "\x1b[2J\n" + "x" * 10**6, "1", 1)
    assert check_server(told).name == "[2J" + "x" * 97
    assert check_server(ServerInfo(told.server_id, "Home", "1", 1)).name == "Home"
    with pytest.raises(ProtocolError):
        check_server(ServerInfo(ServerId("x" * 36), "Home", "1", 1))


@given(st.lists(st.uuids().map(str), max_size=50))
def test_a_page_of_ids_is_read_as_each_would_be(ids: list[str]) -> None:
    assert ids_bytes(ids) == b"".join(id_bytes(one) for one in ids)


@given(
    st.lists(st.uuids().map(str), min_size=1, max_size=5),
    st.integers(0, 10**6),
    st.sampled_from([*"0aAfFgG-.:/ \n\0{}", "\u2013", "\u0663", ""]),
)
def test_a_page_of_ids_is_refused_when_one_of_them_would_be(ids: list[str], place: int, sign: str) -> None:
    """The check of a whole page must not be weaker than the check of one."""
    number, at = place % len(ids), place // len(ids) % 36
    ids[number] = ids[number][:at] + sign + ids[number][at + 1 :]
    try:
        expected = b"".join(id_bytes(one) for one in ids)
    except BadId:
        with pytest.raises(ProtocolError):
            ids_bytes(ids)
    else:
        assert ids_bytes(ids) == expected


@given(st.lists(st.text(alphabet="0123456789abcdef-", min_size=30, max_size=40), min_size=1, max_size=4))
def test_lengths_that_even_out_are_noticed(ids: list[str]) -> None:
    try:
        expected = b"".join(id_bytes(one) for one in ids)
    except BadId:
        with pytest.raises(ProtocolError):
            ids_bytes(ids)
    else:
        assert ids_bytes(ids) == expected
