"""The doctor looks at the folders of music and asks PostgreSQL, without changing either."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from soul_player.server import store_migrations
from tests.cli.programs import serving, soul
from tests.conftest import make_postgres_database


def findings(home: Path, *, code: int = 0, **extra: str) -> dict[str, Any]:
    """By the name of the check."""
    ran = soul("doctor", "--json", home=home, **extra)
    assert ran.code == code, ran.out
    return {finding["check"]: finding for finding in ran.json()["checks"]}


def test_folders_of_music(tmp_path: Path) -> None:
    """There, empty, and not there: each with what to do."""
    full, empty, gone = (tmp_path / name for name in ("full", "empty", "gone"))
    for folder in (full, empty):
        folder.mkdir()
    (full / "song.mp3").touch()
    home = tmp_path / "home"
    assert soul("config", "set", "server.music", full, empty, gone, home=home).code == 0
    found = findings(home, code=1)
    verdicts = [found[f"music {folder}"]["verdict"] for folder in (full, empty, gone)]
    assert verdicts == ["good", "warning", "problem"]
    assert "mount" in found[f"music {gone}"]["fix"]


@pytest.fixture(name="url")
def fresh_database(postgres_url: str) -> str:
    """An empty one."""
    return make_postgres_database(postgres_url)


def test_postgresql_is_asked(tmp_path: Path, url: str) -> None:
    """Before its first start, and after; a password is never shown."""
    home = tmp_path / "home"
    assert soul("config", "set", "server.database", url, home=home).code == 0
    known = len(store_migrations())
    found = findings(home)
    assert found["server database"]["result"].startswith("PostgreSQL 1")
    assert found["server schema"]["result"].startswith(f"0 of {known}")
    assert asyncio.run(tables(url)) == 0, "looking made something"
    with serving(home):
        found = findings(home)
    assert found["server schema"] == {"check": "server schema", "verdict": "good", "result": str(known), "fix": ""}
    assert "connections" not in found
    many = findings(home, SOUL_SERVER_WORKERS="64")
    assert many["connections"]["verdict"] == "warning"


def test_one_that_is_away_is_told(tmp_path: Path) -> None:
    url = "postgresql://soul:secret@127.0.0.1:1/none"
    found = findings(tmp_path / "home", code=1, SOUL_SERVER_DATABASE=url)
    assert found["server database"]["verdict"] == "problem"
    assert "secret" not in str(found)


async def tables(url: str) -> int:
    """How many there are."""
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"))
    finally:
        await connection.close()
