"""A real `soul serve` in a process of its own, so that its CPU time and memory are its own."""

import http.client
import json
import queue
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
REQUEST_SECONDS_MAX = 120.0
LISTENING = "listening on "


@dataclass(frozen=True)
class Served:
    """A server that accepts connections, an account of it, and an access token of that account."""

    url: str
    pid: int
    username: str
    password: str
    access_token: str


class Connection:
    """One kept-alive connection that sends the token along. What comes back is read, not decoded."""

    def __init__(self, served: Served) -> None:
        address = urlsplit(served.url)
        assert address.hostname is not None
        self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=REQUEST_SECONDS_MAX)
        self._headers = {"Authorization": f"Bearer {served.access_token}"}

    def get(self, path: str, **headers: str) -> bytes:
        """The body of a 2xx or 304 answer, as it came over the wire. `Accept_Encoding=` becomes `Accept-Encoding`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("GET", path, headers={**self._headers, **named})
        with self._connection.getresponse() as response:
            body = response.read()
            if response.status not in (200, 206, 304):
                raise AssertionError(f"{path}: {response.status} {body[:500]!r}")
            return body

    def post(self, path: str, body: object) -> bytes:
        """The body of a 2xx answer to a JSON body."""
        headers = {**self._headers, "Content-Type": "application/json"}
        self._connection.request("POST", path, json.dumps(body), headers)
        with self._connection.getresponse() as response:
            answer = response.read()
            assert 200 <= response.status < 300, (path, response.status, answer[:500])
            return answer

    def discard(self, path: str, *, piece_bytes: int = 1 << 20, **headers: str) -> int:
        """Read a large body and throw it away; how many bytes it had."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("GET", path, headers={**self._headers, **named})
        total = 0
        buffer = bytearray(piece_bytes)
        with self._connection.getresponse() as response:
            assert response.status in (200, 206), (path, response.status)
            while count := response.readinto(buffer):
                total += count
        return total

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextmanager
def connected(served: Served) -> Iterator[Connection]:
    """A connection for the block."""
    connection = Connection(served)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def serving(home: Path, *, database_url: str | None = None, music: Sequence[Path] = ()) -> Iterator[Served]:
    """Start the server on a free port with a home of its own; stop it with SIGTERM when the block ends."""
    username, password = f"bench-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    write_settings(home, database_url)
    # The library may have had a server with another home before: its first admin's password is not known here.
    add_user(home, username, password)
    with started(home, music=music) as (process, url):
        yield Served(url, process.pid, username, password, sign_in(url, username, password))


def write_settings(home: Path, database_url: str | None) -> None:
    """Let every command in this home find the store."""
    home.mkdir(parents=True, exist_ok=True)
    if database_url is not None:
        (home / "server.toml").write_text(f"database = {json.dumps(database_url)}\n", "utf-8")


def add_user(home: Path, username: str, password: str) -> None:
    """An admin's account."""
    arguments = ["user", "add", username, "--admin", "--password-stdin"]
    command = [sys.executable, "-m", "soul_player", "--home", str(home), *arguments]
    done = subprocess.run(command, input=f"{password}\n", text=True, capture_output=True, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)


@contextmanager
def started(home: Path, *, music: Sequence[Path] = ()) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its URL, once it says that it is listening."""
    command = [
        sys.executable,
        "-m",
        "soul_player",
        "--home",
        str(home),
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-announce",
    ]
    for folder in music:
        command += ["--music", str(folder)]
    with listening(command) as started_process:
        yield started_process


@contextmanager
def listening(command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Any server that says `listening on URL`; stopped with SIGTERM when the block ends."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process, _await_listening(process)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def sign_in(url: str, username: str, password: str, *, device_id: str = "benchmark") -> str:
    """An access token."""
    address = urlsplit(url)
    assert address.hostname is not None
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=REQUEST_SECONDS_MAX)
    try:
        body = {"username": username, "password": password, "device_id": device_id, "device_name": device_id}
        connection.request("POST", "/api/auth/login", json.dumps(body), {"Content-Type": "application/json"})
        with connection.getresponse() as response:
            answer = json.load(response)
            assert response.status == 200, answer
            token = answer["access_token"]
            assert isinstance(token, str)
            return token
    finally:
        connection.close()


def _await_listening(process: subprocess.Popen[str]) -> str:
    """The URL after `listening on`. A thread goes on reading, so that a talkative server never blocks on its pipe."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    said: list[str] = []

    def read() -> None:
        assert process.stdout is not None
        is_listening = False
        for line in process.stdout:
            if not is_listening:
                lines.put(line)
                is_listening = LISTENING in line
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=START_SECONDS_MAX)
        except queue.Empty:
            raise AssertionError(f"the server did not listen within {START_SECONDS_MAX} s: {''.join(said)}") from None
        if line is None:
            raise AssertionError(f"the server ended before it listened: {''.join(said)}")
        said.append(line)
        if LISTENING in line:
            return line.partition(LISTENING)[2].split()[0]
