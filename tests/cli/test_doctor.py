"""`soul doctor`: finds what is wrong, says how to cure it, and changes nothing."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

from tests.cli.programs import add_source, serving, soul


def findings(home: Path, *, code: int = 0) -> dict[str, Any]:
    """By the name of the check."""
    ran = soul("doctor", "--json", home=home)
    assert ran.code == code, ran.out
    return {finding["check"]: finding for finding in ran.json()["checks"]}


def test_a_fresh_machine_is_well_and_stays_untouched(tmp_path: Path) -> None:
    """Looking makes no home."""
    found = findings(tmp_path / "home")
    assert {finding["verdict"] for finding in found.values()} <= {"good", "warning"}
    assert {"python", "sqlite", "ffmpeg", "keyring", "home", "disk", "server database", "client database"} <= set(found)
    assert not (tmp_path / "home").exists()
    lines = soul("doctor", home=tmp_path / "home").out.splitlines()
    assert lines[0].split() == ["check", "result", "fix"]
    assert len(lines) == len(found) + 1


def test_a_home_that_others_can_read_is_noted(tmp_path: Path) -> None:
    """With the command that cures it."""
    home = tmp_path / "home"
    soul("status", home=home)
    home.chmod(0o755)
    assert findings(home)["home"] | {"result": ""} == {
        "check": "home", "verdict": "warning", "result": "", "fix": f"chmod 700 {home}",
    }  # fmt: skip


def test_a_damaged_library_is_found(tmp_path: Path, synced_home: Path) -> None:
    """Exit 1: something has to be done."""
    home = Path(shutil.copytree(synced_home, tmp_path / "home"))
    with (home / "library.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    found = findings(home, code=1)["client database"]
    assert (found["verdict"], found["fix"]) == ("problem", "soul restore FILE")


def test_a_newer_schema_is_found(tmp_path: Path) -> None:
    """Another version of the program was here."""
    home = tmp_path / "home"
    soul("status", home=home)
    connection = sqlite3.connect(home / "library.db")
    connection.execute("INSERT INTO schema_migration VALUES (99, 'future', 'x')")
    connection.commit()
    connection.close()
    assert findings(home, code=1)["client schema"]["verdict"] == "problem"
    ran = soul("status", "--json", home=home)
    assert (ran.code, ran.json()["error"]["code"]) == (1, "schema_too_new")


def test_a_folder_is_looked_at(tmp_path: Path) -> None:
    """Nobody answers there: the doctor ended with a fault of its own in every home that has one."""
    music, home = tmp_path / "music", tmp_path / "home"
    music.mkdir()
    assert soul("source", "add-folder", music, "--name", "Shelf", home=home).code == 0
    assert findings(home)["source Shelf"]["verdict"] == "good"
    music.rmdir()
    gone = findings(home)["source Shelf"]
    assert (gone["verdict"], gone["result"]) == ("warning", f"{music}: No such file or directory")


def test_each_source_is_asked(tmp_path: Path) -> None:
    """Up: how fast, and how far its clock is; away: noted, which is no failure of this machine."""
    client = tmp_path / "client"
    with serving(tmp_path / "server") as server:
        add_source(client, server)
        up = findings(client)["source Home Server"]
        assert up["verdict"] == "good"
        assert "answers in" in up["result"]
        assert "clock" in up["result"]
        soul("user", "passwd", "admin", "--password-stdin", home=server.home, stdin="a new good one\n")
        out = findings(client, code=1)["source Home Server"]
        assert (out["verdict"], out["fix"]) == ("problem", 'soul source login "Home Server"')
    soul("source", "login", "Home Server", "--password-stdin", home=client, stdin="a new good one\n")
    with serving(tmp_path / "other") as other:
        away = tmp_path / "away"
        add_source(away, other)
    assert findings(away)["source Home Server"]["verdict"] == "warning"
