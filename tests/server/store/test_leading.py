"""One of several processes leads, on a real PostgreSQL; when it loses its lock, it stops, and another begins."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from soul_player.server.store.leading import while_leading
from tests.conftest import make_postgres_database, opened, run


class Process:
    """Notes what it is told, and works for as long as it may."""

    def __init__(self) -> None:
        self.is_leader = False
        self.works = False
        self.times = 0

    def told(self, *, is_leader: bool) -> None:
        """Whether it leads."""
        self.is_leader = is_leader

    async def work(self) -> None:
        """Until it is cancelled."""
        assert not self.works
        self.works = True
        self.times += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.works = False


@asynccontextmanager
async def campaigning(url: str) -> AsyncGenerator[tuple[Process, "asyncio.Task[None]"], None]:
    """A process of its own connections; it dies with the task."""
    process = Process()
    async with opened(url) as store, asyncio.TaskGroup() as tasks:
        task = tasks.create_task(while_leading(store.database, process.work, told=process.told))
        yield process, task
        task.cancel()


async def becomes(process: Process, *, seconds: float = 10.0) -> None:
    """It works."""
    async with asyncio.timeout(seconds):
        while not process.works:  # noqa: ASYNC110  # the process tells nobody
            await asyncio.sleep(0.02)


@pytest.fixture(name="url")
def fresh_database(postgres_url: str) -> str:
    """An empty one."""
    return make_postgres_database(postgres_url)


def test_exactly_one_leads_and_a_dead_one_is_followed(url: str) -> None:
    async def story() -> None:
        async with campaigning(url) as (first, task), campaigning(url) as (second, _), campaigning(url) as (third, _):
            await becomes(first)
            await asyncio.sleep(1.5)
            assert [first.works, second.works, third.works] == [True, False, False]
            task.cancel()
            async with asyncio.timeout(5):
                while not (second.works or third.works):  # noqa: ASYNC110  # the same
                    await asyncio.sleep(0.02)
            assert not first.works
            assert not first.is_leader
            assert [second.works, third.works].count(True) == 1

    run(story())


def test_who_loses_the_connection_stops_and_may_lead_again(url: str) -> None:
    """PostgreSQL let go of the lock, so somebody else may hold it now."""

    async def story() -> None:
        async with campaigning(url) as (process, _):
            await becomes(process)
            admin = await asyncpg.connect(url)
            pids = await admin.fetch(
                "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            )
            assert pids
            for row in pids:
                await admin.execute("SELECT pg_terminate_backend($1)", row["pid"])
            async with asyncio.timeout(5):
                while process.times < 2 or not process.works:  # noqa: ASYNC110  # the same
                    await asyncio.sleep(0.02)
            await admin.close()

    run(story())


def test_the_only_process_of_a_file_leads(tmp_path: object) -> None:
    async def story() -> None:
        async with campaigning(f"sqlite:///{tmp_path}/server.db") as (process, _):
            await becomes(process)
            assert process.is_leader

    run(story())
