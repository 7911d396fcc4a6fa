"""`soul sync --watch`, as processes: two homes that keep each other up to date, and end when they are told to."""

import json
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cli.programs import SOUL, add_source, environment, serving, soul, wait_for_tracks


@contextmanager
def watching(home: Path) -> Generator["subprocess.Popen[bytes]", None, None]:
    """A process that keeps this home in sync; it was synced once when the block begins."""
    process = subprocess.Popen(
        [SOUL, "--home", home, "sync", "--watch", "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    try:
        assert next_event(process, "synced")["sources"][0]["status"] == "synced"
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)


def next_event(process: "subprocess.Popen[bytes]", name: str) -> Any:
    """The next of this name."""
    assert process.stdout is not None
    while line := process.stdout.readline():
        event = json.loads(line)
        if event["event"] == name:
            return event
    raise AssertionError("the process ended")


def test_an_edit_in_one_home_is_seen_in_another_while_both_are_watched(tmp_path: Path, music: Path) -> None:
    """The edit is made by a third process, beside the one that watches."""
    phone, desk = tmp_path / "phone", tmp_path / "desk"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        for home in (phone, desk):
            add_source(home, server)
            wait_for_tracks(home, 6)
        with watching(phone), watching(desk) as hearing:
            assert soul("favourite", "1", home=phone).code == 0
            began = time.monotonic()
            while not json.loads(soul("show", "1", "--json", home=desk).out)["favourite"]:
                assert time.monotonic() - began < 20
            # A second process for one home is told that there is one.
            second = soul("sync", "--watch", home=desk)
            assert second.code == 5
            assert "in sync" in second.err or "synced already" in second.err
            hearing.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert next_event(hearing, "summary")["sources"][0]["status"] == "cancelled"
            assert hearing.wait(timeout=10) == 130
            assert time.monotonic() - began < 2.0
