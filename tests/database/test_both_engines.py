"""The two types behave alike on SQLite and on a real PostgreSQL."""

import asyncio
from pathlib import Path

import pytest

from soul_player.database.access import Reader, Writer
from soul_player.database.errors import DatabaseDamaged, DatabaseError, DatabaseUnavailable, SchemaChanged, SchemaTooNew
from soul_player.database.migrate import Migration, migrate
from soul_player.database.names import numbered
from soul_player.database.sqlite import open_sqlite
from soul_player.server.store.open import connect
from tests.conftest import run

MAKE = "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT, value BLOB)"
PUT = "INSERT INTO thing (id, name, value) VALUES (:id, :name, :value)"
COUNT = "SELECT COUNT(*) FROM thing"


THING = [Migration(1, "thing", MAKE + ";\n")]


async def put(writer: Writer, number: int, *, fail: bool = False) -> None:
    await writer.run(PUT, id=number, name=f"n{number}", value=b"\0\xff")
    if fail:
        raise KeyError(number)


async def count(reader: Reader) -> int:
    row = await reader.one(COUNT)
    assert row is not None
    return int(row[0])


def test_a_transaction_that_raises_leaves_nothing(store_url: str) -> None:
    """Half an edit would be worse than none."""

    async def main() -> None:
        database = await connect(store_url)
        await migrate(database, THING)
        await database.write(put, 1)
        with pytest.raises(KeyError):
            await database.write(put, 2, fail=True)
        assert await database.read(count) == 1
        await database.close()

    run(main())


def test_a_savepoint_undoes_one_step_only(store_url: str) -> None:
    """A poisoned operation must not take its batch with it."""

    async def main() -> None:
        database = await connect(store_url)
        await migrate(database, THING)

        async def three(writer: Writer) -> None:
            for number in (1, 2, 3):
                try:
                    async with writer.savepoint():
                        await put(writer, number, fail=number == 2)
                except KeyError:
                    continue

        await database.write(three)
        assert await database.read(count) == 2
        await database.close()

    run(main())


def test_values_come_back_as_they_went_in(store_url: str) -> None:
    """Text of any script, bytes of any value, and None."""

    async def main() -> None:
        database = await connect(store_url)
        await migrate(database, THING)

        async def put_all(writer: Writer) -> None:
            await writer.run_many(PUT, [(1, "Sigur Rós 🎵", b"\0\x01\xff"), (2, None, None)])

        async def get_all(reader: Reader) -> list[tuple[object, ...]]:
            return await reader.all("SELECT id, name, value FROM thing ORDER BY id")

        await database.write(put_all)
        assert await database.read(get_all) == [(1, "Sigur Rós 🎵", b"\0\x01\xff"), (2, None, None)]
        await database.close()

    run(main())


def test_a_reader_keeps_its_snapshot(store_url: str) -> None:
    """Page and head are read by two statements in some places; what is committed between them must not show."""

    async def main() -> None:
        database = await connect(store_url)
        await migrate(database, THING)
        await database.write(put, 1)
        loop = asyncio.get_running_loop()

        async def count_twice(reader: Reader) -> tuple[int, int]:
            before = await count(reader)
            if reader.engine == "sqlite":
                # The reader's own thread waits here while the writer's thread commits.
                asyncio.run_coroutine_threadsafe(database.write(put, 2), loop).result(10)
            else:
                await database.write(put, 2)
            return before, await count(reader)

        assert await database.read(count_twice) == (1, 1)
        assert await database.read(count) == 2
        await database.close()

    run(main())


def test_migrations_are_applied_once_and_in_order(store_url: str) -> None:
    """And a database that a newer version wrote is left alone, as is one whose history differs from ours."""
    first = Migration(1, "first", MAKE + ";\n")
    second = Migration(2, "second", "ALTER TABLE thing ADD COLUMN extra TEXT; -- a comment\n")

    async def main() -> None:
        database = await connect(store_url)
        assert await migrate(database, [first]) == 1
        assert await migrate(database, [first, second]) == 1
        assert await migrate(database, [first, second]) == 0
        with pytest.raises(SchemaTooNew, match="install a newer version"):
            await migrate(database, [first])
        with pytest.raises(SchemaChanged):
            await migrate(database, [Migration(1, "first", MAKE + " ;\n"), second])
        await database.close()

    run(main())


def test_a_migration_that_fails_leaves_the_schema_before_it(store_url: str) -> None:
    """A start that dies half-way can be repeated."""
    broken = Migration(1, "broken", MAKE + ";\nCREATE TABLE broken (;\n")

    async def main() -> None:
        database = await connect(store_url)
        with pytest.raises(DatabaseError):
            await migrate(database, [broken])
        assert await migrate(database, [Migration(1, "first", MAKE + ";\n")]) == 1
        await database.close()

    run(main())


def test_two_processes_that_migrate_at_once_take_turns(store_url: str) -> None:
    """Several servers on one database are started together after an update."""

    async def main() -> None:
        databases = [await connect(store_url) for _ in range(3)]
        applied: list[int] = []

        async def one(number: int) -> None:
            applied.append(await migrate(databases[number], [Migration(1, "first", MAKE + ";\n")]))

        async with asyncio.TaskGroup() as tasks:
            for number in range(3):
                tasks.create_task(one(number))
        assert sorted(applied) == [0, 0, 1]
        for database in databases:
            await database.close()

    run(main())


def test_names_become_numbers_and_texts_stay() -> None:
    """A colon inside a text, and a cast, are no names; a name that stands twice is one value."""
    statement = numbered("SELECT ':no', a::text FROM t WHERE b = :one AND c = :two OR d = :one", "$")
    assert statement.sql == "SELECT ':no', a::text FROM t WHERE b = $1 AND c = $2 OR d = $1"
    assert statement.names == ("one", "two")


def test_a_file_that_is_no_database_is_refused_with_its_name(tmp_path: Path) -> None:
    """Whoever points at the wrong file must read which one."""
    path = tmp_path / "music.db"
    path.write_bytes(b"certainly no database" * 100)

    async def main() -> None:
        with pytest.raises(DatabaseDamaged, match=r"music\.db"):
            await open_sqlite(path)

    run(main())


def test_a_postgres_that_is_not_there_is_unavailable_and_its_password_unsaid() -> None:
    """The error goes to a log."""

    async def main() -> None:
        with pytest.raises(DatabaseUnavailable) as caught:
            await connect("postgresql://me:hunter2@127.0.0.1:1/nowhere")
        assert "hunter2" not in str(caught.value)

    run(main())


def test_a_transaction_that_waits_for_something_else_is_refused(tmp_path: Path) -> None:
    """On SQLite nothing could resume it; the writer would be blocked for ever."""

    async def main() -> None:
        database = await open_sqlite(tmp_path / "a.db")

        async def waits(writer: Writer) -> None:
            await writer.run(MAKE)
            await asyncio.sleep(0)

        with pytest.raises(RuntimeError, match="waited"):
            await database.write(waits)
        await migrate(database, THING)
        await database.close()

    run(main())
