"""`soul play`, as a program: into a file, into a pipe, and what it says when nothing can be heard."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.programs import SOUL, add_source, environment, serving, soul, wait_for_tracks


@pytest.fixture(name="home")
def synced(music: Path, tmp_path: Path) -> Path:
    """A client that knows the six songs; its server is down when the test needs it to be."""
    return tmp_path / "client"


def test_the_bytes_of_a_song_come_into_a_file_and_through_a_pipe(music: Path, home: Path, tmp_path: Path) -> None:
    """Closing the player is no failure, and a song that is too short a time in the pipe was not heard."""
    files = {path.read_bytes() for path in music.rglob("*") if path.is_file()}
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        add_source(home, server)
        wait_for_tracks(home, 6)
        done = soul("play", "1", "--output", tmp_path / "song", "--quality", "original", "--json", home=home)
        assert done.code == 0, done
        assert (tmp_path / "song").read_bytes() in files
        assert done.json()["bytes"] == (tmp_path / "song").stat().st_size
        assert (done.json()["status"], done.json()["quality"]) == ("stream_only", "original")
        piped = subprocess.run(
            [SOUL, "--home", home, "play", "1", "--output", "-", "--quality", "original"],
            capture_output=True, timeout=60, env=environment(), check=True,
        )  # fmt: skip
        assert piped.stdout == (tmp_path / "song").read_bytes()
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            closed = subprocess.run(
                [SOUL, "--home", home, "play", "1", "--output", "-"],
                stdout=pipe, stderr=subprocess.PIPE, timeout=60, env=environment(), check=False,
            )  # fmt: skip
        assert b"Traceback" not in closed.stderr
        assert closed.returncode == 0
    shown = json.loads(soul("show", "1", "--json", home=home).out)
    assert shown["play_count"] == 0
    # What was heard whole is here from then on; what was not is told to be out of reach.
    kept = soul("play", "1", "--output", tmp_path / "kept", "--json", home=home)
    assert kept.json()["status"] == "cached"
    assert (tmp_path / "kept").read_bytes() == (tmp_path / "song").read_bytes()
    gone = soul("play", "2", "--output", tmp_path / "other", "--json", home=home)
    assert gone.code == 5
    error = gone.json()["error"]
    assert error["code"] == "nothing_plays"
    assert "cannot be reached" in error["message"]
    assert not (tmp_path / "other").exists()


def test_without_a_player_it_is_told_how_to_get_sound(synced_home: Path) -> None:
    done = soul("play", "1", home=synced_home)
    assert done.code == 2
    assert "no player is running" in done.err
    assert "--output - | mpv -" in done.err


def test_bytes_go_where_bytes_can_go(tmp_path: Path, music: Path) -> None:
    """A device stays one: it was replaced by a file, where one may do that. And nothing is no part of a song."""
    home, null = tmp_path / "home", tmp_path / "null"
    soul("source", "add-folder", music, "--name", "Shelf", home=home)
    soul("sync", home=home)
    null.symlink_to("/dev/null")
    assert soul("play", "1", "--output", null, home=home).code == 0
    assert null.is_char_device()
    for nowhere in ("/", "", tmp_path):
        done = soul("play", "1", "--output", nowhere, home=home)
        assert (done.code, "cannot be written" in done.err) == (1, True), done.err
    late = soul("play", "1", "--output", tmp_path / "x", "--start", "1000", home=home)
    assert (late.code, "ends before that" in late.err) == (2, True)
    assert not (tmp_path / "x").exists()
