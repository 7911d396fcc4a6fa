"""`soul sync --watch`, as processes: two homes that keep each other up to date, and end when they are told to."""

import asyncio
import json
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.store import make_library
from tests.cli.programs import add_source, running, serving, soul, wait_for_tracks
from tests.edges.slow_line import slow_line
from tests.forked import Program

TRACKS = 4_000
STOP_SECONDS_MAX = 2.0


@contextmanager
def watching(home: Path) -> Generator[Program, None, None]:
    """A process that keeps this home in sync; it was synced once when the block begins."""
    process = running("sync", "--watch", "--json", home=home)
    try:
        assert next_event(process, "synced")["sources"][0]["status"] == "synced"
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)


def next_event(process: Program, name: str) -> Any:
    """The next of this name."""
    assert process.stdout is not None
    while line := process.stdout.readline():
        event = json.loads(line)
        if event["event"] == name:
            return event
    raise AssertionError("the process ended")


def test_an_edit_in_one_home_is_seen_in_another_while_both_are_watched(tmp_path: Path, music: Path) -> None:
    """The edit is made by a third process, beside the one that watches."""
    phone, desk = tmp_path / "phone", tmp_path / "desk"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        for home in (phone, desk):
            add_source(home, server)
            wait_for_tracks(home, 6)
        with watching(phone), watching(desk) as hearing:
            assert soul("favourite", "1", home=phone).code == 0
            began = time.monotonic()
            while not json.loads(soul("show", "1", "--json", home=desk).out)["favourite"]:
                assert time.monotonic() - began < 20
            # A second process for one home is told that there is one.
            second = soul("sync", "--watch", home=desk)
            assert second.code == 5
            assert "in sync" in second.err or "synced already" in second.err
            hearing.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert next_event(hearing, "summary")["sources"][0]["status"] == "cancelled"
            assert hearing.wait(timeout=10) == 130
            assert time.monotonic() - began < 2.0


def end_with_sigterm(process: Program) -> float:
    """How long it took; it must end as one that was interrupted does, with its one summary."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    last = process.stdout.read().splitlines()[-1]
    assert process.wait(timeout=10) == 130
    assert json.loads(last)["event"] == "summary"
    return time.monotonic() - began


def test_sigterm_in_the_middle_of_a_large_first_sync_ends_within_two_seconds(tmp_path: Path) -> None:
    """And nothing that had come is lost, and nothing goes on behind it."""
    server_home, client = tmp_path / "server", tmp_path / "client"
    server_home.mkdir()
    asyncio.run(make_library(f"sqlite:///{server_home}/server.db", TRACKS, seed=1))
    with serving(server_home) as server, slow_line(server.url, bytes_per_second=60_000) as line:
        assert add_source(client, server, url=line.url).code == 0
        process = running("sync", "--watch", "--json", home=client, settings={"SOUL_CLIENT_PAGE_ROWS": "100"})
        while next_event(process, "progress")["done"] < 200:
            pass
        assert end_with_sigterm(process) < STOP_SECONDS_MAX
        process.communicate(timeout=30)
        assert 200 <= soul("status", "--json", home=client).json()["sources"][0]["tracks"] < TRACKS
        assert soul("source", "address", "add", "Home Server", server.url, home=client).code == 0
        assert soul("source", "address", "remove", "Home Server", line.url, home=client).code == 0
        assert soul("sync", home=client).code == 0
        assert soul("status", "--json", home=client).json()["sources"][0]["tracks"] == TRACKS


def test_sigterm_while_music_is_downloaded_ends_within_two_seconds_and_is_gone_on_from(
    tmp_path: Path, music: Path
) -> None:
    """Handed over by another command, which hears of the end as well."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        with slow_line(server.url, bytes_per_second=20_000) as line:
            assert add_source(client, server, url=line.url).code == 0
            wait_for_tracks(client, 6)
            with watching(client) as process:
                asking = running("download", "--yes", "", home=client)
                began = time.monotonic()
                while not soul("status", "--json", home=client).json()["downloads"]["active"]:
                    assert time.monotonic() - began < 30
                assert end_with_sigterm(process) < STOP_SECONDS_MAX
                asking.communicate(timeout=30)
            assert soul("source", "address", "add", "Home Server", server.url, home=client).code == 0
            assert soul("source", "address", "remove", "Home Server", line.url, home=client).code == 0
        assert soul("downloads", "run", home=client).code == 0
        left = soul("status", "--json", home=client).json()["downloads"]
        assert (left["pending"], left["active"], left["failed"]) == (0, 0, 0)
