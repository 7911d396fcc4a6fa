"""`soul resolve`: a source that says too much is gone is not believed until a person says so."""

import asyncio
from pathlib import Path
from typing import Any

from benchmarks.library import generate_tracks
from benchmarks.store import change_library, make_library
from tests.cli.programs import add_source, serving, soul, wait_for_tracks

TRACKS, GONE = 100, 60


def held_home(tmp_path: Path) -> Path:
    """A client whose server has announced that most of its tracks are gone."""
    home, client = tmp_path / "server", tmp_path / "client"
    home.mkdir()
    url = f"sqlite:///{home}/server.db"
    asyncio.run(make_library(url, TRACKS, seed=1))
    with serving(home) as server:
        add_source(client, server)
        assert soul("sync", home=client).code == 0
        tracks = [one.track for one in generate_tracks(TRACKS, seed=1)]
        assert soul("sync", "--fail-on-conflict", home=client).code == 0
        asyncio.run(change_library(url, tracks[:GONE], deleted=GONE))
        assert soul("sync", "--fail-on-conflict", home=client).code == 7
    return client


def shown(client: Path) -> int:
    """How many tracks the lists hold."""
    return len(soul("list", "--json", home=client).out.splitlines())


def decisions(client: Path) -> Any:
    """What waits."""
    return soul("resolve", "--json", home=client).json()["decisions"]


def test_many_deletions_wait_for_a_person(tmp_path: Path) -> None:
    """Listed with their evidence; the tracks stay; `theirs` lets them go."""
    client = held_home(tmp_path)
    (decision,) = decisions(client)
    assert set(decision) == {"id", "kind", "question", "choices", "evidence", "asked_at"}
    assert (decision["kind"], decision["choices"]) == ("mass_deletion", ["mine", "theirs"])
    assert decision["evidence"]["tracks"] == GONE
    assert shown(client) == TRACKS
    assert soul("status", "--json", home=client).json()["decisions"] == 1
    told = soul("resolve", home=client).out
    assert "60 of its 100 tracks are gone" in told
    assert soul("resolve", str(decision["id"]), "--keep", "theirs", home=client).code == 0
    assert (shown(client), decisions(client)) == (TRACKS - GONE, [])


def test_a_person_may_keep_what_a_source_says_is_gone(tmp_path: Path) -> None:
    """`mine`."""
    client = held_home(tmp_path)
    (decision,) = decisions(client)
    assert soul("resolve", str(decision["id"]), "--keep", "merge", home=client).code == 2
    assert soul("resolve", str(decision["id"]), "--keep", "mine", home=client).code == 0
    assert (shown(client), decisions(client)) == (TRACKS, [])


def test_what_cannot_be_resolved_says_why(tmp_path: Path) -> None:
    """No such decision: exit 3; a choice without a decision: exit 2."""
    assert soul("resolve", "7", "--keep", "mine", home=tmp_path).code == 3
    assert soul("resolve", "--keep", "mine", home=tmp_path).code == 2
    assert decisions(tmp_path) == []


def test_another_server_at_a_known_address_waits_for_a_person(tmp_path: Path, music: Path) -> None:
    """The same library, rebuilt: one answer and one sign-in, and everything is there again."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        add_source(client, server)
        wait_for_tracks(client, 6)
        (track, *_) = soul("list", "--json", home=client).events()
        assert soul("favourite", str(track["id"]), home=client).code == 0
        assert soul("sync", home=client).code == 0
    port = server.url.rpartition(":")[2]
    with serving(tmp_path / "rebuilt", "--music", music, "--port", port) as rebuilt:
        assert soul("scan", home=rebuilt.home).code == 0
        failed = soul("sync", home=client)
        assert failed.code == 1
        assert "nothing was sent" in failed.out
        assert "soul resolve" in failed.out
        (decision,) = soul("resolve", "--json", home=client).json()["decisions"]
        assert (decision["kind"], decision["choices"]) == ("server_changed", ["rebuilt", "another", "leave"])
        assert soul("resolve", str(decision["id"]), "--keep", "rebuilt", home=client).code == 0
        assert soul("sync", home=client).code == 4
        signed_in = soul("source", "login", "Home Server", "--password-stdin", home=client, stdin=rebuilt.password)
        assert signed_in.code == 0
        wait_for_tracks(client, 6)
        after = soul("list", "--json", home=client).events()[0]
        assert (after["id"], after["favourite"]) == (track["id"], True)
        assert soul("status", "--json", home=client).json()["waiting_edits"] == 0


def test_another_server_is_a_source_of_its_own_and_the_known_one_is_given_its_address(tmp_path: Path) -> None:
    """Said once: nothing asks again, status says what is left to do, and then both are in sync."""
    client = tmp_path / "client"
    with serving(tmp_path / "server") as server:
        add_source(client, server)
        assert soul("sync", home=client).code == 0
    port = server.url.rpartition(":")[2]
    with serving(tmp_path / "stranger", "--port", port):
        assert soul("sync", home=client).code == 1
        (decision,) = soul("resolve", "--json", home=client).json()["decisions"]
        assert soul("resolve", str(decision["id"]), "--keep", "another", home=client).code == 0
        for _ in range(2):
            soul("sync", home=client)
            assert soul("resolve", "--json", home=client).json()["decisions"] == []
            told = soul("status", home=client).out
            assert 'say where it is now: soul source address add "Home Server" URL' in told
            assert "soul resolve" not in told
        with serving(tmp_path / "server") as moved:
            assert soul("source", "address", "add", "Home Server", moved.url, home=client).code == 0
            assert soul("sync", "Home Server", home=client).code == 0
            assert "say where it is now" not in soul("status", home=client).out
