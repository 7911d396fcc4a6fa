"""`soul sync`, as a process: its JSON, its exit codes, Ctrl-C in the middle, and two homes."""

import asyncio
import json
import os
import pty
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.store import make_library
from tests.cli.programs import SOUL, Serving, add_source, environment, running, serving, soul, wait_for_tracks
from tests.edges.slow_line import slow_line
from tests.forked import Program

RESULT_FIELDS = {
    "name", "status", "tracks_synced", "tracks_updated", "tracks_deleted", "playlists_synced", "pushed", "conflicts",
    "downloaded_files", "requests", "bytes_received", "seconds", "error", "unreadable",
}  # fmt: skip
MANY = 4_000


@pytest.fixture
def many_tracks(tmp_path: Path) -> Path:
    """The home of a server whose store holds generated tracks."""
    home = tmp_path / "server"
    home.mkdir()
    asyncio.run(make_library(f"sqlite:///{home}/server.db", MANY, seed=1))
    return home


def tracks_in(home: Path) -> int:
    """How many the library has."""
    count: int = soul("status", "--json", home=home).json()["sources"][0]["tracks"]
    return count


def summary_of(ran: Any) -> Any:
    """The one summary, which must be the last event."""
    *progress, summary = ran.events()
    assert summary["event"] == "summary"
    assert all(event["event"] != "summary" for event in progress)
    return summary


def test_a_sync_is_told_to_programs_and_to_people(tmp_path: Path, music: Path) -> None:
    """Progress events and one summary; on stderr a line a phase; the second sync is one request."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        add_source(client, server)
        first = soul("sync", "--json", home=client)
        assert (first.code, first.err) == (0, "")
        (result,) = summary_of(first)["sources"]
        assert set(result) == RESULT_FIELDS
        assert (result["name"], result["status"], result["tracks_synced"]) == ("Home Server", "synced", 6)
        assert {"event": "progress", "of": "Syncing from Home Server", "phase": "Tracks", "done": 6, "total": 6} in (
            first.events()
        )
        told = soul("sync", home=client)
        assert told.out.startswith("Home Server: synced, 0 new, 0 updated, 0 deleted (1 request, ")
        assert told.err.startswith("Syncing from Home Server...\n")
        assert soul("sync", "--quiet", home=client).err == ""


def test_two_homes_know_nothing_of_each_other(tmp_path: Path, music: Path) -> None:
    """Two listeners, or one with two devices: each has its own library and its own place in the feed."""
    one, other = tmp_path / "one", tmp_path / "other"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        add_source(one, server)
        assert soul("sync", home=one).code == 0
        next(music.rglob("*.opus")).unlink()
        assert soul("scan", home=server.home).code == 0
        # Signed in after the change; the password's file is gone, the password is not.
        add_source(other, server)
        assert soul("sync", home=other).code == 0
        assert (tracks_in(one), tracks_in(other)) == (6, 5)
        (result,) = summary_of(soul("sync", "--json", home=one))["sources"]
        assert (result["tracks_synced"], result["tracks_updated"], result["tracks_deleted"]) == (0, 0, 1)
        assert tracks_in(one) == 5


def test_without_sources_there_is_nothing_to_sync(tmp_path: Path) -> None:
    """Exit 3, with the command that adds one."""
    ran = soul("sync", "--json", home=tmp_path)
    assert (ran.code, ran.json()["error"]["code"]) == (3, "no_sources")
    assert "soul source add" in ran.json()["error"]["hint"]


def test_every_source_offline_is_temporary_and_one_of_two_is_partly_done(tmp_path: Path, music: Path) -> None:
    """5, then 6: a script tries again."""
    client = tmp_path / "client"
    with serving(tmp_path / "away") as away:
        add_source(client, away, name="Away")
    ran = soul("sync", "--json", home=client)
    assert ran.code == 5
    assert summary_of(ran)["sources"][0]["status"] == "offline"
    assert soul("status", "--json", home=client).json()["badge"] == "offline"
    with serving(tmp_path / "server", "--music", music) as server:
        add_source(client, server)
        ran = soul("sync", "--json", home=client)
        assert ran.code == 6
        assert [source["status"] for source in summary_of(ran)["sources"]] == ["offline", "synced"]
        assert soul("sync", "Home Server", home=client).code == 0
        assert soul("sync", "ghost", home=client).code == 3


def start_slow_sync(client: Path, *flags: str) -> Program:
    """A sync in small pages, on its way."""
    return running("sync", *flags, home=client, settings={"SOUL_CLIENT_PAGE_ROWS": "100"})


def test_ctrl_c_cancels_and_the_next_run_goes_on(tmp_path: Path, many_tracks: Path) -> None:
    """Exit 130 at once, one summary that says what was kept; what was kept is not fetched again."""
    client = tmp_path / "client"
    with serving(many_tracks) as server:
        with slow_line(server.url, bytes_per_second=60_000) as line:
            assert add_source(client, server, url=line.url).code == 0
            process = start_slow_sync(client, "--json")
            assert process.stdout is not None
            events = [json.loads(process.stdout.readline())]
            while events[-1]["done"] < 300:
                events.append(json.loads(process.stdout.readline()))
            process.send_signal(signal.SIGINT)
            asked_at = time.monotonic()
            out, err = process.communicate(timeout=30)
            assert time.monotonic() - asked_at < 3
        assert process.returncode == 130
        assert b"Traceback" not in err
        events += [json.loads(line) for line in out.splitlines()]
        assert [event["event"] for event in events].count("summary") == 1
        (result,) = events[-1]["sources"]
        assert result["status"] == "cancelled"
        kept = tracks_in(client)
        assert 300 <= kept < MANY
        move_source(client, server)
        resumed = soul("sync", "--json", home=client)
        assert resumed.code == 0
        (result,) = summary_of(resumed)["sources"]
        assert result["tracks_synced"] == MANY - kept
        assert tracks_in(client) == MANY


def test_a_killed_sync_goes_on_too(tmp_path: Path, many_tracks: Path) -> None:
    """kill -9: the page in flight is all that is fetched again."""
    client = tmp_path / "client"
    with serving(many_tracks) as server:
        with slow_line(server.url, bytes_per_second=60_000) as line:
            assert add_source(client, server, url=line.url).code == 0
            process = start_slow_sync(client, "--json")
            assert process.stdout is not None
            while json.loads(process.stdout.readline())["done"] < 300:
                pass
            assert soul("status", "--json", home=client).json()["badge"] == "syncing"
            beside = soul("sync", "--json", home=client)
            assert (beside.code, beside.json()["error"]["code"]) == (5, "home_locked")
            process.kill()
            process.communicate(timeout=30)
        kept = tracks_in(client)
        assert 300 <= kept < MANY
        move_source(client, server)
        resumed = soul("sync", "--json", home=client)
        assert resumed.code == 0
        assert summary_of(resumed)["sources"][0]["tracks_synced"] == MANY - kept
        assert tracks_in(client) == MANY


def move_source(client: Path, server: Serving) -> None:
    """The slow line is gone: the same server answers at its own address from here on."""
    connection = sqlite3.connect(client / "library.db")
    connection.execute("UPDATE addresses SET url = ?", (server.url.encode(),))
    connection.commit()
    connection.close()


def test_on_a_terminal_the_progress_is_a_tree(tmp_path: Path, music: Path) -> None:
    """Drawn live, on stderr, with the counts at its end."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        add_source(client, server)
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            [SOUL, "--home", client, "sync"], stdin=follower, stdout=subprocess.PIPE, stderr=follower, env=environment()
        )
        os.close(follower)
        assert process.stdout is not None
        out = process.stdout.read()
        assert process.wait(timeout=30) == 0
        drawn = os.read(leader, 65536).decode()
        os.close(leader)
    assert out.startswith(b"Home Server: synced, 6 new")
    assert "Syncing from Home Server..." in drawn
    assert "\x1b[2K└─ Tracks: 6 / 6 (100%)" in drawn


def test_a_full_sync_compares_every_row(tmp_path: Path, music: Path) -> None:
    """`--full` drops the cursors; nothing is doubled, nothing lost."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        add_source(client, server)
        wait_for_tracks(client, 6)
        assert soul("sync", "--full", home=client).code == 0
        assert tracks_in(client) == 6


def test_watching_goes_on_until_ctrl_c(tmp_path: Path, music: Path) -> None:
    """Each sync is an event, the end is one summary; Ctrl-C in the wait is an end like another."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        add_source(client, server)
        process = running("sync", "--watch", "--json", home=client)
        assert process.stdout is not None
        events = [json.loads(process.stdout.readline())]
        while events[-1]["event"] != "synced":
            events.append(json.loads(process.stdout.readline()))
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"")
    (summary,) = [json.loads(line) for line in out.splitlines()]
    assert summary["event"] == "summary"
