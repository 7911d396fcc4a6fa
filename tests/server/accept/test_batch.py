"""Every operation takes effect at most once, and a repeat gets its first answer."""

from typing import Any

import pytest

from soul_player.server.accept.batch import AckDiverged, DeviceCloned
from soul_player.server.housekeeping import purge_once
from soul_player.server.store.operations import CONFIRMED_DAYS, CONFIRMED_KEPT
from tests.conftest import run
from tests.server.accept.push import a_world


def test_a_repeat_changes_nothing_and_says_duplicate(store_url: str) -> None:
    """The answer was lost on the way; the device sends the same again."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            play = phone.op(
                "play.add", play_id=world.new_id(), track_id=world.tracks[0], played_at=world.now(), duration_played=200
            )
            first = await phone.push(play)
            head = await ann.head()
            again = await phone.push(play)
            twice_in_one = await phone.push(play, play)
            assert [result.status for result in (*first, *again, *twice_in_one)] == [
                "applied",
                "duplicate",
                "duplicate",
                "duplicate",
            ]
            assert first[0].seq == again[0].seq
            assert (await ann.user_data())[world.tracks[0]].play_count == 1
            assert await ann.head() == head

    run(main())


def test_the_same_id_with_another_body_is_refused(store_url: str) -> None:
    """Bodies are compared as values: order, unknown fields and the number on the device do not count."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            operation = phone.op("favourite.set", track_id=world.tracks[0], favourite=True)
            await phone.push(operation)
            reordered = {**dict(reversed(operation.items())), "unknown": 1, "n": 77}
            results = await phone.push(reordered, {**operation, "favourite": False})
            assert [(result.status, result.reason) for result in results] == [
                ("duplicate", None),
                ("rejected", "op_id_reused"),
            ]
            assert (await ann.user_data())[world.tracks[0]].favourite

    run(main())


def test_a_poisoned_operation_stops_no_other(store_url: str) -> None:
    """One that does not parse, of an unknown type, or out of bounds is refused alone, and again with the same words."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            track, known = world.tracks[0], await phone.playlist()
            poisoned = [
                phone.op("track.explode"),
                phone.op("track.ex\0plode"),
                phone.op("rating.set", track_id=track, rating=6),
                phone.op("rating.set", track_id=track.upper(), rating=5),
                phone.op("playlist.create", playlist_id=world.new_id(), name=" "),
                phone.op("playlist.create", playlist_id=world.new_id(), name="a\0b"),
                phone.op("playlist.create", playlist_id=world.new_id(), name="x" * 501),
                phone.op("favourite.set", track_id=track, favourite=True) | {"at": "yesterday"},
                phone.op("favourite.set", track_id=track, favourite=True) | {"n": 0},
                phone.op("favourite.set", track_id=track, favourite=True) | {"op_id": "no-uuid"},
                phone.op("play.add", play_id=world.new_id(), track_id=track, played_at=world.now(), duration_played=-1),
                phone.op("playlist.delete", playlist_id=world.new_id(), seen_seq=10**30),
                phone.op("playlist.delete", playlist_id=known, seen_seq=1, seen_era="a\0b"),
                phone.op("playlist.rename", playlist_id=known, name="Mix", deep=[[[[1]]], 10**30]) | {"n": 10**30},
            ]
            good = phone.op("rating.set", track_id=track, rating=4)
            results = await phone.push(*poisoned, good)
            assert [(r.status, r.reason) for r in results[:-1]] == [("rejected", "invalid")] * len(poisoned)
            assert results[-1].status == "applied"
            assert list(await phone.push(*poisoned)) == results[:-1]
            assert (await ann.user_data())[track].rating == 4

    run(main())


def test_what_the_server_does_not_know_is_blocked_and_works_later(store_url: str) -> None:
    """No result is stored: the same operation is applied once what it names is there."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann, bob = await world.user("ann"), await world.user("bob")
            phone = ann.device("phone")
            foreign = await bob.device("pc").playlist("Bob's own")
            playlist_id = world.new_id()
            add = phone.op("entry.add", playlist_id=playlist_id, entry_id=world.new_id(), track_id=world.tracks[0])
            steal = phone.op("playlist.rename", playlist_id=foreign, name="Mine now")
            unknown = phone.op("favourite.set", track_id=world.new_id(), favourite=True)
            results = await phone.push(add, steal, unknown)
            assert [result.status for result in results] == ["blocked"] * 3
            create = phone.op("playlist.create", playlist_id=playlist_id, name="Mix")
            assert [r.status for r in await phone.push(create, add)] == ["applied", "applied"]
            assert [entry.track_id for entry in await ann.entries(playlist_id)] == [world.tracks[0]]
            assert [playlist.name for playlist in await bob.playlists()] == ["Bob's own"]

    run(main())


def test_two_users_may_mint_the_same_id(store_url: str) -> None:
    """Ids of clients live in their user's own space; anything else would let one user block another."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann, bob = await world.user("ann"), await world.user("bob")
            phone, pc = ann.device("phone"), bob.device("pc")
            playlist_id, op_id = world.new_id(), world.new_id()
            for device, name in ((phone, "Ann's"), (pc, "Bob's")):
                operation = device.op("playlist.create", playlist_id=playlist_id, name=name) | {"op_id": op_id}
                assert (await device.push(operation))[0].status == "applied"
            assert [playlist.name for playlist in await ann.playlists()] == ["Ann's"]
            assert [playlist.name for playlist in await bob.playlists()] == ["Bob's"]

    run(main())


def test_confirmed_results_are_pruned_and_answered_as_duplicates(store_url: str) -> None:
    """The watermark of before the batch counts; a late copy of a confirmed operation undoes nothing newer."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            old = phone.op("favourite.set", track_id=world.tracks[0], favourite=True)
            new = phone.op("favourite.set", track_id=world.tracks[0], favourite=False, seconds=0.001)
            world.clock.advance(1)
            await phone.push(old, new)
            await phone.push(phone.op("rating.set", track_id=world.tracks[0], rating=1), confirmed_through=2)
            assert await _count(world, "SELECT COUNT(*) FROM operations") == 1
            assert [r.status for r in await phone.push(old)] == ["duplicate"]
            assert not (await ann.user_data())[world.tracks[0]].favourite

    run(main())


def test_the_watermark_does_not_pass_what_this_server_knows(store_url: str) -> None:
    """A restored server must take again what it lost, whatever the device says it was told."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            known = phone.op("rating.set", track_id=world.tracks[0], rating=1)
            lost = phone.op("rating.set", track_id=world.tracks[1], rating=2)
            await phone.push(known)
            await phone.push(confirmed_through=2)
            assert [result.status for result in await phone.push(lost)] == ["applied"]
            assert (await ann.user_data())[world.tracks[1]].rating == 2

    run(main())


def test_a_copied_home_is_noticed(store_url: str) -> None:
    """Two homes count on from the same number: the second one's edits must not be taken for the first one's."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone, copy = ann.device("phone"), ann.device("phone")
            await phone.push(phone.op("rating.set", track_id=world.tracks[0], rating=1))
            await phone.push(phone.op("rating.set", track_id=world.tracks[0], rating=2), confirmed_through=1)
            world.clock.advance(60)
            with pytest.raises(DeviceCloned):
                await copy.push(copy.op("rating.set", track_id=world.tracks[1], rating=5))
            assert world.tracks[1] not in await ann.user_data()
            # As the protocol says: another device id, new numbers, the same operation ids.
            renamed = ann.device("phone-2")
            operation = renamed.op("rating.set", track_id=world.tracks[1], rating=5)
            assert [result.status for result in await renamed.push(operation)] == ["applied"]

    run(main())


def test_an_edit_of_a_copied_home_from_before_the_watermark_is_noticed_too(store_url: str) -> None:
    """Made before the operation that the watermark stands at: its time tells nothing, only its id does."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone, copy = ann.device("phone"), ann.device("phone")
            early = copy.op("rating.set", track_id=world.tracks[1], rating=5)
            world.clock.advance(60)
            own = [phone.op("rating.set", track_id=world.tracks[0], rating=stars) for stars in (1, 2, 3)]
            await phone.push(*own)
            await phone.push(confirmed_through=3)
            with pytest.raises(DeviceCloned):
                await copy.push(early)
            assert world.tracks[1] not in await ann.user_data()
            # A late copy of what was confirmed is none of another home's.
            assert [result.status for result in await phone.push(*own)] == ["duplicate"] * 3
            assert (await ann.user_data())[world.tracks[0]].rating == 3

    run(main())


def test_who_was_renamed_sends_again_what_was_answered_and_it_is_done_once(store_url: str) -> None:
    """A home restored from its backup knows of no answer; a move that is done twice would undo another's."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone, desk, renamed = ann.device("phone"), ann.device("desk"), ann.device("phone-2")
            playlist = await phone.playlist()
            first, second = world.new_id(), world.new_id()
            for entry in (first, second):
                await phone.push(phone.op("entry.add", playlist_id=playlist, entry_id=entry, track_id=world.tracks[0]))
            move = phone.op("entry.move", entry_id=second, after=None)
            await phone.push(move)
            await phone.push(confirmed_through=4)
            await desk.push(desk.op("entry.move", entry_id=second))
            again = {**move, "n": 1}
            assert [result.status for result in await renamed.push(again)] == ["duplicate"]
            assert [entry.id for entry in await ann.entries(playlist)] == [first, second]

    run(main())


def test_what_was_answered_under_a_former_name_is_no_clones_below_the_new_ones_watermark(store_url: str) -> None:
    """A renamed home sends all of the last weeks again after a restore: under its new numbers, which are confirmed."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone, renamed = ann.device("phone"), ann.device("phone-2")
            before = phone.op("rating.set", track_id=world.tracks[0], rating=1)
            await phone.push(before)
            again, later = {**before, "n": 1}, {**phone.op("rating.set", track_id=world.tracks[1], rating=2), "n": 2}
            assert [one.status for one in await renamed.push(again, later)] == ["duplicate", "applied"]
            await renamed.push(confirmed_through=2)
            assert [one.status for one in await renamed.push(again, later)] == ["duplicate", "duplicate"]
            # What nobody was ever answered is still another home's.
            stranger = {**renamed.op("rating.set", track_id=world.tracks[2], rating=3), "n": 1}
            with pytest.raises(DeviceCloned):
                await renamed.push(stranger)

    run(main())


def test_what_is_remembered_of_confirmed_operations_has_a_bound(store_url: str) -> None:
    """Below what was forgotten the time alone decides, as it did: an old late copy is a duplicate, and no clone's."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            old = phone.op("rating.set", track_id=world.tracks[0], rating=1)
            await phone.push(old)
            await phone.push(confirmed_through=1)
            world.clock.advance((CONFIRMED_DAYS - 1) * 86_400)
            new = phone.op("rating.set", track_id=world.tracks[0], rating=2)
            await phone.push(new)
            await phone.push(confirmed_through=2)
            await purge_once(world.store.database, clock=world.clock)
            assert await _count(world, "SELECT COUNT(*) FROM confirmed_operations") == 2
            world.clock.advance(2 * 86_400)
            await purge_once(world.store.database, clock=world.clock)
            assert await _count(world, "SELECT COUNT(*) FROM confirmed_operations") == 1
            assert [result.status for result in await phone.push(old, new)] == ["duplicate"] * 2
            stranger = {**old, "op_id": world.new_id(), "n": 2}
            with pytest.raises(DeviceCloned):
                await phone.push(stranger)
            # As many as are ever kept of one device: a number far ahead forgets those far behind.
            far = phone.op("rating.set", track_id=world.tracks[0], rating=3) | {"n": CONFIRMED_KEPT + 2}
            await phone.push(far)
            await phone.push(confirmed_through=CONFIRMED_KEPT + 2)
            assert await _count(world, "SELECT COUNT(*) FROM confirmed_operations") == 1
            assert [result.status for result in await phone.push(new, far)] == ["duplicate"] * 2
            assert (await ann.user_data())[world.tracks[0]].rating == 3

    run(main())


def test_an_ack_of_a_lost_history_is_refused_and_nothing_is_applied(store_url: str) -> None:
    """The device was told of edits that this server no longer has: it must offer them again."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            accepted = await phone.push_whole(phone.op("rating.set", track_id=world.tracks[0], rating=1))
            ack = (accepted.era, accepted.head)
            good = await phone.push_whole(phone.op("rating.set", track_id=world.tracks[0], rating=2), ack=ack)
            for lost in ((good.era, good.head + 5), (world.new_id(), 1)):
                with pytest.raises(AckDiverged):
                    await phone.push(phone.op("rating.set", track_id=world.tracks[0], rating=5), ack=lost)
            assert (await ann.user_data())[world.tracks[0]].rating == 2

    run(main())


async def _count(world: Any, sql: str) -> int:
    async def count(reader: Any) -> int:
        return int((await reader.one(sql))[0])

    return int(await world.store.database.read(count))
