"""`soul serve`, as a process: what it prints, whom it lets in, how it ends."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from tests.cli.programs import SOUL, add_source, environment, serving, soul


def test_it_says_where_it_listens_and_stops_when_told(tmp_path: Path, music: Path) -> None:
    """`serving` holds that SIGTERM ends it with 0."""
    with serving(tmp_path / "home", "--music", music) as server:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", server.url)
        with urllib.request.urlopen(server.url + "/api/health", timeout=10) as answer:
            assert json.load(answer) == {"status": "ok"}
    assert server.said.read_text().splitlines()[-1] == "stopped"


def test_the_first_password_waits_in_a_file_for_its_owner(tmp_path: Path) -> None:
    """Without a terminal: 0600, its path told, the password not; the first sign-in deletes it; made only once."""
    with serving(tmp_path / "home") as server:
        file = server.home / "first-password"
        assert file.stat().st_mode & 0o777 == 0o600
        assert str(file) in server.said.read_text()
        assert server.password not in server.said.read_text()
        assert add_source(tmp_path / "client", server).code == 0
        assert not file.exists()
    with serving(tmp_path / "home") as server:
        assert not (server.home / "first-password").exists()


def test_on_a_terminal_the_first_password_is_shown(tmp_path: Path) -> None:
    """Once, and it is in no file."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [SOUL, "--home", tmp_path, "serve", "--port", "0"], stdin=follower, stdout=follower, stderr=follower,
        env=environment(),
    )  # fmt: skip
    os.close(follower)
    said = ""
    deadline = time.monotonic() + 30
    while "listening on" not in said and time.monotonic() < deadline:
        said += os.read(leader, 4096).decode()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    os.close(leader)
    assert re.search(r"first account: admin, password: [a-z2-7]{20}", said)
    assert not (tmp_path / "first-password").exists()


def test_in_json_every_notice_is_an_event(tmp_path: Path) -> None:
    """For whoever starts it from a program."""
    with serving(tmp_path, "--json", wait_for='{"event":"listening","url":"') as server:
        events = [json.loads(line) for line in server.said.read_text().splitlines()]
    assert [event["event"] for event in events] == ["first_password", "listening"]
    assert events[0]["path"] == str(tmp_path / "first-password")


def test_a_port_that_is_taken_is_a_clear_error(tmp_path: Path) -> None:
    """Exit 1, and nothing else happened: no account was made."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = soul("serve", "--port", str(taken.getsockname()[1]), "--json", home=tmp_path)
    assert (ran.code, ran.json()["error"]["code"]) == (1, "cannot_start")
    assert not (tmp_path / "first-password").exists()


def test_settings_that_cannot_be_are_refused(tmp_path: Path) -> None:
    """A certificate without its key; a database of no known kind."""
    ran = soul("serve", "--tls-cert", "x.pem", "--json", home=tmp_path)
    assert (ran.code, ran.json()["error"]["code"]) == (2, "config_invalid")
    ran = soul("serve", "--port", "0", "--database", "mysql://x", "--json", home=tmp_path)
    assert (ran.code, ran.json()["error"]["code"]) == (2, "config_invalid")
    assert "mysql" in ran.json()["error"]["message"]


def test_it_serves_from_postgresql_too(tmp_path: Path, music: Path, store_url: str) -> None:
    """Every command of a server on each engine, chosen by one setting, beside the running server."""
    home, client = tmp_path / "server", tmp_path / "client"
    assert soul("config", "set", "server.database", store_url, home=home).code == 0
    assert soul("scan", "--music", music, "--json", home=home).events()[-1]["added"] == 6
    with serving(home, "--music", music) as server:
        add_source(client, server)
        assert soul("sync", "--json", home=client).events()[-1]["sources"][0]["tracks_synced"] == 6
        next(music.rglob("*.mp3")).unlink()
        # The watcher may have seen it before this scan does.
        assert soul("scan", "--json", home=home).events()[-1]["removed"] <= 1
        assert soul("sync", "--json", home=client).events()[-1]["sources"][0]["tracks_deleted"] == 1
        assert soul("user", "add", "ann", "--password-stdin", home=home, stdin="a good long one\n").code == 0
        assert len(soul("user", "list", "--json", home=home).json()["users"]) == 2
    if store_url.startswith("postgresql"):
        refused = soul("backup", tmp_path / "file", "--json", home=home)
        assert refused.code == 1
        assert "pg_dump" in refused.json()["error"]["message"]
        assert not (home / "server.db").exists()
