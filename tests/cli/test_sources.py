"""`soul source`: adding, listing, signing in again, removing; secrets by stdin, certificates by a person's yes."""

import shutil
from pathlib import Path

import pytest

from tests.cli.programs import add_source, serving, soul

CERTIFICATES = Path(__file__).parents[1] / "edges" / "certificates"


def test_a_source_is_added_listed_and_removed(tmp_path: Path) -> None:
    """With the name a listener gives it."""
    client = tmp_path / "client"
    with serving(tmp_path / "server") as server:
        added = add_source(client, server)
        assert (added.code, added.out) == (0, f"added Home Server ({server.url})\n")
        listed = soul("source", "list", "--json", home=client).json()["sources"]
        (source,) = listed
        assert {key: source[key] for key in ("name", "type", "url", "online", "active", "tracks", "error")} == {
            "name": "Home Server", "type": "server", "url": server.url, "online": True, "active": True, "tracks": 0,
            "error": None,
        }  # fmt: skip
        assert soul("source", "list", home=client).out.splitlines()[1].split()[0] == str(source["id"])
        assert soul("source", "remove", "home", home=client).code == 2
        assert soul("source", "remove", "home", "--yes", home=client).code == 0
        assert soul("source", "list", "--json", home=client).json() == {"sources": []}


def test_removing_says_what_would_be_lost_and_asks(tmp_path: Path) -> None:
    """Edits that never reached the source, and its playlists; without a terminal it fails and names the flag."""
    client = tmp_path / "client"
    with serving(tmp_path / "server") as server:
        add_source(client, server)
        assert soul("sync", home=client).code == 0
        assert soul("playlist", "create", "Night Drive", home=client).code == 0
        assert soul("playlist", "create", "Small Hours", home=client).code == 0
        asked = soul("source", "remove", "home", home=client)
        assert asked.code == 2
        for words in ("2 edits of this device never reached it", "2 playlists of it: kept", "--yes"):
            assert words in asked.err
        assert "dropped" in soul("source", "remove", "home", "--drop-playlists", home=client).err
        assert len(soul("playlist", "list", "--json", home=client).out.splitlines()) == 2
        done = soul("source", "remove", "home", "--yes", "--json", home=client)
        assert done.json() == {
            "removed": "Home Server", "unsent_edits": 2, "kept_playlists": 2, "dropped_playlists": 0
        }  # fmt: skip
        assert len(soul("playlist", "list", "--json", home=client).out.splitlines()) == 2


def test_what_goes_wrong_has_a_code(tmp_path: Path) -> None:
    """So that a script can tell a wrong password from a server that is away."""
    client = tmp_path / "client"
    with serving(tmp_path / "server") as server:
        signing_in = ("--username", "admin", "--password-stdin", "--json")
        wrong = soul("source", "add", server.url, *signing_in, home=client, stdin="wrong\n")
        assert (wrong.code, wrong.json()["error"]["code"]) == (4, "invalid_credentials")
        assert add_source(client, server).code == 0
        twice = soul("source", "add", server.url, *signing_in, home=client, stdin=server.password)
        assert (twice.code, twice.json()["error"]["code"]) == (1, "source_exists")
    away = soul("source", "add", "http://127.0.0.1:9", *signing_in, home=client, stdin="x\n")
    assert (away.code, away.json()["error"]["code"]) == (5, "offline")
    nonsense = soul("source", "add", "ftp://nowhere", *signing_in, home=client, stdin="x\n")
    assert (nonsense.code, nonsense.json()["error"]["code"]) == (2, "address_invalid")
    plain = soul("source", "add", "http://192.0.2.1:8420", *signing_in, home=client, stdin="x\n")
    assert (plain.code, plain.json()["error"]["code"]) == (1, "insecure_address")
    assert "--insecure" in plain.json()["error"]["hint"]
    ghost = soul("source", "remove", "ghost", "--json", home=client)
    assert (ghost.code, ghost.json()["error"]["code"]) == (3, "source_not_found")


def test_signing_in_again_goes_on_where_it_was(tmp_path: Path, music: Path) -> None:
    """A changed password signs every device out; nothing is lost by it."""
    client = tmp_path / "client"
    with serving(tmp_path / "server", "--music", music) as server:
        assert soul("scan", home=server.home).code == 0
        add_source(client, server)
        assert soul("sync", home=client).code == 0
        passwd = ("user", "passwd", "admin", "--password-stdin")
        assert soul(*passwd, home=server.home, stdin="a new good one\n").code == 0
        assert soul("sync", home=client).code == 4
        assert soul("status", "--json", home=client).json()["badge"] == "failed"
        login = ("source", "login", "Home Server", "--password-stdin")
        assert soul(*login, home=client, stdin="wrong again\n").code == 4
        assert soul(*login, home=client, stdin="a new good one\n").code == 0
        again = soul("sync", "--json", home=client)
        assert again.code == 0
        assert again.events()[-1]["sources"][0]["tracks_synced"] == 0
        assert soul("status", "--json", home=client).json()["sources"][0]["tracks"] == 6


def test_an_unknown_certificate_needs_a_persons_yes(tmp_path: Path) -> None:
    """Without a terminal: its fingerprint is told, and nothing was sent; with the fingerprint it is trusted."""
    home, client = tmp_path / "server", tmp_path / "client"
    certificate, key = (tmp_path / name for name in ("cert.pem", "key.pem"))
    found = sorted(CERTIFICATES.glob("*.pem"))
    if len(found) < 2:
        pytest.fail(f"{CERTIFICATES} holds no certificate with its key")
    shutil.copy(next(file for file in found if "CERTIFICATE" in file.read_text()), certificate)
    shutil.copy(next(file for file in found if "PRIVATE KEY" in file.read_text()), key)
    with serving(home, "--tls-cert", certificate, "--tls-key", key) as server:
        assert server.url.startswith("https://")
        refused = soul(
            "source", "add", server.url, "--username", "admin", "--password-stdin", "--json",
            home=client, stdin=server.password,
        )  # fmt: skip
        assert (refused.code, refused.json()["error"]["code"]) == (1, "certificate_unknown")
        fingerprint = refused.json()["error"]["hint"].split()[-1]
        trusted = soul(
            "source", "add", server.url, "--username", "admin", "--password-stdin", "--fingerprint", fingerprint,
            home=client, stdin=server.password,
        )  # fmt: skip
        assert trusted.code == 0, trusted.err
        assert soul("sync", home=client).code == 0


def test_the_active_source_is_a_choice(tmp_path: Path) -> None:
    """The first one is it, until another is chosen."""
    client = tmp_path / "client"
    with serving(tmp_path / "one") as one, serving(tmp_path / "two") as two:
        add_source(client, one, name="One")
        add_source(client, two, name="Two")
        assert active_source(client) == "One"
        assert soul("source", "activate", "two", home=client).code == 0
        assert active_source(client) == "Two"


def active_source(client: Path) -> str:
    """Its name."""
    (active,) = [one for one in soul("source", "list", "--json", home=client).json()["sources"] if one["active"]]
    return str(active["name"])


def test_a_password_is_changed_from_the_client(tmp_path: Path) -> None:
    """Two lines on stdin; a wrong current one changes nothing."""
    client, other = tmp_path / "client", tmp_path / "other"
    with serving(tmp_path / "server") as server:
        add_source(client, server)
        change = ("source", "password", "Home Server", "--password-stdin")
        assert soul(*change, home=client, stdin="wrong\na new good one\n").code == 4
        assert soul(*change, home=client, stdin=f"{server.password}\na new good one\n").code == 0
        assert add_source(other, server).code == 4
        signing_in = ("source", "add", server.url, "--username", "admin", "--password-stdin")
        assert soul(*signing_in, home=other, stdin="a new good one\n").code == 0


def test_a_folder_is_a_source_too(tmp_path: Path, music: Path) -> None:
    """Added, read and shown without any server; what cannot be read is told, and the rest is there."""
    client = tmp_path / "client"
    (music / "broken.mp3").write_bytes(b"no music at all")
    before = sorted(music.rglob("*"))
    added = soul("source", "add-folder", music, "--name", "Shelf", home=client)
    assert (added.code, added.out) == (0, f"added Shelf ({music})\n")
    synced = soul("sync", home=client)
    assert synced.code == 0
    assert synced.out.startswith("Shelf: synced, 6 new, 0 updated, 0 deleted, 1 file left out (0 requests")
    assert "broken.mp3" in synced.out
    told = soul("sync", "--json", home=client).events()[-1]["sources"][0]
    assert (told["tracks_synced"], [Path(one["path"]).name for one in told["unreadable"]]) == (0, ["broken.mp3"])
    (source,) = soul("status", "--json", home=client).json()["sources"]
    assert (source["type"], source["url"], source["active"], source["tracks"]) == ("folder", str(music), False, 6)
    track = soul("list", "--json", home=client).events()[0]
    assert track["status"] == "local_file"
    shown = soul("show", str(track["id"]), home=client).out
    assert f"Local File: {track['sources'][0]['path']}" in shown
    for wrong, code in ((music, 1), (music.parent, 1), (music / "none", 2), ("", 2)):
        assert soul("source", "add-folder", wrong, home=client).code == code
    assert soul("source", "login", "Shelf", home=client).code == 2
    # Nobody is asked for a password that nothing can be done with.
    for name, code in (("Shelf", 2), ("nothing", 3)):
        assert soul("source", "password", name, home=client).code == code
    assert soul("source", "remove", "Shelf", "--yes", home=client).code == 0
    assert soul("list", "--json", home=client).out == ""
    assert sorted(music.rglob("*")) == before
