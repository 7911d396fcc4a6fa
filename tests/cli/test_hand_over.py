"""Handing over to the process that runs in a home, between real processes; and what is not trusted with the token."""

import asyncio
import json
import os
import signal
import threading
import time
import urllib.error
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from benchmarks.store import make_library
from tests.cli.local_api import OpenedUi, ui_of
from tests.cli.programs import add_source, running, serving, soul, wait_for_tracks
from tests.edges.slow_line import slow_line


def test_a_sync_is_done_by_the_process_that_runs_and_shown_here(tmp_path: Path, music: Path) -> None:
    """Its results are those of a sync of one's own."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        assert add_source(client, server).code == 0
        with ui_of(client) as opened:
            ran = soul("sync", "--json", home=client)
            assert (ran.code, ran.err) == (0, "")
            (result,) = ran.events()[-1]["sources"]
            assert (result["name"], result["status"], result["error"]) == ("Home Server", "synced", None)
            assert opened.ask("GET", "/api/status")["tracks"] == 6
            said = soul("sync", "Home Server", "--full", home=client)
            assert said.code == 0
            assert "the process that runs in this home does it" in said.err
            assert soul("sync", "nobody", home=client).code == 3


def test_ctrl_c_cancels_there(tmp_path: Path, music: Path) -> None:
    """And what runs there goes on running."""
    client = tmp_path / "client"
    with (
        serving(tmp_path / "server", "--music", music) as server,
        slow_line(server.url, bytes_per_second=200) as line,
    ):
        assert soul("scan", home=server.home).code == 0
        slow = {"SOUL_CLIENT_REQUEST_SECONDS": "600", "SOUL_CLIENT_READ_SECONDS": "600"}
        assert soul(
            "source", "add", line.url, "--name", "Home Server", "--username", "admin", "--password-stdin",
            home=client, stdin=server.password + "\n",
        ).code == 0  # fmt: skip
        with ui_of(client, **slow) as opened:
            process = running("sync", "--json", home=client)
            wait_until(lambda: is_begun(opened))
            process.send_signal(signal.SIGINT)
            asked_at = time.monotonic()
            out, err = process.communicate(timeout=30)
            assert time.monotonic() - asked_at < 3
            assert process.returncode == 130, err.decode()
            assert json.loads(out.splitlines()[-1])["sources"][0]["status"] == "cancelled"
            assert opened.process.poll() is None


def is_begun(opened: OpenedUi) -> bool:
    """Whether somebody has asked it for a sync by hand: who did waits for its end, and for Ctrl-C."""
    try:
        return not opened.ask("GET", "/api/sync/runs/1")["is_done"]
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return False
        raise


def test_status_tells_how_far_the_process_is_that_runs(tmp_path: Path) -> None:
    """As it says itself; and when it has gone, what the library knows."""
    client, home = tmp_path / "client", tmp_path / "server"
    home.mkdir()
    asyncio.run(make_library(f"sqlite:///{home}/server.db", 4_000, seed=1))
    with serving(home) as server, slow_line(server.url, bytes_per_second=20_000) as line:
        assert add_source(client, server, url=line.url).code == 0
        with ui_of(client):
            told: list[Any] = []

            def is_told() -> bool:
                told[:] = soul("status", "--json", home=client).json()["progress"]
                return bool(told)

            wait_until(is_told)
            assert {"source_id", "phase", "done", "total"} == set(told[0])
            assert (told[0]["phase"], told[0]["total"]) == ("Tracks", 4_000)
        after = soul("status", "--json", home=client).json()
        assert after["progress"] == []
        assert after["badge"] != "syncing"


def test_a_download_is_fetched_there_and_its_bars_are_shown_here(tmp_path: Path, music: Path) -> None:
    """Every file is told as it comes."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        assert add_source(client, server).code == 0
        wait_for_tracks(client, 6)
        with ui_of(client):
            ran = soul("download", "title:e", "--json", home=client)
            assert ran.code == 0, ran.err
            summary = ran.events()[-1]
            assert summary["downloaded"] == summary["tracks"] > 0
            assert summary["bytes"] > 0, "what came was not told"


def test_ctrl_c_takes_downloads_back_there(tmp_path: Path, music: Path) -> None:
    """What is not here yet is not fetched any more; exit 130."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        assert add_source(client, server).code == 0
        wait_for_tracks(client, 6)
        # The three built-in rules fetch nothing of a library that was never played.
        with ui_of(client, SOUL_CLIENT_DOWNLOAD_BYTES_PER_SECOND="5000") as opened:
            process = running("download", "title:e", "--json", home=client)
            assert process.stdout is not None
            while json.loads(process.stdout.readline())["event"] != "progress":
                pass
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
            assert process.returncode == 130, err.decode()
            # What was taken back did not come, and is not told as if it had.
            summary = json.loads(out.splitlines()[-1])
            assert summary["cancelled"] > 0
            assert summary["downloaded"] == soul("list", "offline:yes", "--json", home=client).out.count("\n")
            queue = opened.ask("GET", "/api/downloads")
            assert (queue["pending"], queue["active"]) == (0, 0)


# What is not trusted ------------------------------------------------------------------------------------------------


class Stranger(BaseHTTPRequestHandler):
    """Another program at that port, which says yes to everything and remembers what it was told."""

    heard: list[str] = []  # noqa: RUF012  # one test's own, emptied by it

    def do_GET(self) -> None:
        """An answer that looks right."""
        self.heard.append(f"{self.requestline}\n{self.headers}")
        body = json.dumps({"program": "soul", "version": "1", "proof": "A" * 43 + "="}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  # the base class's name

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def stranger() -> Generator[str, None, None]:
    """Its address."""
    Stranger.heard.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(10)


SECRET = "the-token-of-a-process-that-is-gone"


def leave_run_file(home: Path, url: str, pid: int) -> None:
    """As a process that was killed has left it."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "run.json").write_text(json.dumps({"pid": pid, "url": url, "token": SECRET, "version": "1.0"}))


@pytest.mark.parametrize("command", [("ui", "--no-browser", "--port", "0", "--json"), ("status",)])
def test_a_stranger_at_the_port_hears_no_secret(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Its process is alive (it is this one), its port answers: the proof is what it lacks."""
    with stranger() as url:
        leave_run_file(tmp_path, url, os.getpid())
        process = running(*command, home=tmp_path)
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert line
        assert url not in line
    assert all(SECRET not in heard for heard in Stranger.heard)


@pytest.mark.parametrize(
    "left",
    [
        {"pid": 2**22 + 7, "url": "http://127.0.0.1:9", "token": SECRET, "version": "1"},
        {"pid": -1, "url": "http://127.0.0.1:9", "token": SECRET, "version": "1"},
        {"pid": 1, "url": "http://192.0.2.1:80", "token": SECRET, "version": "1"},
        {"pid": 1, "url": "no address", "token": SECRET, "version": "1"},
        {"pid": "x"},
        [],
        "no json",
    ],
    ids=str,
)
def test_a_file_that_is_stale_or_none_does_no_harm(tmp_path: Path, left: object) -> None:
    """It is as if there was none."""
    text = left if isinstance(left, str) else json.dumps(left)
    (tmp_path / "run.json").write_text(text)
    ran = soul("status", "--json", home=tmp_path)
    assert ran.code == 0, ran.err
    assert ran.json()["sources"] == []
    with ui_of(tmp_path) as opened:
        assert json.loads((tmp_path / "run.json").read_text())["url"] == opened.url


def wait_until(is_so: Callable[[], bool]) -> None:
    """Within half a minute."""
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
