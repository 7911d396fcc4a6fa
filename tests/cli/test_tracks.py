"""`soul list`, `soul search`, `soul show`: the library asked, with its server gone."""

from pathlib import Path
from typing import Any

import pytest

from soul_player.cli.output import display_width
from tests.cli.programs import soul

TRACK_FIELDS = {
    "id", "title", "artist", "album", "duration_seconds", "favourite", "rating", "play_count", "last_played_at",
    "status", "sources",
}  # fmt: skip


def titles(ran: Any) -> set[str]:
    """What was listed."""
    assert ran.code == 0, ran.err
    return {track["title"] for track in ran.events()}


def test_a_list_is_a_track_a_line(synced_home: Path) -> None:
    """For programs: one object each; for people: aligned columns, and the count beside."""
    listed = soul("list", "--json", home=synced_home)
    assert titles(listed) == {"Low Beams", "Coast Road", "Kettle Song", "Dögun", "改札", "First Furrow"}
    track = next(track for track in listed.events() if track["title"] == "Dögun")
    assert set(track) == TRACK_FIELDS
    assert (track["artist"], track["album"], track["status"]) == ("Sólveig Þórs", "Norðurljós", "stream_only")
    (source,) = track["sources"]
    assert (source["source"], source["status"], source["path"]) == ("Home Server", "stream_only", None)
    assert len(source["remote_id"]) == 36
    told = soul("list", home=synced_home)
    lines = told.out.splitlines()
    assert len(lines) == 6
    assert {display_width(line) for line in lines if line.endswith("stream_only")} == {display_width(lines[0])}
    assert told.err == "6 tracks\n"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (("artist:amber",), {"Low Beams", "Coast Road"}),
        (('album:"Night Drive"', "^title:coast"), {"Low Beams"}),
        (("year:2023..",), {"Dögun", "改札"}),
        (("format:mp3,", "format:opus"), {"Kettle Song", "改札"}),
        (("solveig",), {"Dögun"}),
        (("source:home", "genre:jazz"), {"First Furrow"}),
        (("added:-1d", "length:..0:03"), {"Low Beams", "Kettle Song", "Dögun", "改札", "First Furrow"}),
        (("offline:yes",), set()),
        (("rating:5",), set()),
    ],
)
def test_a_query_narrows_the_list(synced_home: Path, query: tuple[str, ...], expected: set[str]) -> None:
    """The words of the shell are one query."""
    assert titles(soul("list", *query, "--json", home=synced_home)) == expected


def test_a_list_may_be_cut_short(synced_home: Path) -> None:
    """`--limit`."""
    assert len(soul("list", "--limit", "2", home=synced_home).out.splitlines()) == 2


def test_a_fault_in_a_query_is_pointed_at(synced_home: Path) -> None:
    """Exit 2, with a caret below the place for people and the words for programs."""
    ran = soul("list", "year:2020..", "artis:amber", home=synced_home)
    assert (ran.code, ran.out) == (2, "")
    _, query, caret, hint = ran.err.splitlines()
    assert query[caret.index("^") :] == "artis:amber"
    assert "'artist'" in hint
    error = soul("list", "year:new", "--json", home=synced_home).json()["error"]
    assert error["code"] == "query_syntax"
    assert "character 6" in error["message"]


def test_words_find_tracks_without_their_accents(synced_home: Path) -> None:
    """Beginnings of words, in any field."""
    assert titles(soul("search", "dog", "--json", home=synced_home)) == {"Dögun"}
    assert titles(soul("search", "night", "low", "--json", home=synced_home)) == {"Low Beams"}
    assert titles(soul("search", "nothinglikethis", "--json", home=synced_home)) == set()


def test_one_track_by_id_by_title_and_by_its_servers_id(synced_home: Path) -> None:
    """A name or an id is accepted everywhere."""
    by_title = soul("show", "low beams", "--json", home=synced_home).json()
    assert by_title["title"] == "Low Beams"
    by_id = soul("show", str(by_title["id"]), "--json", home=synced_home).json()
    by_remote = soul("show", by_title["sources"][0]["remote_id"], "--json", home=synced_home).json()
    assert by_title == by_id == by_remote
    (details,) = by_title["details"]
    assert details["content_type"] == "audio/flac"
    assert details["file_hash"].startswith("sha256:")
    page = soul("show", "Low Beams", home=synced_home).out
    for words in ("Low Beams", "Amber Tide", "Night Drive (2021)", "At Home Server", "sha256:", "1 of disc 1"):
        assert words in page


def test_a_track_that_is_not_there_is_exit_3(synced_home: Path) -> None:
    """By any of its names."""
    for name in ("No Such Title", "99999", "0190a1b2-0000-7000-8000-000000000000"):
        ran = soul("show", name, "--json", home=synced_home)
        assert (ran.code, ran.json()["error"]["code"]) == (3, "track_not_found"), name
