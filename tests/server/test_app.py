"""A whole server process: how it starts, what it says, how it ends."""

import asyncio
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from soul_player.server.errors import ConfigError, StartError
from soul_player.server.listening.listener import bind
from soul_player.server.store.roots import list_roots
from tests.conftest import run
from tests.edges.certificates import FOLDER as CERTIFICATES
from tests.makers_audio import make_audio
from tests.server.running import running_server

START_SECONDS_MAX = 30.0
LISTENING = re.compile(r"listening on (\S+)")


@dataclass
class Process:
    """A real `python -m soul_player serve`."""

    process: subprocess.Popen[str]
    url: str
    said: str

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(how)
        return self.process.wait(30)


@contextmanager
def serving(home: Path, *flags: str) -> Generator[Process, None, None]:
    """On a free port, until the block ends."""
    command = [sys.executable, "-m", "soul_player", "--home", str(home), "serve", "--port", "0", *flags]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SOUL_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) as it:
        try:
            assert it.stdout is not None
            said = ""
            deadline = time.monotonic() + START_SECONDS_MAX
            while (found := LISTENING.search(said)) is None:
                line = it.stdout.readline()
                assert line, f"it ended: {said}"
                assert time.monotonic() < deadline, said
                said += line
            yield Process(it, found.group(1), said)
        finally:
            it.kill()


def first_password(home: Path) -> str:
    """Without a terminal it is in a file."""
    return (home / "first-password").read_text().strip()


async def sign_in(session: aiohttp.ClientSession, url: str, password: str) -> dict[str, str]:
    """The header to send along."""
    login = {"username": "admin", "password": password, "device_id": "test"}
    async with session.post(f"{url}/api/auth/login", json=login) as answer:
        assert answer.status == 200, await answer.text()
        return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}


def test_the_first_start_makes_an_admin_whose_password_only_its_owner_reads(tmp_path: Path) -> None:
    """It is told once, deleted at the first sign-in, and no second start makes another."""
    home = tmp_path / "home"
    with serving(home) as it:
        path = home / "first-password"
        assert str(path) in it.said
        assert path.stat().st_mode & 0o777 == 0o600
        password = first_password(home)
        assert password not in it.said

        async def story() -> None:
            async with aiohttp.ClientSession() as session:
                await sign_in(session, it.url, password)

        run(story())
        assert not path.exists()
        assert it.stop() == 0
    with serving(home) as it:
        assert "first" not in it.said
        assert not (home / "first-password").exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stream_in_flight_is_finished_before_the_end(tmp_path: Path, how: signal.Signals) -> None:
    """A restart of the server must not cut off what somebody listens to; new connections are refused at once."""
    music = tmp_path / "music"
    file = make_audio(music / "song", "wav", seconds=120.0)
    with serving(tmp_path / "home", "--music", str(music)) as it:

        async def story() -> bytes:
            async with aiohttp.ClientSession(read_bufsize=1024) as session:
                headers = await sign_in(session, it.url, first_password(tmp_path / "home"))
                async with session.post(f"{it.url}/api/admin/scan?wait=true", headers=headers) as answer:
                    assert answer.status == 200
                async with session.get(f"{it.url}/api/sync/tracks", headers=headers) as answer:
                    (track,) = (await answer.json())["tracks"]
                async with session.get(f"{it.url}/api/tracks/{track['id']}/stream", headers=headers) as answer:
                    begun = await answer.content.readexactly(1000)
                    it.process.send_signal(how)
                    await refused(it.url)
                    return begun + await answer.content.read()

        assert run(story()) == file.read_bytes()
        assert it.process.wait(30) == 0


async def refused(url: str) -> None:
    """Wait until nobody listens there any more."""
    host, port = url.removeprefix("http://").split(":")
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except ConnectionRefusedError:
            return
        writer.close()
        await asyncio.sleep(0.02)
    pytest.fail("it goes on listening")


def test_a_stream_that_does_not_end_does_not_hold_the_server_for_ever(tmp_path: Path) -> None:
    """A player that was paused is cut off after the bound."""
    make_audio(tmp_path / "music" / "song", "wav", seconds=120.0)

    async def story() -> float:
        async with aiohttp.ClientSession(read_bufsize=1024) as session:
            async with running_server(tmp_path / "home", music=(tmp_path / "music",), stop_seconds=1.0) as running:
                await running.server.scanner.scan()
                login = {"username": running.username, "password": running.password, "device_id": "d"}
                async with session.post(f"{running.url}/api/auth/login", json=login) as answer:
                    headers = {"Authorization": f"Bearer {(await answer.json())['access_token']}"}
                async with session.get(f"{running.url}/api/sync/tracks", headers=headers) as answer:
                    (track,) = (await answer.json())["tracks"]
                paused = await session.get(f"{running.url}/api/tracks/{track['id']}/stream", headers=headers)
                await paused.content.readexactly(1000)
                began = asyncio.get_running_loop().time()
            ended = asyncio.get_running_loop().time() - began
            paused.close()
            return ended

    assert run(story()) < 10.0


def test_its_folders_are_known_before_anybody_is_told_that_it_listens(tmp_path: Path) -> None:
    """A script that waits for that line and then says `soul scan` was told that there is no folder of music."""

    async def story() -> list[bytes]:
        async with running_server(tmp_path / "home", music=(tmp_path,)) as running:
            return [root.path for root in await running.server.store.database.read(list_roots) if root.is_configured]

    assert run(story()) == [os.fsencode(tmp_path)]


def test_a_taken_port_is_told_in_words(tmp_path: Path) -> None:
    """Not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"port {port}"):
            bind("127.0.0.1", port)
        command = [sys.executable, "-m", "soul_player", "--home", str(tmp_path), "serve", "--port", str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 1
        assert f"port {port}" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_tls_is_served_with_the_certificate_that_was_given(tmp_path: Path) -> None:
    """And the address says https."""
    pem = CERTIFICATES / "first.pem"

    async def story() -> None:
        async with (
            running_server(tmp_path / "home", tls_cert=pem, tls_key=pem) as running,
            aiohttp.ClientSession() as session,
        ):
            assert running.url.startswith("https://")
            trusting = ssl.create_default_context(cafile=str(pem))
            async with session.get(f"{running.url}/api/health", ssl=trusting) as answer:
                assert await answer.json() == {"status": "ok"}
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await session.get(f"{running.url}/api/health")

    run(story())


def test_files_that_are_no_certificate_are_named(tmp_path: Path) -> None:
    """And not in OpenSSL's words alone."""
    empty, none = tmp_path / "empty.pem", tmp_path / "none.pem"
    empty.touch()
    for key, said in ((empty, "no certificate and its key"), (none, f"{none}: No such file")):

        async def story(key: Path = key) -> None:
            async with running_server(tmp_path / "home", tls_cert=empty, tls_key=key):
                pytest.fail("it started")

        with pytest.raises(ConfigError, match=said):
            run(story())


def test_a_key_that_does_not_fit_is_told_before_the_start(tmp_path: Path) -> None:
    """A server that starts and refuses every handshake would look like a broken network."""
    cert, other_key = CERTIFICATES / "first.pem", CERTIFICATES / "second.pem"

    async def story() -> None:
        async with running_server(tmp_path / "home", tls_cert=cert, tls_key=other_key):
            pytest.fail("it started")

    with pytest.raises(ConfigError, match="tls"):
        run(story())


def test_a_start_costs_little(tmp_path: Path) -> None:
    """The bar, 0.5 s on a quiet machine, is the benchmarks'; this holds off a start that would read the library."""
    with serving(tmp_path / "home") as it:
        fields = Path(f"/proc/{it.process.pid}/stat").read_text().rpartition(")")[2].split()
        cpu_seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        assert cpu_seconds < 2.0
