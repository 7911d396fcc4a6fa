"""`soul demo`, whole: it holds, it ends by itself where nobody looks, it stays up where somebody does, it cleans up."""

import os
import pty
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from tests.cli.programs import SOUL, environment, soul

CLAIMS = 31


def test_it_holds_and_ends_by_itself(tmp_path: Path) -> None:
    """Without a terminal: exit 0, every step told, nothing left behind, no process either."""
    ran = soul("demo", TMPDIR=str(tmp_path))
    assert ran.code == 0, ran.out + ran.err
    assert ran.out.count("✓") == CLAIMS
    assert f"All {CLAIMS} claims held" in ran.out
    for words in (
        "five formats (flac, m4a, mp3, ogg, opus)", "24 tracks came", "is one request",
        "added 1, updated 1, moved 1, removed 1", "206, bytes 40000-59999/",
        "resumed at ", "went on where they had stopped",
        "both show the songs of both", "a play on each is two plays on both", "the tablet asks, once",
        "kept and put back, it is on both again, whole",
    ):  # fmt: skip
        assert words in ran.out
    assert "\x1b" not in ran.out
    assert list(tmp_path.iterdir()) == []
    assert not is_up(re.findall(r"http://127\.0\.0\.1:\d+", ran.out)[0])


def test_for_programs_every_claim_is_an_event(tmp_path: Path) -> None:
    """Ending in exactly one summary; `--keep` leaves the homes behind."""
    ran = soul("demo", "--json", "--keep", TMPDIR=str(tmp_path))
    events = ran.events()
    assert [event["event"] for event in events].count("claim") == CLAIMS
    assert events[-1]["event"] == "summary"
    assert events[-1]["claims_held"] == CLAIMS
    (folder,) = tmp_path.iterdir()
    assert {"music", "server", "client", "tablet", "phone"} <= {path.name for path in folder.iterdir()}
    listed = soul("list", "--json", home=folder / "client")
    assert len(listed.out.splitlines()) == 24


def test_on_a_terminal_it_stays_up_until_ctrl_c(tmp_path: Path) -> None:
    """The address it prints answers; afterwards there is neither server nor folder."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [SOUL, "demo"], stdin=follower, stdout=follower, stderr=follower, env=environment(TMPDIR=str(tmp_path)),
        start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    said = ""
    deadline = time.monotonic() + 60
    while "and sync again" not in said and time.monotonic() < deadline:
        said += os.read(leader, 65536).decode()
    url = re.findall(r"The server stays up at (http://127\.0\.0\.1:\d+)", said)[0]
    assert is_up(url)
    process.send_signal(signal.SIGINT)
    code = process.wait(timeout=30)
    os.close(leader)
    assert code == 0
    assert not is_up(url)
    assert list(tmp_path.iterdir()) == []


def test_ended_in_the_middle_it_leaves_nothing(tmp_path: Path) -> None:
    """SIGTERM, as a build server sends it."""
    process = subprocess.Popen(
        [SOUL, "demo"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(TMPDIR=str(tmp_path)),
    )  # fmt: skip
    assert process.stdout is not None
    line = ""
    while "soul serve" not in line:
        line = process.stdout.readline().decode()
    url = re.findall(r"http://127\.0\.0\.1:\d+", line)[0]
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode != 0
    assert not is_up(url)
    assert list(tmp_path.iterdir()) == []


def is_up(url: str) -> bool:
    """Whether a server answers there."""
    try:
        with urllib.request.urlopen(url + "/api/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
