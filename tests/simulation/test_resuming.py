"""A night of seeds can be stopped in any way, and goes on from where it was."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.simulation.__main__ import SEEDS_PER_JOB, State

ROOT = Path(__file__).parents[2]
SEEDS = 40
WAIT_SECONDS_MAX = 120


def start(state: Path) -> "subprocess.Popen[str]":
    """The real command."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.simulation", "--seeds", str(SEEDS), "--state", str(state)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def run_count(state: Path) -> int:
    """How many seeds are noted as run."""
    return sum(last + 1 - first for first, last in json.loads(state.read_text())["ranges"]) if state.exists() else 0


def wait_for_more_than(count: int, state: Path, process: "subprocess.Popen[str]") -> None:
    """Until some more seeds were run."""
    end = time.monotonic() + WAIT_SECONDS_MAX
    while run_count(state) <= count:
        assert process.poll() is None, process.stdout and process.stdout.read()
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.slow
def test_what_was_stopped_goes_on(tmp_path: Path) -> None:
    """By Ctrl-C first, then by a kill that leaves no time for anything; no seed is run twice, none is left out."""
    state = tmp_path / "state.json"
    stopped = start(state)
    wait_for_more_than(0, state, stopped)
    stopped.send_signal(signal.SIGINT)
    said, _ = stopped.communicate(timeout=WAIT_SECONDS_MAX)
    assert stopped.returncode == 130
    assert "goes on from here" in said
    first = run_count(state)
    assert 0 < first < SEEDS

    killed = start(state)
    wait_for_more_than(first, state, killed)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=WAIT_SECONDS_MAX)
    second = run_count(state)
    assert first < second < SEEDS

    rest = start(state)
    said, _ = rest.communicate(timeout=WAIT_SECONDS_MAX)
    assert rest.returncode == 0, said
    assert re.search(rf"{SEEDS - second} seeds in \d+ s, [\d.]+ a second; {SEEDS} with what was run before", said), said
    assert run_count(state) == SEEDS


def test_only_what_was_not_run_is_left() -> None:
    """Whatever was run, in whatever order, and however many are asked for."""
    state = State("code")
    assert list(state.left(25)) == [(0, 9), (10, 19), (20, 24)]
    state.add(20, 24)
    state.add(0, 9)
    assert list(state.left(25)) == [(10, 19)]
    state.add(10, 19)
    assert state.ranges == [(0, 24)]
    assert list(state.left(25)) == []
    assert list(state.left(20)) == []
    assert list(state.left(40)) == [(25, 34), (35, 39)]
    assert SEEDS_PER_JOB == 10
