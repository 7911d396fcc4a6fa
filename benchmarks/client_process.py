"""Real `soul` commands of a client, each in a process of its own, whose CPU time and memory the kernel counts."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.server_process import Served

COMMAND_SECONDS_MAX = 1_800


@dataclass(frozen=True)
class Finished:
    """What a command cost, and the last object it printed."""

    cpu_seconds: float
    wall_seconds: float
    peak_memory_bytes: int
    summary: dict[str, Any]


def add_source(home: Path, served: Served) -> None:
    """Sign this home in at the server."""
    arguments = ["source", "add", served.url, "--name", "home", "--username", served.username, "--password-stdin"]
    run_soul(home, arguments, stdin=f"{served.password}\n")


def sync(home: Path) -> Finished:
    """`soul sync`, whose one source must come out synced."""
    done = run_soul(home, ["sync"])
    (source,) = done.summary["sources"]
    assert source["status"] == "synced", done.summary
    return done


def synced(done: Finished) -> dict[str, Any]:
    """What the summary of a sync says of its one source."""
    (source,) = done.summary["sources"]
    assert isinstance(source, dict)
    return source


def run_soul(home: Path, arguments: Sequence[str], *, stdin: str = "") -> Finished:
    """One command with `--json`. Fails loudly when the command does."""
    command = [sys.executable, "-m", "soul_player", "--home", str(home), "--json", *arguments]
    out = home.parent / f"{home.name}.out"
    with out.open("w+", encoding="utf-8") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, text=True)
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        # The kernel's own account of this one child; `Popen.wait` would throw it away.
        _, status, usage = os.wait4(process.pid, 0)
        wall_seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        lines = output.read().splitlines()
    assert process.returncode == 0, (command, process.returncode, lines[-20:])
    return Finished(
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        wall_seconds=wall_seconds,
        peak_memory_bytes=usage.ru_maxrss * 1024,
        summary=json.loads(lines[-1]) if lines else {},
    )
