"""systemd is really told, over a real socket."""

import asyncio
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from soul_player.server.listening.service_manager import ALIVE, READY, STOPPING, notify, stay_alive
from tests.cli.programs import SOUL, environment
from tests.conftest import make_postgres_database, run


def listening(path: str) -> socket.socket:
    """As systemd does."""
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind("\0" + path[1:] if path.startswith("@") else path)
    manager.settimeout(30)
    return manager


@pytest.mark.parametrize("kind", ["a path", "an abstract name"])
def test_it_is_told(tmp_path: Path, kind: str) -> None:
    address = f"@soul-{os.getpid()}" if kind == "an abstract name" else str(tmp_path / "notify")
    with listening(address) as manager:
        assert notify(READY, {"NOTIFY_SOCKET": address})
        assert manager.recv(100) == b"READY=1"


def test_nobody_to_tell_is_no_trouble(tmp_path: Path) -> None:
    assert not notify(READY, {})
    assert not notify(READY, {"NOTIFY_SOCKET": "vsock:2:1234"})
    assert not notify(READY, {"NOTIFY_SOCKET": str(tmp_path / "nobody")})


def test_the_watchdog_is_kept_quiet(tmp_path: Path) -> None:
    """Twice as often as it wants; and not when it watches another process."""
    address = str(tmp_path / "notify")

    async def pulse(**more: str) -> None:
        async with asyncio.timeout(0.3):
            await stay_alive({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "100000", **more})

    with listening(address) as manager:
        with pytest.raises(TimeoutError):
            run(pulse())
        manager.settimeout(0)
        beats = 0
        while beats < 4:
            assert manager.recv(100) == ALIVE.encode()
            beats += 1
        run(pulse(WATCHDOG_PID="1"))


@pytest.mark.parametrize("workers", [1, 2])
def test_the_server_says_when_it_is_ready_and_when_it_stops(tmp_path: Path, postgres_url: str, workers: int) -> None:
    """Once each, by the process that was started: a worker's word would not count."""
    address = str(tmp_path / "notify")
    flags = ["--workers", "2", "--database", make_postgres_database(postgres_url)] if workers == 2 else []
    with listening(address) as manager:
        process = subprocess.Popen(
            [SOUL, "--home", tmp_path / "home", "serve", "--port", "0", *flags],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment(NOTIFY_SOCKET=address),
        )  # fmt: skip
        assert manager.recv(100) == READY.encode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert manager.recv(100) == STOPPING.encode()
        manager.settimeout(0)
        with pytest.raises(BlockingIOError):
            manager.recv(100)
