"""What only PostgreSQL can do to a transaction: end its connection."""

import contextlib

import asyncpg
import pytest

from soul_player.database.access import Writer
from soul_player.database.errors import DatabaseUnavailable
from soul_player.database.postgres import LOST_CONNECTION
from soul_player.server.store.open import connect
from tests.conftest import make_postgres_database, run


def test_no_step_is_tried_alone_once_the_connection_is_gone(postgres_url: str) -> None:
    """Five hundred operations of a batch would each fail, and each be told of; the batch as such is to come again."""
    tried: list[int] = []

    async def steps(writer: Writer) -> None:
        with contextlib.suppress(*LOST_CONNECTION, asyncpg.PostgresError):
            await writer.one("SELECT pg_terminate_backend(pg_backend_pid())")
        for number in range(3):
            async with writer.savepoint():
                tried.append(number)

    async def story() -> None:
        database = await connect(make_url)
        with pytest.raises(DatabaseUnavailable):
            await database.write(steps)
        assert tried == []
        assert await database.read(one) == 1
        await database.close()

    async def one(store: object) -> int:
        row = await store.one("SELECT 1")  # type: ignore[attr-defined]  # a Reader
        return int(row[0])

    make_url = make_postgres_database(postgres_url)
    run(story())


def test_too_many_connections_is_a_trouble_that_passes(postgres_url: str) -> None:
    """After a restart all programs of a machine come back at one moment: whoever finds no place tries again."""

    async def story() -> None:
        admin = await asyncpg.connect(postgres_url)
        await admin.execute("CREATE ROLE crowded SUPERUSER LOGIN")
        await admin.execute("ALTER ROLE crowded NOSUPERUSER CONNECTION LIMIT 0")
        try:
            with pytest.raises(DatabaseUnavailable, match="no room"):
                await connect(url.replace("//postgres:", "//crowded:"))
        finally:
            await admin.execute("DROP ROLE crowded")
            await admin.close()

    url = make_postgres_database(postgres_url)
    run(story())


@pytest.mark.parametrize("url", ["postgresql://u:SECRET/x@host/soul", "postgresql://u:SECRET@[::1/soul"])
def test_an_address_that_falls_apart_is_told_without_its_password(url: str) -> None:
    """A slash in a password ends the host; what stands before it was taken for a port, and shown."""
    with pytest.raises(DatabaseUnavailable, match="must be written as %XX") as caught:
        run(connect(url))
    assert "SECRET" not in str(caught.value)
