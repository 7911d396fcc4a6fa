"""The attempts that several processes count together follow the very rule of one process's memory."""

import asyncio
import random

from soul_player.database.access import Database
from soul_player.server.auth.attempts import ACCOUNT_BURST, ACCOUNT_SECONDS, ADDRESS_BURST, Attempts
from soul_player.server.auth.limits import FORGET_SECONDS, Limits, OwnLimits, SharedLimits
from soul_player.server.errors import RequestRefused
from tests.conftest import opened, run
from tests.edges.fake_clock import FakeClock


async def wait_of(limits: Limits, address: str, account: str) -> int:
    """Seconds to wait; 0 when the attempt was let through."""
    try:
        await limits.begin(address, account)
    except RequestRefused as refused:
        return int(dict(refused.headers)[b"retry-after"])
    return 0


def test_both_ways_to_count_answer_alike(store_url: str) -> None:
    """Any sequence of attempts, right ones among them, over any time."""

    async def story() -> None:
        chooser = random.Random(11)
        clock = FakeClock()
        async with opened(store_url) as store:
            own, shared = OwnLimits(Attempts(clock)), SharedLimits(store.database, clock)
            for _ in range(400):
                address, account = f"10.0.0.{chooser.randint(1, 3)}", chooser.choice(("ann", "bob"))
                waits = [await wait_of(limits, address, account) for limits in (own, shared)]
                assert waits[0] == waits[1]
                if waits[0] == 0 and chooser.random() < 0.2:
                    for limits in (own, shared):
                        await limits.succeeded(address, account)
                clock.advance(chooser.choice((0.0, 0.0, 1.0, 7.5, 30.0)))

    run(story())


def test_many_at_once_through_several_processes_do_not_slip_through(store_url: str) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with opened(store_url) as one, opened(store_url) as other:
            processes = [SharedLimits(store.database, clock) for store in (one, other)]
            async with asyncio.TaskGroup() as tasks:
                tried = [
                    tasks.create_task(wait_of(processes[number % 2], "10.0.0.1", "amber"))
                    for number in range(5 * ACCOUNT_BURST)
                ]
            assert sum(task.result() == 0 for task in tried) == ACCOUNT_BURST

    run(story())


def test_a_clock_that_is_set_back_locks_nobody_out_for_long(store_url: str) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with opened(store_url) as store:
            limits = SharedLimits(store.database, clock)
            while await wait_of(limits, "10.0.0.1", "amber") == 0:
                pass
            clock.wall_ms -= 86_400_000
            assert 0 < await wait_of(limits, "10.0.0.1", "amber") <= ACCOUNT_SECONDS * (ACCOUNT_BURST + 1)

    run(story())


def test_what_is_full_again_is_forgotten(store_url: str) -> None:
    """Somebody with a thousand addresses fills no table for long."""

    async def story() -> None:
        clock = FakeClock()
        async with opened(store_url) as store:
            limits = SharedLimits(store.database, clock)
            for number in range(3 * ADDRESS_BURST):
                await wait_of(limits, f"10.0.1.{number}", f"account {number}")
            assert await count(store.database) > ADDRESS_BURST
            clock.advance(FORGET_SECONDS)
            await wait_of(limits, "10.0.0.1", "amber")
            assert await count(store.database) == 2

    run(story())


async def count(database: Database) -> int:
    """Rows."""

    async def read(store: object) -> int:
        (row,) = await store.all("SELECT COUNT(*) FROM sign_in_attempts")  # type: ignore[attr-defined]  # a Reader
        return int(row[0])

    return await database.read(read)
