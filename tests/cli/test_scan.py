"""`soul scan`: its summary, its exit codes, and that nothing goes without a person's word."""

import json
import os
import shutil
import signal
from pathlib import Path

from soul_player.audio.ffmpeg import run_ffmpeg
from tests.cli.programs import running, serving, soul


def test_a_scan_tells_what_it_did(tmp_path: Path, music: Path) -> None:
    """One line for people; one summary for programs, after any number of progress events."""
    home = tmp_path / "home"
    first = soul("scan", "--music", music, "--json", home=home)
    assert first.code == 0
    *progress, summary = first.events()
    assert all(event["event"] == "progress" for event in progress)
    assert {key: summary[key] for key in ("event", "added", "updated", "moved", "removed", "unreadable")} == {
        "event": "summary", "added": 6, "updated": 0, "moved": 0, "removed": 0, "unreadable": [],
    }  # fmt: skip
    assert isinstance(summary["seconds"], float)
    song = next(music.rglob("*.flac"))
    song.rename(song.with_name("elsewhere.flac"))
    again = soul("scan", "--music", music, home=home)
    assert again.code == 0
    assert again.out.startswith("added 0, updated 0, moved 1, removed 0, unreadable 0 (")


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path, music: Path) -> None:
    """A damaged file must not cost a library."""
    (music / "broken.mp3").write_bytes(b"")
    ran = soul("scan", "--music", music, "--json", home=tmp_path / "home")
    summary = ran.events()[-1]
    assert (ran.code, summary["added"]) == (0, 6)
    (bad,) = summary["unreadable"]
    assert bad["path"].endswith("broken.mp3")
    assert bad["reason"]


def test_a_folder_that_is_not_there_is_no_success(tmp_path: Path, music: Path) -> None:
    """Misspelt, or not mounted; what is there is scanned all the same."""
    ran = soul("scan", "--music", music, "--music", tmp_path / "musik", "--json", home=tmp_path / "home")
    summary = ran.events()[-1]
    assert (ran.code, summary["added"]) == (6, 6)
    assert [bad["path"] for bad in summary["unreadable"]] == [str(tmp_path / "musik")]


def test_the_folders_may_come_from_the_settings(tmp_path: Path, music: Path) -> None:
    """`soul config set server.music` once, `soul scan` ever after."""
    home = tmp_path / "home"
    assert soul("scan", "--json", home=home).json()["error"]["code"] == "scan"
    assert soul("config", "set", "server.music", music, home=home).code == 0
    assert soul("scan", "--json", home=home).events()[-1]["added"] == 6


def test_many_missing_files_are_held_until_a_person_says_so(tmp_path: Path, made_music: Path) -> None:
    """An unmounted disk looks just like this. Exit 6: partly done."""
    music, home = tmp_path / "music", tmp_path / "home"
    (music / "a").mkdir(parents=True)
    song = next(made_music.rglob("*.mp3"))
    for number in range(60):
        # Other bytes in each: what is the same is one track that moved.
        run_ffmpeg(["-i", song, "-c", "copy", "-t", str(0.5 + number / 40), music / "a" / f"{number}.mp3"])
    assert soul("scan", "--music", music, home=home).code == 0
    shutil.move(music / "a", tmp_path / "unmounted")
    held = soul("scan", "--music", music, "--json", home=home)
    summary = held.events()[-1]
    assert (held.code, summary["removed"]) == (6, 0)
    assert summary["held"] == {"root": str(music), "missing": 60}
    told = soul("scan", "--music", music, home=home)
    assert told.code == 6
    assert "soul scan --confirm" in told.err
    confirmed = soul("scan", "--music", music, "--confirm", "--json", home=home)
    assert confirmed.code == 0
    assert confirmed.events()[-1]["held"] is None


def test_it_works_beside_a_running_server(tmp_path: Path, music: Path) -> None:
    """Two processes on one store: the folders are those the server was started with."""
    with serving(tmp_path / "home", "--music", music) as server:
        ran = soul("scan", "--json", home=server.home)
        assert ran.code == 0
        assert ran.events()[-1]["unreadable"] == []


def test_ctrl_c_ends_a_scan_and_the_next_one_goes_on(tmp_path: Path, music: Path) -> None:
    """Exit 130, no traceback, no worker left behind; what was written stays."""
    song = next(music.rglob("*.flac")).read_bytes()
    for number in range(3_000):
        # Bytes behind the audio make each another file.
        (music / f"{number}.flac").write_bytes(song + number.to_bytes(4, "big"))
    home = tmp_path / "home"
    process = running("scan", "--music", music, "--json", home=home, in_own_session=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    assert b"progress" in first
    # As a terminal does: to the whole group.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert json.loads(out.splitlines()[-1])["error"]["code"] == "interrupted"
    assert b"Traceback" not in err
    again = soul("scan", "--music", music, "--json", home=home)
    assert again.code == 0
    assert soul("scan", "--music", music, "--json", home=home).events()[-1]["added"] == 0
