"""`soul download`: count and size first, then the tracks; what is there stays there, whatever happens to the server."""

import json
import subprocess
from pathlib import Path

from soul_player.audio.ffmpeg import run_ffmpeg
from tests.cli.programs import add_source, running, serving, soul, wait_for_tracks


def test_tracks_come_and_play_without_the_server(tmp_path: Path, music: Path) -> None:
    """The plan, each file, one summary; then with the server gone they are still there, and say why."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        add_source(client, server)
        wait_for_tracks(client, 6)
        ran = soul("download", "--json", 'album:"Night Drive"', home=client)
        assert ran.code == 0, ran
        plan, *_, summary = ran.events()
        assert (plan["event"], plan["tracks"], plan["queued"], plan["here"]) == ("plan", 2, 2, 0)
        assert summary["event"] == "summary"
        assert (summary["downloaded"], summary["bytes"], summary["failed"]) == (2, plan["queued_bytes"], 0)
        again = soul("download", "album:Night Drive", home=client)
        assert "2 here already, 0 to fetch" in again.err
        assert again.code == 0
    assert soul("list", "offline:yes", "--json", home=client).out.count('"status":"cached"') >= 2
    shown = soul("show", "Low Beams", home=client)
    assert "Kept because: you asked: album Night Drive" in shown.out
    status = soul("status", "--json", home=client).json()
    assert status["storage"]["kept_bytes"] == summary["bytes"]
    assert status["downloads"] == {"pending": 0, "active": 0, "failed": 0}
    gone = soul("download", "--remove", 'album:"Night Drive"', home=client)
    assert gone.out.startswith("removed 2 downloads")
    assert list((client / "downloads/copies").iterdir()) == []
    # To let go and to keep at once is nothing that could be done.
    assert soul("download", "--remove", "--keep", "artist:amber", home=client).code == 2


def test_without_the_server_it_waits_and_says_why(synced_home: Path, tmp_path: Path) -> None:
    """Exit 5, the queue is kept; a pause and a cancel are a word each."""
    home = tmp_path / "client"
    subprocess.run(["cp", "-r", synced_home, home], check=True)
    ran = soul("download", "artist:amber", home=home)
    assert ran.code == 5, ran
    assert "starts when Home Server is back" in ran.err
    items = soul("downloads", "list", "--json", home=home).json()["items"]
    assert [item["state"] for item in items] == ["waiting", "waiting"]
    assert {"id", "track_id", "state", "priority", "bytes_done", "bytes_total", "reason", "error"} <= set(items[0])
    assert soul("downloads", "pause", str(items[0]["id"]), home=home).out == "1 download paused\n"
    assert soul("downloads", "pause", "999", home=home).code == 3
    assert "all downloads cancelled" in soul("downloads", "cancel", home=home).out
    assert soul("downloads", "list", "--json", home=home).json() == {"items": []}


def test_a_disk_that_is_full_is_told_with_what_to_do(tmp_path: Path, music: Path) -> None:
    """What was asked for waits; with room again it comes, and nothing has to be asked for anew."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        add_source(client, server)
        wait_for_tracks(client, 6)
        assert soul("config", "set", "client.disk_free_bytes", str(10**15), home=client).code == 0
        ran = soul("download", 'album:"Night Drive"', home=client)
        assert ran.code == 5, ran
        assert "the disk is nearly full: " in ran.err
        assert "Make room on it, and this goes on by itself" in ran.err
        (one, _) = soul("downloads", "list", "--json", home=client).json()["items"]
        assert one["reason"].startswith("the disk is nearly full: ")
        assert soul("config", "set", "client.disk_free_bytes", "1000000", home=client).code == 0
        assert soul("downloads", "retry", home=client).code == 0
        assert soul("downloads", "run", home=client).code == 0
    assert soul("list", "offline:yes", home=client).out.count("cached") == 2


def test_a_limit_that_was_lowered_holds_with_the_next_run(tmp_path: Path, music: Path) -> None:
    """Though nothing waits to be fetched: room was wanted."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert add_source(client, server).code == 0
        wait_for_tracks(client, 6)
        assert soul("rule", "add", "all", "title:e", home=client).code == 0
        assert soul("downloads", "run", home=client).code == 0
    assert soul("status", "--json", home=client).json()["storage"]["automatic_bytes"] > 0
    assert soul("config", "set", "client.cache_limit_bytes", "1", home=client).code == 0
    assert soul("downloads", "run", home=client).code == 0
    assert soul("status", "--json", home=client).json()["storage"]["automatic_bytes"] == 0


def test_what_nothing_matches_is_not_found(synced_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "client"
    subprocess.run(["cp", "-r", synced_home, home], check=True)
    assert soul("download", "artist:nobody", home=home).code == 3
    assert soul("download", "year:nineteen", home=home).code == 2
    assert soul("download", "--keep", "artist:amber", home=home).code == 3
    assert soul("downloads", "retry", "5", home=home).code == 3


def test_a_sync_downloads_what_is_new(tmp_path: Path, music: Path) -> None:
    """Only what that sync brought, and its result counts it."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        add_source(client, server)
        assert soul("scan", home=server.home).code == 0
        ran = soul("sync", "--download-new", "--json", home=client)
        assert ran.code == 0, ran
        summary = ran.events()[-1]
        assert summary["sources"][0]["downloaded_files"] == 6
        again = soul("sync", "--download-new", "--json", home=client).events()[-1]
        assert again["sources"][0]["downloaded_files"] == 0


def test_a_sync_downloads_changed_audio_in_the_same_run(tmp_path: Path, music: Path) -> None:
    """It is no new track, and yet other bytes; what an earlier run left in the queue comes too."""
    client = tmp_path / "client"
    song = next(music.rglob("*.flac"))
    with serving(tmp_path / "server", "--music", music) as server:
        add_source(client, server)
        assert soul("scan", home=server.home).code == 0
        assert soul("downloads", "pause", home=client).code == 0
        assert soul("sync", "--download-new", home=client).code == 0
        assert soul("downloads", "resume", home=client).code == 0
        left = soul("sync", "--download-new", "--json", home=client).events()[-1]["sources"][0]
        assert (left["tracks_synced"], left["downloaded_files"]) == (0, 6)
        before = {path.name for path in (client / "downloads/copies").iterdir()}
        quieter = song.with_name("quieter.flac")
        run_ffmpeg(("-i", song, "-map", "0:a", "-af", "volume=0.5", "-c:a", "flac", quieter))
        quieter.replace(song)
        assert soul("scan", home=server.home).code == 0
        changed = soul("sync", "--download-new", "--json", home=client)
        assert changed.code == 0, changed
        (source,) = changed.events()[-1]["sources"]
        assert (source["tracks_synced"], source["tracks_updated"], source["downloaded_files"]) == (0, 1, 1)
        after = {path.name for path in (client / "downloads/copies").iterdir()}
        assert (len(before - after), len(after - before)) == (1, 1)
        assert soul("downloads", "list", "--json", home=client).json() == {"items": []}


def test_ctrl_c_ends_it_and_the_next_run_goes_on(tmp_path: Path, music: Path) -> None:
    """At a rate that would take minutes."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        add_source(client, server)
        wait_for_tracks(client, 6)
        assert soul("config", "set", "client.download_bytes_per_second", "20000", home=client).code == 0
        process = running("download", "--json", "artist:amber", home=client)
        assert process.stdout is not None
        while json.loads(process.stdout.readline())["event"] != "progress":
            pass
        assert soul("downloads", "run", home=client).code == 0, "another process fetches: this one only follows"
        process.send_signal(2)
        out, _ = process.communicate(timeout=30)
        assert process.returncode in {130, 0}, out
        assert soul("config", "set", "client.download_bytes_per_second", "0", home=client).code == 0
        assert soul("downloads", "run", home=client).code == 0
    assert soul("list", "offline:yes", home=client).out.count("cached") == 2
