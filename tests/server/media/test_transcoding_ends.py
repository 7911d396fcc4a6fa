"""No ffmpeg outlives whoever wanted it: a client that goes, a server that is told to end, a server that is killed."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import requests

from soul_player.protocol.ids import TrackId
from tests.cli.programs import SOUL, environment
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.makers_scan import until
from tests.server.media.test_transcoding import children
from tests.server.running import PASSWORD, USERNAME, RunningServer, running_server

LONG_SECONDS = 1_500.0


def sign_in(url: str, username: str, password: str) -> str:
    login = {"username": username, "password": password, "device_id": "x"}
    answer = requests.post(f"{url}/api/auth/login", json=login, timeout=30)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def one_track(url: str, token: str) -> TrackId:
    """Once it was scanned."""
    headers = {"Authorization": f"Bearer {token}"}
    requests.post(f"{url}/api/admin/scan?wait=true", headers=headers, timeout=60)
    (track,) = requests.get(f"{url}/api/sync/tracks", headers=headers, timeout=30).json()["tracks"]
    return TrackId(track["id"])


def begin(url: str, token: str, track_id: str) -> socket.socket:
    """A player that has heard the first bytes of a transcode, and reads no further."""
    address = urlsplit(url)
    player = socket.create_connection((address.hostname or "", address.port or 0), timeout=30)
    path = f"/api/tracks/{track_id}/stream?quality=low"
    player.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    head = player.recv(4096)
    assert head.startswith(b"HTTP/1.1 200"), head
    return player


async def ready(running: RunningServer) -> tuple[str, str]:
    token = await asyncio.to_thread(sign_in, running.url, USERNAME, PASSWORD)
    return token, await asyncio.to_thread(one_track, running.url, token)


def test_a_client_that_goes_takes_the_process_along(tmp_path: Path) -> None:
    """The last of two; over real sockets, cut without a word."""
    make_audio(tmp_path / "music" / "long", "flac", seconds=LONG_SECONDS)

    async def story() -> None:
        async with running_server(tmp_path / "home", music=(tmp_path / "music",), fingerprints=False) as running:
            token, track_id = await ready(running)
            await until(lambda: running.server.scanner.status().state.value == "idle")
            before = children()
            players = [await asyncio.to_thread(begin, running.url, token, track_id) for _ in range(2)]
            made = children() - before
            assert len(made) == 1
            players[0].close()
            await asyncio.sleep(0.5)
            assert children() - before == made
            players[1].close()
            await until(lambda: running.server.transcoding.running == 0)
            assert children() - before == set()
            assert list((tmp_path / "home" / "transcodes").iterdir()) == []

    run(story())


def test_a_server_that_ends_leaves_none(tmp_path: Path) -> None:
    """However much of it there is still to hear."""
    make_audio(tmp_path / "music" / "long", "flac", seconds=LONG_SECONDS)

    async def story() -> None:
        before = children()
        music = (tmp_path / "music",)
        async with running_server(tmp_path / "home", music=music, fingerprints=False, stop_seconds=0.5) as running:
            token, track_id = await ready(running)
            player = await asyncio.to_thread(begin, running.url, token, track_id)
            assert running.server.transcoding.running == 1
            began = time.monotonic()
        assert time.monotonic() - began < 10
        assert children() == before
        player.close()

    run(story())


def test_a_server_that_is_killed_leaves_none(tmp_path: Path) -> None:
    """Nobody is left to end it: it ends of its own, because nobody takes what it makes. The next start cleans up."""
    make_audio(tmp_path / "music" / "long", "flac", seconds=LONG_SECONDS)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    argv = [
        str(SOUL),
        "--home",
        str(tmp_path / "home"),
        "serve",
        "--music",
        str(tmp_path / "music"),
        "--port",
        str(port),
    ]
    settings = environment(SOUL_SERVER_FINGERPRINTS="false")
    server = subprocess.Popen(argv, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: bool(list((tmp_path / "home").rglob("*password*"))) and answers(url))
        (told,) = (tmp_path / "home").rglob("*password*")
        token = sign_in(url, "admin", told.read_text().split()[-1])
        player = begin(url, token, one_track(url, token))
        made = [pid for pid in descendants(server.pid) if b"/dev/fd/" in command_of(pid)]
        assert len(made) == 1
        server.kill()
        server.wait()
        wait_for(lambda: not Path(f"/proc/{made[0]}").exists() or b"/dev/fd/" not in command_of(made[0]))
        player.close()
    finally:
        server.kill()
        server.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/api/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def descendants(pid: int) -> list[int]:
    found = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return found + [each for child in found for each in descendants(child)]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""
