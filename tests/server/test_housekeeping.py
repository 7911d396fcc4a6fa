"""What is done once a day."""

import asyncio

from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import DeviceId, UserId
from soul_player.server.auth.tokens import REFRESH_DAYS
from soul_player.server.housekeeping import keep_house, purge_once
from soul_player.server.store.changes import TOMBSTONE_DAYS, Fact, claim, record
from soul_player.server.store.devices import begin_session
from soul_player.server.store.refresh_tokens import add_token, find_token
from soul_player.server.store.scopes import LIBRARY, Kind
from soul_player.server.store.users import StoredUser, add_user
from tests.conftest import opened, run
from tests.edges.fake_clock import FakeClock

DAY_SECONDS = 86_400
USER = UserId("01900000-0000-7000-8000-000000000001")
SESSION = b"s" * 16
COUNT = "SELECT COUNT(*) FROM sync_change"
FLOOR = "SELECT floor_seq FROM sync_head WHERE scope = 'library'"


async def bury(store: Writer, *numbers: int, now_ms: int) -> None:
    """These tracks were deleted now."""
    positions = await claim(store, LIBRARY, len(numbers))
    facts = [
        Fact(Kind.TRACK, bytes([number]) * 16, seq, deleted=True)
        for number, seq in zip(numbers, positions, strict=True)
    ]
    await record(store, LIBRARY, facts, now_ms=now_ms)


async def counted(store: Reader) -> tuple[int, int]:
    """Tombstones, and the floor."""
    count, floor = await store.one(COUNT), await store.one(FLOOR)
    assert count is not None
    assert floor is not None
    return int(count[0]), int(floor[0])


def test_old_deletions_and_old_tokens_go_and_young_ones_stay(store_url: str) -> None:
    """And the floor rises with what went, so that no cursor misses it in silence."""
    clock = FakeClock()

    async def story() -> None:
        async with opened(store_url, clock=clock) as store:
            database = store.database
            await database.write(add_user, StoredUser(USER, "amber", is_admin=True, created_at=1, password_hash="x"))
            await database.write(
                begin_session, USER, DeviceId("phone"), session_id=SESSION, device_name="", now_ms=clock.now_ms()
            )
            await database.write(add_token, b"old", session_id=SESSION, now_ms=clock.now_ms())
            await database.write(bury, 1, 2, now_ms=clock.now_ms())
            clock.advance(max(TOMBSTONE_DAYS, REFRESH_DAYS) * DAY_SECONDS + 1)
            await database.write(bury, 3, now_ms=clock.now_ms())
            await database.write(add_token, b"young", session_id=SESSION, now_ms=clock.now_ms())
            assert await purge_once(database, clock=clock) == 2
            assert await database.read(counted) == (1, 2)
            assert await database.read(find_token, b"old") is None
            assert await database.read(find_token, b"young") is not None
            assert await purge_once(database, clock=clock) == 0

    run(story())


def test_it_is_done_at_the_start_and_ends_when_it_is_cancelled(store_url: str) -> None:
    """A server that is restarted every night must still forget."""
    clock = FakeClock()

    async def story() -> None:
        async with opened(store_url, clock=clock) as store:
            await store.database.write(bury, 1, now_ms=clock.now_ms())
            clock.advance((TOMBSTONE_DAYS + 1) * DAY_SECONDS)
            async with asyncio.TaskGroup() as tasks:
                keeping = tasks.create_task(keep_house(store.database, clock=clock))
                for _ in range(500):
                    if await store.database.read(counted) == (0, 1):
                        break
                    await asyncio.sleep(0.01)
                keeping.cancel()
            assert await store.database.read(counted) == (0, 1)

    run(story())
