"""Many rows by one statement: the same rows must stand there as after one statement each."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from soul_player.database.access import Reader, Row, Value, Writer
from soul_player.database.bulk import ROWS_PER_STATEMENT, many_rows
from soul_player.database.sqlite import open_sqlite
from tests.conftest import run

MAKE = "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, value BLOB, kind TEXT, again INTEGER)"
PUT = "INSERT INTO thing (id, name, value, kind, again) VALUES (:id, :name, :value, ':x (y)', COALESCE(:id, 0))"
UPSERT = PUT + " ON CONFLICT (id) DO UPDATE SET name = excluded.name, again = thing.again + 1"
ALL = "SELECT id, name, value, kind, again FROM thing ORDER BY id"


def rows_of(count: int) -> list[tuple[Value, ...]]:
    randomness = random.Random(count)
    return [(number, f"n?1 '{number}'", randomness.randbytes(3)) for number in range(count)]


async def stored(path: Path, sql: str, rows: list[tuple[Value, ...]]) -> list[Row]:
    database = await open_sqlite(path)

    async def put(writer: Writer) -> None:
        await writer.run(MAKE)
        await writer.run_many(sql, rows)

    async def look(reader: Reader) -> list[Row]:
        return await reader.all(ALL)

    try:
        await database.write(put)
        return await database.read(look)
    finally:
        await database.close()


@pytest.mark.parametrize("count", [0, 1, ROWS_PER_STATEMENT - 1, ROWS_PER_STATEMENT, 3 * ROWS_PER_STATEMENT + 7])
def test_every_row_is_stored_whatever_their_number(tmp_path: Path, count: int) -> None:
    """The rows that are left over after whole statements are the ones that would be lost."""
    found = run(stored(tmp_path / "things.db", PUT, rows_of(count)))
    assert found == [(number, name, value, ":x (y)", number) for number, name, value in rows_of(count)]


def test_a_row_that_comes_twice_is_updated_by_the_second(tmp_path: Path) -> None:
    """Also when both stand in one statement: SQLite takes its rows one after the other."""
    rows = [*rows_of(ROWS_PER_STATEMENT - 1), (3, "later", b"x")]
    found = run(stored(tmp_path / "things.db", UPSERT, rows))
    assert found[3][1] == "later"
    assert found[3][4] == 4
    assert len(found) == ROWS_PER_STATEMENT - 1


def test_a_row_that_breaks_a_constraint_is_told(tmp_path: Path) -> None:
    """And nothing of the transaction is kept."""
    rows = [*rows_of(2 * ROWS_PER_STATEMENT), (3, "twice", b"")]
    with pytest.raises(sqlite3.IntegrityError):
        run(stored(tmp_path / "things.db", PUT, rows))
    with closing(sqlite3.connect(tmp_path / "things.db")) as left:
        assert left.execute("SELECT name FROM sqlite_master").fetchall() == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE thing SET name = :name WHERE id = :id",
        "INSERT INTO thing (id) SELECT :id",
        "INSERT INTO thing (id) VALUES (:id), (:other)",
        "INSERT INTO thing (id) VALUES (:id) ON CONFLICT (id) DO UPDATE SET name = :name",
        "INSERT INTO thing (id) VALUES (1)",
        "WITH known AS (SELECT :id AS id) INSERT INTO thing (id) VALUES (:other)",
    ],
)
def test_what_is_no_insert_of_one_row_runs_row_by_row(sql: str) -> None:
    """A statement that cannot be repeated safely must not be."""
    assert many_rows(sql) is None


def test_places_are_shifted_and_texts_are_left_alone() -> None:
    """A `?1` inside a text is a text."""
    sql = many_rows("INSERT INTO t (a, b) VALUES (:a, '?1')")
    assert sql is not None
    assert sql.startswith("INSERT INTO t (a, b) VALUES (?1, '?1'), (?2, '?1')")
    assert sql.endswith(f"(?{ROWS_PER_STATEMENT}, '?1')")
