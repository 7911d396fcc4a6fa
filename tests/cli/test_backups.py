"""`soul backup` and `soul restore`: what is in the file is whole, what was there is kept, clients notice."""

import io
import tarfile
from pathlib import Path

from tests.cli.programs import add_source, serving, soul, wait_for_tracks


def test_a_server_restored_from_backup_is_noticed_by_its_client(tmp_path: Path, music: Path) -> None:
    """A backup beside the running server; then changes, a restore, and the client is right again."""
    home, client, file = tmp_path / "server", tmp_path / "client", tmp_path / "backup.soul"
    with serving(home, "--music", music) as server:
        add_source(client, server)
        wait_for_tracks(client, 6)
        backed_up = soul("backup", file, "--json", home=home)
        assert backed_up.code == 0
        assert backed_up.json()["parts"] == ["server.db"]
        assert file.stat().st_mode & 0o777 == 0o600
        next(music.rglob("*.opus")).unlink()
        assert soul("scan", home=home).code == 0
        wait_for_tracks(client, 5)
        refused = soul("restore", file, "--yes", "--json", home=home)
        assert (refused.code, refused.json()["error"]["code"]) == (1, "backup")
        port = server.url.rpartition(":")[2]
    assert soul("restore", file, home=home).code == 2
    restored = soul("restore", file, "--yes", "--json", home=home)
    assert restored.code == 0
    (kept,) = restored.json()["kept"]
    assert Path(kept).exists()
    with serving(home, "--music", music, "--port", port):
        assert soul("scan", home=home).code == 0
        ran = soul("sync", "--json", home=client)
        assert ran.code == 0, ran.out
        # The server forgot that the track went; its scan has found out again. The client read the feed anew.
        assert ran.events()[-1]["sources"][0]["requests"] > 2
        wait_for_tracks(client, 5)


def test_a_library_goes_into_a_backup_and_back(tmp_path: Path, synced_home: Path) -> None:
    """With its settings, into another home; tokens stay behind."""
    file = tmp_path / "backup.soul"
    assert soul("backup", file, home=synced_home).code == 0
    with tarfile.open(file) as archive:
        assert archive.getnames() == ["library.db"]
    other = tmp_path / "other"
    assert soul("restore", file, "--yes", home=other).code == 0
    assert soul("list", "--json", home=other).out == soul("list", "--json", home=synced_home).out


def test_nothing_is_ever_overwritten_by_a_backup(tmp_path: Path, synced_home: Path) -> None:
    """And an empty home gives none."""
    file = tmp_path / "backup.soul"
    file.write_text("precious")
    ran = soul("backup", file, "--json", home=synced_home)
    assert (ran.code, ran.json()["error"]["code"]) == (1, "exists")
    assert file.read_text() == "precious"
    ran = soul("backup", tmp_path / "new", "--json", home=tmp_path / "empty")
    assert (ran.code, ran.json()["error"]["code"]) == (3, "nothing")
    ran = soul("backup", tmp_path / "no" / "folder", "--json", home=synced_home)
    assert (ran.code, ran.json()["error"]["code"]) == (3, "no_folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.soul", "empty"]


def test_what_is_no_backup_changes_nothing(tmp_path: Path) -> None:
    """Not a file of ours; one cut short; one whose names would lead out of the home; one with a broken library."""
    home = tmp_path / "home"
    soul("status", home=home)
    before = (home / "library.db").read_bytes()
    bad = {
        "text": b"hello",
        "cut": packed({"library.db": before})[:-100],
        "hostile": packed({"../../evil": b"x", "/etc/evil": b"x"}),
        "broken": packed({"library.db": b"SQLite format 3\0" + b"\xff" * 5000}),
        "other": packed({"library.db": b""}),
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
        ran = soul("restore", tmp_path / name, "--yes", "--json", home=home)
        assert ran.code == 1, name
        assert ran.json()["error"]["code"] in {"bad_backup", "backup_invalid"}, name
    assert soul("restore", tmp_path / "absent", "--yes", home=home).code == 3
    assert (home / "library.db").read_bytes() == before
    assert not (tmp_path / "evil").exists()
    assert [path.name for path in home.iterdir() if path.name.startswith(".soul")] == []


def packed(files: dict[str, bytes]) -> bytes:
    """An archive of these."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()
