"""`soul playlist`, `favourite`, `rate`, `play` and `resolve`, as programs: with the server down, and then with it."""

import asyncio
from pathlib import Path
from typing import Any

from benchmarks.store import make_library
from tests.cli.programs import add_source, serving, soul

TRACKS = 6


def decisions(client: Path) -> Any:
    """What waits."""
    return soul("resolve", "--json", home=client).json()["decisions"]


def titles(client: Path, playlist: str) -> list[str]:
    """Of its entries."""
    return [entry["title"] for entry in soul("playlist", "show", playlist, "--json", home=client).json()["entries"]]


def synced(client: Path) -> Any:
    """The only source's part of the summary."""
    done = soul("sync", "--json", home=client)
    assert done.code == 0, done
    return next(line for line in done.events() if line["event"] == "summary")["sources"][0]


def test_playlists_are_edited_offline_and_meet_at_the_next_sync(tmp_path: Path) -> None:
    """What one device deletes and the other edits is asked about, answered, and the answer taken back."""
    home, phone, desk = tmp_path / "server", tmp_path / "phone", tmp_path / "desk"
    home.mkdir()
    asyncio.run(make_library(f"sqlite:///{home}/server.db", TRACKS, seed=1))
    with serving(home) as server:
        for client in (phone, desk):
            assert add_source(client, server).code == 0
            synced(client)
        port = server.url.rpartition(":")[2]
    tracks = [str(number) for number in range(1, TRACKS + 1)]
    # The server is down.
    assert soul("playlist", "create", "Night Drive", home=phone).code == 0
    assert soul("playlist", "add", "night", *tracks[:3], home=phone).code == 0
    assert soul("playlist", "move", "night", "3", "--after", "0", home=phone).code == 0
    assert soul("playlist", "remove", "night", "2", home=phone).code == 0
    assert soul("favourite", "1", home=phone).code == 0
    assert soul("rate", "1", "4", home=phone).code == 0
    assert soul("play", "1", "--record-only", home=phone).code == 0
    shown = titles(phone, "night")
    assert len(shown) == 2
    assert soul("playlist", "show", "night", "--json", home=phone).json()["pending"] == 6
    assert soul("status", "--json", home=phone).json()["waiting_edits"] == 9
    assert soul("sync", home=phone).code == 5
    with serving(home, "--port", port):
        assert synced(phone)["pushed"] == 9
        synced(desk)
        assert titles(desk, "Night Drive") == shown
        marked = soul("show", "1", "--json", home=desk).json()
        assert (marked["favourite"], marked["rating"], marked["play_count"]) == (True, 4, 1)
        told = soul("show", "1", home=desk).out
        assert [word in told for word in ("4 of 5", "1 time, last on ")] == [True, True]
        assert soul("rate", "2", "3", home=phone).code == 0
        assert ", 1 edit sent (" in soul("sync", home=phone).out
        assert soul("playlist", "delete", "Night Drive", home=desk).code == 0
        synced(desk)
        assert soul("playlist", "rename", "night", "Mine", home=phone).code == 0
        assert synced(phone)["conflicts"] == 1
        (decision,) = decisions(phone)
        assert (decision["kind"], decision["choices"]) == ("playlist_deleted", ["mine", "local", "theirs"])
        assert "Night Drive" in decision["question"]
        assert soul("resolve", str(decision["id"]), "--keep", "theirs", home=phone).code == 0
        assert soul("playlist", "list", "--json", home=phone).out == ""
        assert soul("resolve", str(decision["id"]), "--undo", home=phone).code == 0
        assert soul("resolve", str(decision["id"]), "--keep", "mine", home=phone).code == 0
        synced(phone)
        synced(desk)
        assert titles(desk, "Mine") == shown
        assert decisions(phone) == []


def test_a_playlist_goes_out_as_a_file_and_comes_in_again(tmp_path: Path) -> None:
    """A line that matches nothing is told with its number, and the rest is there."""
    home, client, file = tmp_path / "server", tmp_path / "client", tmp_path / "Night Drive.m3u8"
    home.mkdir()
    asyncio.run(make_library(f"sqlite:///{home}/server.db", TRACKS, seed=1))
    with serving(home) as server:
        add_source(client, server)
        synced(client)
    soul("playlist", "create", "Night Drive", "--local", home=client)
    assert soul("playlist", "add", "night", "1", "2", "2", home=client).code == 0
    assert soul("playlist", "export", "night", str(file), home=client).code == 0
    text = file.read_text("utf-8")
    assert text.splitlines()[:2] == ["#EXTM3U", "#PLAYLIST:Night Drive"]
    file.write_text(text + "#EXTINF:7,Nobody - Nothing\n/music/nothing.mp3\n", "utf-8")
    done = soul("playlist", "import", str(file), "--local", "--json", home=client)
    assert done.code == 6
    assert (done.json()["matched"], [one["line"] for one in done.json()["unmatched"]]) == (3, [10])
    assert titles(client, str(done.json()["id"])) == titles(client, "1")
    # Two of that name now: say which.
    assert soul("playlist", "show", "Night Drive", home=client).code == 2


def test_a_file_that_is_no_playlist_makes_none(tmp_path: Path) -> None:
    """Exit codes: 3 for what is not there, 2 for what can be no playlist."""
    client = tmp_path / "client"
    for name, content, code, said in (
        ("song.mp3", b"ID3\x04\0\0", 2, "no text"),
        ("empty.m3u8", b"", 2, "names no track"),
        ("page.html", b"<html>\n<body>\n", 3, "none of the 2 tracks"),
        ("gone.m3u", "#EXTM3U\nÉté.mp3\n".encode("cp1252"), 3, "line 2 says Été.mp3"),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        done = soul("playlist", "import", str(file), "--local", home=client)
        assert (done.code, done.out) == (code, ""), done.err
        assert said in done.err
    for path, code, said in ((tmp_path, 2, "is a folder"), (tmp_path / "none.m3u8", 3, "no file")):
        done = soul("playlist", "import", str(path), "--local", home=client)
        assert (done.code, said in done.err) == (code, True), done.err
    # Of what never ends no more is read than a playlist may be long.
    assert "larger than any playlist" in soul("playlist", "import", "/dev/zero", "--local", home=client).err
    assert soul("playlist", "list", "--json", home=client).out == ""


def test_what_cannot_be_done_says_why(tmp_path: Path) -> None:
    """Exit codes: 2 for what can never be, 3 for what is not there."""
    assert soul("playlist", "show", "nothing", home=tmp_path).code == 3
    assert soul("playlist", "create", " ", home=tmp_path).code == 2
    assert soul("playlist", "create", "a", "--local", "--source", "b", home=tmp_path).code == 2
    assert soul("rate", "1", "6", home=tmp_path).code == 2
    assert soul("rate", "1", "5", home=tmp_path).code == 3
    assert soul("play", "1", home=tmp_path).code == 2
    assert soul("resolve", "abc", "--retry", home=tmp_path).code == 3
    assert soul("playlist", "create", "Mine", "--local", home=tmp_path).code == 0
    assert soul("playlist", "remove", "Mine", "1", home=tmp_path).code == 3
