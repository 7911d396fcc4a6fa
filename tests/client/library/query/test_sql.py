"""A query in SQL finds what the query means, on any library."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.library.query.parse import parse
from soul_player.client.library.query.sql import CONTENT_TYPES, condition
from soul_player.client.library.query.terms import Query
from soul_player.database.migrate import read_migrations, statements
from soul_player.database.sqlite import connect
from soul_player.protocol.ids import id_bytes, id_text
from tests.client.library.query.naive import AtSource, Recording, matches
from tests.client.library.query.query_terms import queries, texts

NOW = datetime(2026, 6, 15, 12, 30, 15, tzinfo=UTC)
SOURCES = ("Home Server", "Büro", "attic")
STATUSES = ("local_file", "cached", "stream_only", "unavailable")

some_texts = st.none() | texts.filter(bool)
# At, or a second beside, the ends of days, months, years and times ago.
moments = st.builds(
    lambda day, beside: day + timedelta(seconds=beside),
    st.sampled_from((NOW, NOW - timedelta(hours=1), NOW - timedelta(days=2), NOW - timedelta(days=30)))
    | st.dates(date(2024, 12, 1), date(2027, 1, 31)).map(
        lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC)
    ),
    st.sampled_from((-1, 0, 1, 0.25, 0.001)),
)
small = st.none() | st.integers(0, 5)
at_sources = st.builds(
    AtSource, st.sampled_from(SOURCES), st.binary(min_size=16, max_size=16).map(id_text), st.sampled_from(STATUSES),
    st.lists(texts.filter(bool), max_size=2).map(tuple), st.sampled_from(sorted(CONTENT_TYPES.values())), small, small,
    small, st.integers(0, 5), some_texts, moments,
)  # fmt: skip
recordings = st.builds(
    Recording, st.just(0), st.sampled_from(STATUSES), texts, some_texts, some_texts, some_texts,
    st.lists(texts.filter(bool), max_size=2).map(tuple), small, small, small, st.floats(0, 6), moments,
    st.lists(at_sources, max_size=3, unique_by=lambda source: source.source).map(tuple),
)  # fmt: skip
libraries = st.lists(recordings, min_size=1, max_size=6)


@cache
def empty_library() -> bytes:
    """The real schema alone: to migrate takes longer than all that a test does with it."""
    library = connect(Path(":memory:"), cache_kib=1_000, durable=False)
    for migration in read_migrations(files("soul_player.client.library") / "schema"):
        for statement in statements(migration.sql):
            library.execute(statement)
    with closing(library):
        return library.serialize()


def made_library(tracks: Sequence[Recording]) -> sqlite3.Connection:
    """The real schema, in memory, with these tracks in it; their ids are 1, 2, 3 ..."""
    library = connect(Path(":memory:"), cache_kib=1_000, durable=False)
    library.deserialize(empty_library())
    for number, name in enumerate(SOURCES, 1):
        insert(library, "sources", id=number, name=name, type="server", is_active=0,
               needs_sign_in=0, added_at=0, is_offline=0, failed_attempts=0)  # fmt: skip
    for number, track in enumerate(tracks, 1):
        insert(library, "tracks", id=number, shown_source_id=1, status=track.status, title=track.title,
               artist=track.artist, album=track.album, album_artist=track.album_artist,
               genres=json.dumps(track.genres, ensure_ascii=False) if track.genres else None,
               year=track.year, disc_number=track.disc, track_number=track.number,
               duration_seconds=track.seconds, added_at=spelled(track.added_at))  # fmt: skip
        for source in track.sources:
            insert(library, "track_sources", source_id=SOURCES.index(source.source) + 1,
                   remote_id=id_bytes(source.remote_id) + bytes([number]), track_id=number, status=source.status, run=0,
                   seq=1, title=track.title, artists=json.dumps(source.artists) if source.artists else None,
                   duration_seconds=track.seconds, content_type=source.content_type, bitrate=source.bitrate,
                   sample_rate=source.sample_rate, channels=source.channels, file_size=source.size, fingerprinted=0,
                   isrc=source.isrc, added_at=spelled(track.added_at),
                   updated_at=spelled(source.updated_at))  # fmt: skip
    # Ids that differ only in the byte that kept them apart while they were written.
    library.execute("UPDATE OR IGNORE track_sources SET remote_id = substr(remote_id, 1, 16)")
    return library


def insert(library: sqlite3.Connection, table: str, **values: object) -> None:
    """One row."""
    names = ", ".join(values)
    library.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values()))


def spelled(moment: datetime) -> str:
    """RFC 3339, in one of the spellings that servers use."""
    match moment.second % 3:
        case 0:
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case 1:
            return moment.isoformat(timespec="seconds")
        case _:
            return moment.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(timespec="milliseconds")


def found(library: sqlite3.Connection, query: Query) -> list[int]:
    """What the SQL finds."""
    made = condition(query, now_seconds=int(NOW.timestamp()), zone=UTC)
    rows = library.execute(f"SELECT id FROM tracks WHERE {made.sql} ORDER BY id", dict(made.values))
    return [row[0] for row in rows]


def expected(tracks: Sequence[Recording], query: Query) -> list[int]:
    """What the judge finds."""
    numbered = [Recording(**{**vars(track), "id": number}) for number, track in enumerate(tracks, 1)]
    return [track.id for track in numbered if matches(query, track, now=NOW)]


@settings(max_examples=300, deadline=None)
@given(libraries, st.lists(queries, min_size=1, max_size=8))
def test_the_sql_finds_what_the_query_means(tracks: list[Recording], asked: list[Query]) -> None:
    """Every field and shape, on libraries with missing tags, marks, wide letters, and several sources a track."""
    library = made_library(tracks)
    try:
        for query in asked:
            assert found(library, query) == expected(tracks, query)
    finally:
        library.close()


def recording(**values: object) -> Recording:
    """A track that is valid by default."""
    plain = {"id": 1, "status": "stream_only", "title": "Untitled", "artist": None, "album": None,
             "album_artist": None, "genres": (), "year": None, "disc": None, "number": None, "seconds": 200.0,
             "added_at": NOW, "sources": ()}  # fmt: skip
    return Recording(**{**plain, **values})  # type: ignore[arg-type]  # a maker takes any field


LIBRARY = (
    recording(title="Low Beams", artist="Amber Tide", album="Night Drive", year=2021, genres=("Synthwave",)),
    recording(title="Dögun", artist="Sólveig Þórs", album="Norðurljós", year=2023, seconds=225.9),
    recording(title="終点", artist="奏", album="夜の電車", year=2024, status="cached"),
    recording(title="100% Café", artist="Straße", added_at=NOW - timedelta(days=40)),
)


def test_the_examples_find_what_a_listener_expects() -> None:
    """By hand, so that the judge above is judged too."""
    library = made_library(LIBRARY)
    answers = {
        "": [1, 2, 3, 4],
        "amber": [1],
        'album:"night drive"': [1],
        "solveig": [2],
        "DÖGUN": [2],
        "電車": [3],
        "strasse": [4],
        "%": [4],
        "year:2022..": [2, 3],
        "^year:2022..": [1, 4],
        "amber, year:2024": [1, 3],
        "offline:yes": [3],
        "length:3:45": [2],
        "added:-30d": [1, 2, 3],
        "added:2026-06-15": [1, 2, 3],
        "genre:synth": [1],
        'genre:""': [2, 3, 4],
        "rating:5": [],
        "rating:0": [1, 2, 3, 4],
        "plays:>5": [],
        "favourite:no": [1, 2, 3, 4],
        "playlist:x": [],
        "id:2": [2],
        "artist:=amber": [],
        'artist:="amber tide"': [1],
        'title:="low beams"': [1],
    }
    assert {text: found(library, parse(text)) for text in answers} == answers
    library.close()


def test_a_period_ends_where_the_next_begins() -> None:
    """The last second of May is in May, the first of June is not."""
    june = datetime(2026, 6, 1, tzinfo=UTC)
    library = made_library([recording(added_at=june - timedelta(seconds=1)), recording(added_at=june)])
    answers = {"added:2026-05": [1], "added:2026-06-01": [2], "added:..2026-05": [1], "added:<2026-06": [1],
               "added:>2026-05": [2], "added:>2026-06-01": [], "added:2026": [1, 2]}  # fmt: skip
    assert {text: found(library, parse(text)) for text in answers} == answers
    library.close()


def test_what_was_typed_never_becomes_sql() -> None:
    """Quotes, comments and names in a value stay a value."""
    library = made_library(LIBRARY)
    hostile = parse('"\'; DROP TABLE tracks; --" artist:"\':text_1" , "\') OR 1=1 --"')
    assert found(library, hostile) == []
    assert "DROP" not in condition(hostile, now_seconds=0, zone=UTC).sql
    assert found(library, parse("")) == [1, 2, 3, 4]
    library.close()
