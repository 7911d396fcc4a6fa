"""Memory that was needed once is given back, and only while nobody writes."""

import asyncio
import re
from pathlib import Path
from typing import Any

from soul_player.database.access import Writer
from soul_player.server.store.memory import stay_small
from tests.conftest import opened, run

MAKE = "CREATE TABLE filler (id INTEGER PRIMARY KEY, body BLOB)"
FILL = "INSERT INTO filler (body) VALUES (zeroblob(4000))"
LOOK_SECONDS = 0.1


def private_kib() -> int:
    """Of this process, as the system counts it."""
    found = re.search(r"Private_Dirty: +(\d+)", Path("/proc/self/smaps_rollup").read_text())
    assert found is not None
    return int(found[1])


async def fill(store: Writer) -> None:
    """Some 24 MB of pages, which the writer keeps."""
    await store.run(MAKE)
    for _ in range(6000):
        await store.run(FILL)


def test_what_a_burst_needed_is_given_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(f"sqlite:///{tmp_path}/server.db") as store, asyncio.TaskGroup() as tasks:
            before = private_kib()
            await store.database.write(fill)
            assert private_kib() > before + 15_000
            task = tasks.create_task(stay_small(store.database, look_seconds=LOOK_SECONDS))
            async with asyncio.timeout(10):
                while private_kib() > before + 8_000:  # noqa: ASYNC110  # the system tells nobody
                    await asyncio.sleep(LOOK_SECONDS)
            task.cancel()

    run(story())


def test_it_is_done_once_and_not_while_somebody_writes(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(f"sqlite:///{tmp_path}/server.db") as store, asyncio.TaskGroup() as tasks:
            database: Any = store.database
            shrink, times = database.shrink, []

            async def counted() -> None:
                times.append(1)
                await shrink()

            database.shrink = counted
            task = tasks.create_task(stay_small(database, look_seconds=LOOK_SECONDS))
            for number in range(20):
                await database.write(touch, number)
                await asyncio.sleep(LOOK_SECONDS / 4)
            assert not times
            await asyncio.sleep(LOOK_SECONDS * 6)
            assert len(times) == 1
            await database.write(touch, 99)
            await asyncio.sleep(LOOK_SECONDS * 6)
            assert len(times) == 2
            task.cancel()

    run(story())


async def touch(store: Writer, number: int) -> None:
    """A small write."""
    await store.run("UPDATE sync_head SET floor_seq = floor_seq WHERE seq >= :number", number=-number)
