"""mpd (the Debian package) on the same files: how long its update of an empty database takes."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

from benchmarks.cpu import process_cpu_seconds

TIMEOUT_SECONDS = 600.0
_POLL_SECONDS = 0.005


def find_mpd() -> str | None:
    """Where it is; None when it is not installed."""
    return shutil.which("mpd", path="/usr/bin:/usr/local/bin:/usr/sbin")


def measure_update(mpd: str, music: Path, scratch: Path) -> tuple[float, float]:
    """Wall and CPU seconds of one update of an empty database."""
    scratch.mkdir(parents=True)
    address = scratch / "mpd.socket"
    settings = scratch / "mpd.conf"
    settings.write_text(
        f'music_directory "{music}"\ndb_file "{scratch}/database"\nstate_file "{scratch}/state"\n'
        f'bind_to_address "{address}"\nlog_file "{scratch}/log"\nauto_update "no"\n'
        'audio_output {\n type "null"\n name "none"\n}\n'
    )
    with subprocess.Popen([mpd, "--no-daemon", str(settings)], stderr=subprocess.DEVNULL) as process:
        try:
            with _connect(address) as connection:
                cpu, wall = process_cpu_seconds(process.pid), time.perf_counter()
                _ask(connection, "update")
                deadline = wall + TIMEOUT_SECONDS
                while "updating_db" in _ask(connection, "status"):
                    assert time.perf_counter() < deadline, "mpd's update did not end"
                    time.sleep(_POLL_SECONDS)
                return time.perf_counter() - wall, process_cpu_seconds(process.pid) - cpu
        finally:
            process.terminate()


def _connect(address: Path) -> socket.socket:
    deadline = time.perf_counter() + 30
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(30)
    while True:
        try:
            connection.connect(str(address))
        except OSError:
            assert time.perf_counter() < deadline, "mpd did not start"
            time.sleep(_POLL_SECONDS)
        else:
            break
    connection.recv(100)
    return connection


def _ask(connection: socket.socket, command: str) -> str:
    connection.sendall(f"{command}\n".encode())
    answer = b""
    while not answer.endswith(b"OK\n"):
        assert not answer.startswith(b"ACK"), answer
        answer += connection.recv(4096)
    return answer.decode()
