"""`soul ui`, as a process: it keeps its home in sync, is found by others, tells no secret, and ends in time."""

import json
import signal
import socket
import stat
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.local_api import UI, OpenedUi, announced, ui_of
from tests.cli.programs import add_source, interpreted, running, serving, soul, wait_for_tracks


def test_it_keeps_its_home_in_sync_and_says_where_it_is(tmp_path: Path, music: Path) -> None:
    """`run.json` is for the owner only, and goes when the process ends."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        assert add_source(client, server).code == 0
        with ui_of(client) as opened:
            run_file = client / "run.json"
            assert stat.S_IMODE(run_file.stat().st_mode) == 0o600
            deadline = time.monotonic() + 30
            while opened.ask("GET", "/api/status")["tracks"] != 6:
                assert time.monotonic() < deadline, opened.ask("GET", "/api/status")
                time.sleep(0.1)
            assert opened.ask("GET", "/api/status")["badge"]["state"] in {"syncing", "synced"}
        assert not run_file.exists()


def test_a_second_one_opens_the_page_of_the_first(tmp_path: Path) -> None:
    """With a link of its own."""
    with ui_of(tmp_path) as opened:
        second = soul("ui", "--no-browser", "--json", home=tmp_path)
        assert second.code == 0, second.err
        told = second.json()
        assert told["url"] == opened.url
        assert told["link"] != opened.link
        assert told["link"].startswith(f"{opened.url}/#code=")


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """And nothing is left behind."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = soul("ui", "--no-browser", "--json", "--port", port, home=tmp_path)
    assert ran.code == 1
    assert ran.json()["error"]["code"] == "port_taken"
    assert not (tmp_path / "run.json").exists()


def test_it_ends_in_time_while_others_listen_and_wait(tmp_path: Path) -> None:
    """A socket that is open, a request that waits, a connection that says nothing: `ui_of` looks at the clock."""
    with ui_of(tmp_path) as opened:
        host, port = opened.url.removeprefix("http://").split(":")
        token = json.loads((tmp_path / "run.json").read_text())["token"]
        head = f"Host: {host}:{port}\r\nAuthorization: Bearer {token}\r\n"
        listening, waiting, silent = (socket.create_connection((host, int(port))) for _ in range(3))
        upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        listening.sendall(f"GET /api/events HTTP/1.1\r\n{head}{upgrade}{key}\r\n".encode())
        assert listening.recv(4096).startswith(b"HTTP/1.1 101")
        deaf = socket.create_server(("127.0.0.1", 0))
        body = json.dumps({"url": f"http://127.0.0.1:{deaf.getsockname()[1]}", "username": "a", "password": "b"})
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        waiting.sendall(f"POST /api/sources HTTP/1.1\r\n{head}{kind}\r\n{body}".encode())
        asked, _ = deaf.accept()
        silent.sendall(b"GET /api/status HTTP/1.1\r\nHost:")
    told = b""
    while piece := waiting.recv(65_536):
        told += piece
    assert told.startswith(b"HTTP/1.1 503")
    assert b"going_away" in told
    for each in (listening, waiting, silent, deaf, asked):
        each.close()


@pytest.mark.parametrize("told", ["", "--quiet"])
def test_no_secret_is_in_what_it_says_or_in_the_process_list(tmp_path: Path, told: str) -> None:
    """But the link, which works once and for a minute."""
    with announced(tmp_path, interpreted(*UI, *filter(None, [told]), home=tmp_path)) as opened:
        token = json.loads((tmp_path / "run.json").read_text())["token"]
        line = Path(f"/proc/{opened.process.pid}/cmdline").read_bytes()
        assert token.encode() not in line
        assert b"code=" not in line
        assert token not in opened.link
        surroundings = Path(f"/proc/{opened.process.pid}/environ").read_bytes()
        assert token.encode() not in surroundings


def test_two_homes_are_played_at_once(tmp_path: Path) -> None:
    """Each with its own address and its own token."""
    with ui_of(tmp_path / "one") as one, ui_of(tmp_path / "two") as two:
        assert one.url != two.url
        assert one.ask("GET", "/api/status")["sources"] == []
        assert two.ask("GET", "/api/status")["sources"] == []


def test_while_a_sync_of_another_process_runs_the_page_is_there(tmp_path: Path, music: Path) -> None:
    """The home is kept once the other has ended."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        assert add_source(client, server).code == 0
        wait_for_tracks(client, 6)
        with ui_of(client) as opened:
            assert opened.ask("GET", "/api/tracks?limit=3")["next_after"]


def test_beside_a_process_that_watches_its_page_is_opened(tmp_path: Path) -> None:
    """It answers as `soul ui` does, also while 8421 is another program's; and ends as it always did."""
    (tmp_path / "music").mkdir()
    home = tmp_path / "home"
    assert soul("source", "add-folder", tmp_path / "music", home=home).code == 0
    watching = running("sync", "--watch", "--quiet", home=home)
    try:
        deadline = time.monotonic() + 30
        while not (home / "run.json").exists():
            assert watching.poll() is None, watching.communicate(timeout=30)
            assert time.monotonic() < deadline
            time.sleep(0.05)
        opened = soul("ui", "--no-browser", "--json", home=home)
        assert opened.code == 0, opened.out
        with urllib.request.urlopen(opened.json()["url"], timeout=10) as page:
            assert b"Soul Player" in page.read()
        assert soul("sync", "--json", home=home).events()[-1]["sources"][0]["status"] == "synced"
        # A second one that would keep the home is told, and does not hide the first.
        second = soul("sync", "--watch", home=home)
        assert second.code == 5
        assert json.loads((home / "run.json").read_text())["url"] == opened.json()["url"]
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(timeout=10) == 130
        assert not (home / "run.json").exists()
    finally:
        watching.kill()
        watching.communicate(timeout=30)


def test_a_phone_is_let_in_only_with_a_password_and_plain_http_is_warned_of(tmp_path: Path) -> None:
    """What cannot be is told before anything listens."""
    refused = soul("ui", "--listen", "127.0.0.1:0", "--json", home=tmp_path)
    assert (refused.code, refused.json()["error"]["code"]) == (2, "password_needed")
    short = soul("ui", "--set-password", "--password-stdin", home=tmp_path, stdin="short\n")
    assert short.code == 2
    done = soul("ui", "--set-password", "--password-stdin", home=tmp_path, stdin="night drive 1974\n")
    assert done.code == 0
    assert "night drive" not in done.out + done.err
    for arguments in (
        ("--listen", "music.example"),
        ("--listen", "192.168.1.5:x"),
        ("--listen", "192.168.1.5:70000"),
        ("--tls-cert", "x.pem", "--tls-key", "x.pem"),
        ("--listen", "127.0.0.1:0", "--tls-cert", "x.pem"),
        ("--listen", "127.0.0.1:0", "--tls-cert", "none.pem", "--tls-key", "none.pem"),
    ):
        ran = soul("ui", "--no-browser", "--port", "0", *arguments, home=tmp_path)
        assert ran.code == 2, (arguments, ran.err)
    with ui_of(tmp_path, "--listen", "127.0.0.1:0") as opened:
        beyond = json.loads(opened.before[-1])
        assert beyond["event"] == "listening_beyond"
        request = urllib.request.Request(
            beyond["url"] + "/api/session", method="POST", data=b'{"password":"night drive 1974"}',
            headers={"content-type": "application/json", "origin": beyond["url"]},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 204
            assert "HttpOnly" in answer.headers["set-cookie"]


def session_of(opened: OpenedUi) -> dict[str, str]:
    """The headers of a browser that its link let in."""
    code = opened.link.partition("#code=")[2]
    request = urllib.request.Request(
        opened.url + "/api/session", method="POST", data=json.dumps({"code": code}).encode(),
        headers={"content-type": "application/json", "origin": opened.url},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=10) as answer:
        return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


def is_in(opened: OpenedUi, headers: dict[str, str]) -> bool:
    """Whether the process takes these for a session's."""
    request = urllib.request.Request(opened.url + "/api/session", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bool(json.loads(answer.read())["is_signed_in"])


@pytest.mark.parametrize("way", ["--sign-out", "--set-password"])
def test_every_browser_is_signed_out_by_a_command_beside_it(tmp_path: Path, way: str) -> None:
    """Where a process runs, and for the next one where none does."""
    command = ("ui", way, "--password-stdin") if way == "--set-password" else ("ui", way)
    with ui_of(tmp_path) as opened:
        before = session_of(opened)
        assert is_in(opened, before)
        done = soul(*command, home=tmp_path, stdin="night drive 1974\n")
        assert done.code == 0, done.err
        assert not is_in(opened, before)
        again = soul("ui", "--no-browser", "--json", home=tmp_path).json()["link"]
        kept = session_of(replace(opened, link=again))
        port = opened.url.rpartition(":")[2]
    with ui_of(tmp_path, "--port", port) as opened:
        assert is_in(opened, kept)
    assert soul(*command, home=tmp_path, stdin="night drive 1974\n").code == 0
    with ui_of(tmp_path, "--port", port) as opened:
        assert not is_in(opened, kept)
