"""`soul ui` as a process, and asking its local API as another program does."""

import json
import signal
import subprocess
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.programs import running
from tests.forked import Program

STOP_SECONDS = 2.0
UI = ("ui", "--no-browser", "--json", "--port", "0")


@dataclass(frozen=True)
class OpenedUi:
    """A running `soul ui`. `link` works once, for a minute."""

    home: Path
    url: str
    link: str
    process: "Program | subprocess.Popen[bytes]"
    # What it said before.
    before: tuple[bytes, ...] = ()

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """With the token of `run.json`; the body of an answer that went well."""
        token = json.loads((self.home / "run.json").read_text())["token"]
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("authorization", f"Bearer {token}")
        if body is not None:
            request.add_header("content-type", "application/json")
            request.data = json.dumps(body).encode()
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")


def is_announced(home: Path, url: str) -> bool:
    """Whether the home says that it is there. A file of another process may be there before."""
    try:
        said = json.loads((home / "run.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return isinstance(said, dict) and said.get("url") == url


@contextmanager
def ui_of(home: Path, *arguments: str, **extra: str) -> Generator[OpenedUi, None, None]:
    """On a free port, announced in the home; ended by SIGTERM, well and in time."""
    with announced(home, running(*UI, *arguments, home=home, settings=extra)) as opened:
        yield opened


@contextmanager
def announced(home: Path, process: "Program | subprocess.Popen[bytes]") -> Generator[OpenedUi, None, None]:
    """The same for one that was started already."""
    try:
        assert process.stdout is not None
        before: list[bytes] = []
        while True:
            line = process.stdout.readline()
            assert line, process.communicate(timeout=30)
            told = json.loads(line)
            if told.get("event") == "listening":
                break
            before.append(line)
        deadline = time.monotonic() + 20
        while not is_announced(home, told["url"]):
            assert time.monotonic() < deadline, "it never kept its home"
            time.sleep(0.02)
        yield OpenedUi(home, told["url"], told["link"], process, tuple(before))
    except BaseException:
        process.kill()
        raise
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, err = process.communicate(timeout=30)
        seconds = time.monotonic() - began
    assert process.returncode == 0, err.decode()
    assert seconds < STOP_SECONDS, seconds
    assert b"Traceback" not in err, err.decode()
