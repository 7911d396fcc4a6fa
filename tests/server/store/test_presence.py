"""Eras begin when a process starts alone, and only then."""

import asyncio
import multiprocessing
from pathlib import Path
from typing import Any

import asyncpg

from soul_player.database.access import Reader
from soul_player.edges import SystemClock, SystemRandomness
from soul_player.server.store.eras import read_newest_era
from soul_player.server.store.open import open_store, stay_present
from tests.conftest import make_postgres_database, opened, run

END_ALL_OTHERS = """
    SELECT pg_terminate_backend(pid)
      FROM pg_stat_activity
     WHERE datname = current_database()
       AND pid <> pg_backend_pid()
"""

END_ALL_OF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"


async def name_of(reader: Reader) -> str:
    row = await reader.one("SELECT current_database()")
    assert row is not None
    return str(row[0])


async def eras(reader: Reader) -> list[str]:
    return [row[0] for row in await reader.all("SELECT era FROM sync_era ORDER BY ordinal")]


def test_a_process_beside_another_begins_no_era(store_url: str) -> None:
    """A second worker, or `soul scan` beside `soul serve`, belongs to the same history."""

    async def main() -> None:
        async with opened(store_url) as first:
            async with opened(store_url) as second:
                assert len(await second.database.read(eras)) == 1
                assert second.secrets.server_id == first.secrets.server_id
                assert second.secrets.cursor_key == first.secrets.cursor_key
            async with opened(store_url):
                assert len(await first.database.read(eras)) == 1
        async with opened(store_url) as alone_again:
            assert len(await alone_again.database.read(eras)) == 2

    run(main())


def test_a_new_era_can_be_asked_for(store_url: str) -> None:
    """For those who put a database back by means of their own, beside a running server."""

    async def main() -> None:
        async with opened(store_url) as first:
            before = await first.database.read(read_newest_era)
            async with open_store(
                store_url, clock=SystemClock(), randomness=SystemRandomness(), new_era=True
            ) as second:
                assert await second.database.read(read_newest_era) != before

    run(main())


def test_a_postgres_that_was_restarted_begins_an_era(postgres_url: str) -> None:
    """It may have been restored in between, and the lock that would tell is gone with its connection."""
    url = make_postgres_database(postgres_url)

    async def main() -> None:
        async with opened(url) as store, asyncio.TaskGroup() as tasks:
            keeper = tasks.create_task(stay_present(store, clock=SystemClock(), randomness=SystemRandomness()))
            connection = await asyncpg.connect(url)
            await connection.execute(END_ALL_OTHERS)
            await connection.close()
            while len(await store.database.read(eras)) < 2:  # noqa: ASYNC110  # nobody tells when the era is minted
                await asyncio.sleep(0.05)
            async with opened(url) as beside:
                assert len(await beside.database.read(eras)) == 2
            keeper.cancel()

    run(main(), timeout_seconds=60)


def test_a_postgres_that_lets_nobody_in_for_a_while_ends_no_server(postgres_url: str) -> None:
    """As people do it who put a database back: everybody out, nobody in, and then the doors open again."""
    url = make_postgres_database(postgres_url)

    async def main() -> None:
        async with opened(url) as store, asyncio.TaskGroup() as tasks:
            keeper = tasks.create_task(stay_present(store, clock=SystemClock(), randomness=SystemRandomness()))
            admin = await asyncpg.connect(postgres_url)
            name = await store.database.read(name_of)
            await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            await admin.execute(END_ALL_OF, name)
            # It tries at once, and then each second.
            ended, _ = await asyncio.wait([keeper], timeout=0.5)
            assert not ended
            await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            await admin.close()
            while len(await store.database.read(eras)) < 2:  # noqa: ASYNC110  # nobody tells when the era is minted
                await asyncio.sleep(0.05)
            keeper.cancel()

    run(main(), timeout_seconds=60)


def _hold(url: str, is_open: Any, may_end: Any) -> None:
    async def main() -> None:
        async with opened(url):
            is_open.set()
            may_end.wait(60)

    run(main())


def test_presence_is_seen_across_processes(tmp_path: Path) -> None:
    """The lock is the operating system's, so it goes with a process that was killed."""
    url = f"sqlite:///{tmp_path}/server.db"
    context = multiprocessing.get_context("spawn")
    is_open, may_end = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(url, is_open, may_end))
    other.start()
    try:
        assert is_open.wait(60)

        async def count() -> int:
            async with opened(url) as store:
                return len(await store.database.read(eras))

        assert run(count()) == 1
        other.kill()
        other.join(60)
        assert run(count()) == 2
    finally:
        other.kill()
        other.join(60)
