"""Where an entry goes when its anchor is not where it was thought to be (protocol, sections 4 and 5)."""

from typing import Any

from soul_player.protocol.ids import id_bytes
from soul_player.server.housekeeping import purge_once
from soul_player.server.store.changes import TOMBSTONE_DAYS
from tests.conftest import run
from tests.server.accept.push import PushingDevice, World, a_world

DAY_SECONDS = 86_400


async def added(device: PushingDevice, playlist_id: str, entry_id: str, **place: Any) -> tuple[str, str | None]:
    """Status and reason of one addition."""
    track = device.account.world.tracks[0]
    operation = device.op("entry.add", playlist_id=playlist_id, entry_id=entry_id, track_id=track, **place)
    (result,) = await device.push(operation)
    return result.status, result.reason


async def order(world: World, device: PushingDevice, playlist_id: str) -> list[str]:
    """The entries' ids."""
    return [entry.id for entry in await device.account.entries(playlist_id)]


def test_who_names_an_entry_that_is_not_known_yet_waits_for_it(store_url: str) -> None:
    """Another user's is no better known."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann, bob = await world.user("ann"), await world.user("bob")
            phone, pc = ann.device("phone"), bob.device("pc")
            mine, theirs = await phone.playlist(), await pc.playlist()
            foreign, coming, last = world.new_id(), world.new_id(), world.new_id()
            assert await added(pc, theirs, foreign) == ("applied", None)
            for anchor in (foreign, coming):
                assert await added(phone, mine, world.new_id(), after=anchor) == ("blocked", "unknown_entry")
            late = phone.op("entry.add", playlist_id=mine, entry_id=last, track_id=world.tracks[0], after=coming)
            move = phone.op("entry.move", entry_id=coming, after=world.new_id())
            assert [one.status for one in await phone.push(late, move)] == ["blocked", "blocked"]
            assert await added(phone, mine, coming) == ("applied", None)
            assert [one.status for one in await phone.push(late, move)] == ["applied", "blocked"]
            assert await order(world, phone, mine) == [coming, last]

    run(main())


def test_an_anchor_of_another_playlist_is_refused_for_good(store_url: str) -> None:
    async def main() -> None:
        async with a_world(store_url) as world:
            phone = (await world.user("ann")).device("phone")
            here, there = await phone.playlist(), await phone.playlist()
            elsewhere, own = world.new_id(), world.new_id()
            await added(phone, there, elsewhere)
            await added(phone, here, own)
            wrong = phone.op("entry.move", entry_id=own, after=elsewhere)
            for _ in range(2):
                (result,) = await phone.push(wrong)
                assert (result.status, result.reason) == ("rejected", "invalid")
            assert await added(phone, here, world.new_id(), after=elsewhere) == ("rejected", "invalid")
            assert await order(world, phone, here) == [own]

    run(main())


def test_behind_an_anchor_that_was_purged_is_the_end(store_url: str) -> None:
    """It was removed half a year ago, and this device did not hear of it."""

    async def main() -> None:
        async with a_world(store_url) as world:
            phone = (await world.user("ann")).device("phone")
            playlist_id = await phone.playlist()
            first, gone, last = world.new_id(), world.new_id(), world.new_id()
            for entry in (first, gone, last):
                await added(phone, playlist_id, entry)
            await phone.push(phone.op("entry.remove", entry_id=gone))
            world.clock.advance((TOMBSTONE_DAYS + 1) * DAY_SECONDS)
            await purge_once(world.store.database, clock=world.clock)
            late = world.new_id()
            assert await added(phone, playlist_id, late, after=gone) == ("applied", None)
            assert await order(world, phone, playlist_id) == [first, last, late]
            assert id_bytes(late) > id_bytes(last)

    run(main())
