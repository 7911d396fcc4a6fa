"""The program as a process: one command, or a server that runs as long as a test needs it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.forked import Program, start

SOUL = Path(sys.executable).with_name("soul")
ANSWER_SECONDS = 60.0
NO_SETTINGS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Ran:
    """How one command ended, and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one object on stdout."""
        (line,) = self.out.splitlines()
        return json.loads(line)

    def events(self) -> list[Any]:
        """The objects on stdout, a line each."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**extra: str) -> dict[str, str]:
    """This process's, without anything that would change what the program does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SOUL_", "_SOUL", "NO_COLOR"))}
    # Tests of one machine must not find each other's servers.
    return {**kept, "PYTHONUTF8": "1", "SOUL_SERVER_ANNOUNCE": "false", **extra}


def soul(*arguments: str | Path, home: Path | None = None, stdin: str = "", **extra: str) -> Ran:
    """Run one command to its end. stdin is a pipe: there is no terminal."""
    place = () if home is None else ("--home", home)
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        program = start([SOUL, *place, *arguments], (reading, out.fileno(), err.fileno()), environment(**extra))
        os.close(reading)
        with os.fdopen(writing, "wb") as answers, contextlib.suppress(BrokenPipeError):
            answers.write(stdin.encode())
        code = _ended(program)
        out.seek(0)
        err.seek(0)
        return Ran(code, out.read().decode(), err.read().decode())


def running(
    *arguments: str | Path, home: Path, settings: Mapping[str, str] = NO_SETTINGS, in_own_session: bool = False
) -> Program:
    """Start one command that a test wants to watch: its output comes over pipes, there is no input."""
    out, its_out = os.pipe()
    err, its_err = os.pipe()
    with Path(os.devnull).open("rb") as nothing:
        program = start(
            [SOUL, "--home", home, *arguments], (nothing.fileno(), its_out, its_err), environment(**settings),
            in_own_session=in_own_session,
        )  # fmt: skip
    os.close(its_out)
    os.close(its_err)
    program.stdout, program.stderr = os.fdopen(out, "rb"), os.fdopen(err, "rb")
    return program


def interpreted(*arguments: str | Path, home: Path) -> "subprocess.Popen[bytes]":
    """The same in an interpreter that is its own from the start, for what the system shows of it."""
    return subprocess.Popen(
        [SOUL, "--home", home, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(),
    )  # fmt: skip


def _ended(program: Program) -> int:
    try:
        return program.wait(ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        raise


@dataclass(frozen=True)
class Serving:
    """A server that listens."""

    home: Path
    url: str
    password: str
    process: Program
    said: Path


@contextmanager
def serving(
    home: Path, *arguments: str | Path, wait_for: str = "listening on ", **extra: str
) -> Generator[Serving, None, None]:
    """`soul serve` on a free port; stopped by SIGTERM, which must end it well."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    said = home / "said.txt"
    with said.open("wb") as stream, Path(os.devnull).open("rb") as nothing:
        streams = (nothing.fileno(), stream.fileno(), stream.fileno())
        process = start([SOUL, "--home", home, "serve", "--port", "0", *arguments], streams, environment(**extra))
    try:
        url = wait_for_line(said, wait_for, process).removesuffix('"}')
        password_file = home / "first-password"
        password = password_file.read_text().strip() if password_file.exists() else ""
        yield Serving(home, url, password, process, said)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)
    assert code == 0, said.read_text()


def wait_for_line(
    said: Path, prefix: str, process: "Program | subprocess.Popen[bytes]", *, seconds: float = 30.0
) -> str:
    """The rest of the first line that begins so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for line in said.read_text(errors="replace").splitlines():
            if line.startswith(prefix):
                return line.removeprefix(prefix)
        assert process.poll() is None, f"it ended before it said {prefix!r}: {said.read_text()}"
        time.sleep(0.02)
    raise AssertionError(f"it never said {prefix!r}: {said.read_text()}")


def add_source(home: Path, server: Serving, *, name: str = "Home Server", url: str | None = None) -> Ran:
    """Sign the home's client in at the server."""
    return soul(
        "source", "add", url or server.url, "--name", name, "--username", "admin", "--password-stdin",
        home=home, stdin=server.password + "\n",
    )  # fmt: skip


def wait_for_tracks(home: Path, count: int, *, seconds: float = 30.0) -> None:
    """Sync until the library has so many tracks: the server scans in its own time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert soul("sync", home=home).code == 0
        if soul("status", "--json", home=home).json()["sources"][0]["tracks"] == count:
            return
        time.sleep(0.1)
    raise AssertionError(f"{count} tracks never came: {soul('status', home=home).out}")
