"""`soul merge`, `soul split`, `soul show` and the questions of `soul resolve`, on a library of two servers."""

from pathlib import Path
from typing import Any

from tests.cli.programs import soul
from tests.client.dedupe.libraries import arrive, library_of, match, track
from tests.conftest import run

LIVE = "Cold Winter Night (Live)"


def two_servers(home: Path, *, live: int = 1) -> Path:
    """Home Server has some songs, Friend has live takes of them and one that is the same."""

    async def fill() -> None:
        async with library_of(home, "Home Server", "Friend") as (library, (server, friend)):
            titles = ["Cold Winter Night", "African Queen", "Babylon"]
            await arrive(library, server, *(track(n, titles[n], track_number=n + 1) for n in range(3)))
            takes = [track(10 + n, f"{titles[n]} (Live)", track_number=n + 1) for n in range(live)]
            await arrive(library, friend, *takes, track(20, "Babylon", track_number=3))
            await match(library)

    run(fill())
    return home


def decisions(home: Path) -> Any:
    """What waits."""
    return soul("resolve", "--json", home=home).json()["decisions"]


def titles(home: Path) -> list[str]:
    """Of the list."""
    return sorted(line["title"] for line in soul("list", "--json", home=home).events())


def test_show_tells_where_a_recording_is_and_why_it_is_one(tmp_path: Path) -> None:
    """In playing order."""
    home = two_servers(tmp_path)
    told = soul("show", "Babylon", home=home).out
    assert "  Home Server: Available to stream\n  Friend: Available to stream\n" in told
    assert "Friend and Home Server: by metadata, " in told
    shown = soul("show", "Babylon", "--json", home=home).json()
    assert [source["source"] for source in shown["sources"]] == ["Home Server", "Friend"]
    assert shown["links"][0]["method"] == "metadata"


def test_a_recording_is_found_on_the_albums_of_all_its_sources(tmp_path: Path) -> None:
    """What is one row must not be missing where a source has it."""

    async def fill() -> None:
        async with library_of(tmp_path, "Home Server", "Friend") as (library, (server, friend)):
            await arrive(library, server, track(1, musicbrainz_recording_id="mb"), track(2, "Other", album="Third"))
            await arrive(library, friend, track(3, album="Winter Hits", musicbrainz_recording_id="mb"))
            await match(library)

    run(fill())
    for query in ("album:glory", "album:hits", 'album:="winter hits"', "album:glory album:hits", "^album:third"):
        found = [line["title"] for line in soul("list", "--json", query, home=tmp_path).events()]
        assert found == ["Cold Winter Night"], query


def test_a_question_is_read_answered_and_taken_back(tmp_path: Path) -> None:
    """As programs and people see it."""
    home = two_servers(tmp_path, live=2)
    (decision,) = decisions(home)
    assert set(decision) == {"id", "kind", "question", "choices", "evidence", "asked_at"}
    assert (decision["kind"], decision["choices"]) == ("merge", ["merge", "separate"])
    assert decision["question"].startswith("2 tracks of Morning Glory (Friend) look like Morning Glory on Home Server.")
    assert soul("status", "--json", home=home).json()["decisions"] == 1
    told = soul("resolve", home=home).out
    assert "they are different versions (live, the plain one)" in told
    assert f"soul resolve {decision['id']} --keep merge" in told
    wanted = str(decision["id"])
    assert soul("resolve", wanted, "--keep", "mine", home=home).code == 2
    answered = soul("resolve", wanted, "--keep", "merge", home=home)
    assert (answered.code, decisions(home)) == (0, [])
    assert titles(home) == ["African Queen", "Babylon", "Cold Winter Night"]
    assert soul("resolve", "--undo", wanted, home=home).code == 0
    assert len(titles(home)) == 5
    pair = str(decision["evidence"]["pairs"][0]["pair"])
    assert soul("resolve", wanted, "--keep", "separate", "--pair", pair, home=home).code == 0
    (left,) = decisions(home)
    assert left["evidence"]["tracks"] == 1


def test_similar_ones_are_answered_after_their_number_was_said(tmp_path: Path) -> None:
    """Nobody is asked without a terminal: the flag is named."""
    home = two_servers(tmp_path, live=2)
    wanted = str(decisions(home)[0]["id"])
    refused = soul("resolve", wanted, "--keep", "separate", "--similar", home=home)
    assert (refused.code, "2 pairs in 1 question" in refused.err) == (2, True)
    assert soul("resolve", wanted, "--keep", "separate", "--similar", "--yes", home=home).code == 0
    assert decisions(home) == []


def test_a_merge_against_the_evidence_wants_a_yes_and_a_split_is_remembered(tmp_path: Path) -> None:
    """Both are a person's to say."""
    home = two_servers(tmp_path)
    refused = soul("merge", "Cold Winter Night", LIVE, home=home)
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert "different versions" in refused.out
    merged = soul("merge", "Cold Winter Night", LIVE, "--yes", "--json", home=home).json()
    assert merged["evidence"]["vetoes"] == ["version_differs"]
    assert (len(titles(home)), decisions(home)) == (3, [])
    assert "you said so" in soul("show", "Cold Winter Night", home=home).out
    parted = soul("split", "Cold Winter Night", "--source", "Friend", home=home)
    assert (parted.code, LIVE in parted.out) == (0, True)
    assert (len(titles(home)), decisions(home)) == (4, [])
    again = soul("merge", "Cold Winter Night", LIVE, home=home)
    assert (again.code, "you said that they are not" in again.out) == (2, True)
    assert soul("merge", "Cold Winter Night", LIVE, "--yes", home=home).code == 0


def test_what_cannot_be_merged_or_split_says_why(tmp_path: Path) -> None:
    """And changes nothing."""
    home = two_servers(tmp_path)
    assert soul("merge", "Babylon", "Babylon", home=home).code == 2
    assert soul("merge", "Babylon", "Nothing", home=home).code == 3
    assert soul("split", "African Queen", home=home).code == 2
    assert soul("split", "Babylon", "--source", "Nobody", home=home).code == 3
    assert len(titles(home)) == 4
