"""Edits of several devices meet (protocol, section 5): plays add up, the last writer wins, additions survive."""

import itertools
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soul_player.database.access import Writer
from soul_player.protocol.ids import EraId, id_bytes, id_text
from soul_player.protocol.operation import ENTRIES_PER_PLAYLIST_MAX
from soul_player.protocol.positions import LONG_CHARS
from soul_player.server.store.eras import mint_era, read_newest_era
from soul_player.server.store.playlists import ADD_ENTRY
from tests.conftest import run
from tests.server.accept.push import a_world


def test_offline_plays_of_many_devices_add_up(store_url: str) -> None:
    """The seed's first scenario: the sum reaches the server, in whatever order the devices come back."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            track = world.tracks[0]
            for name, count in (("phone", 3), ("pc", 4)):
                device = ann.device(name)
                plays = [
                    device.op(
                        "play.add",
                        play_id=world.new_id(),
                        track_id=track,
                        played_at=world.now(-number),
                        duration_played=240.0,
                    )
                    for number in range(count)
                ]
                await device.push(*plays)
                await device.push(*plays)
            row = (await ann.user_data())[track]
            assert (row.play_count, row.last_played_at) == (7, world.now())

    run(main())


def test_the_last_writer_wins_by_corrected_time_in_any_order(store_url: str) -> None:
    """Arrival does not count, and neither does a wrong clock."""

    async def main() -> None:
        async with a_world(store_url) as world:
            track = world.tracks[0]
            world.clock.advance(3600)
            # The phone's clock is an hour ahead: its edit at "+3500 s" was made 100 s before the sending.
            edits = [("pc", -50.0, 1, 0.0), ("phone", 3500.0, 2, 3600.0), ("pad", -80.0, 3, 0.0)]
            for order in itertools.permutations(edits):
                ann = await world.user(world.new_id())
                for name, at, rating, ahead in order:
                    device = ann.device(name)
                    operation = device.op("rating.set", track_id=track, rating=rating, seconds=at)
                    await device.push(operation, sent_at=world.now(ahead))
                assert (await ann.user_data())[track].rating == 1

    run(main())


def test_an_edit_of_the_future_is_taken_as_made_now(store_url: str) -> None:
    """A clock that runs years ahead must not win for years."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            track = world.tracks[0]
            broken, right = ann.device("broken"), ann.device("right")
            await broken.push(broken.op("favourite.set", track_id=track, favourite=True, seconds=1e8))
            world.clock.advance(1)
            await right.push(right.op("favourite.set", track_id=track, favourite=False))
            assert not (await ann.user_data())[track].favourite

    run(main())


def test_the_same_value_set_later_moves_no_row_but_holds_its_time(store_url: str) -> None:
    """Favourite at 1, favourite again at 3; "no favourite" of 2 arrives last and must lose."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            track = world.tracks[0]
            one, other = ann.device("one"), ann.device("other")
            world.clock.advance(10)
            await one.push(one.op("favourite.set", track_id=track, favourite=True, seconds=-9))
            head = await ann.head()
            await one.push(one.op("favourite.set", track_id=track, favourite=True, seconds=-7))
            await other.push(other.op("favourite.set", track_id=track, favourite=False, seconds=-8))
            assert await ann.head() == head
            assert (await ann.user_data())[track].favourite

    run(main())


def test_ties_go_to_the_greater_device_and_then_the_greater_number(store_url: str) -> None:
    """So that every server decides alike."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            track = world.tracks[0]
            a, b = ann.device("a"), ann.device("b")
            await b.push(b.op("rating.set", track_id=track, rating=2), b.op("rating.set", track_id=track, rating=3))
            await a.push(a.op("rating.set", track_id=track, rating=1))
            assert (await ann.user_data())[track].rating == 3

    run(main())


def test_additions_of_two_devices_at_one_place_do_not_interleave(store_url: str) -> None:
    """Two devices add ten tracks each behind the same entry, offline."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone, pc = ann.device("phone"), ann.device("pc")
            playlist_id = await phone.playlist()
            first = world.new_id()
            await phone.push(
                phone.op("entry.add", playlist_id=playlist_id, entry_id=first, track_id=world.tracks[0]),
                phone.op("entry.add", playlist_id=playlist_id, entry_id=world.new_id(), track_id=world.tracks[1]),
            )
            added: dict[str, list[str]] = {}
            for device in (phone, pc):
                after, operations = first, []
                added[device.name] = [world.new_id() for _ in range(10)]
                for entry_id in added[device.name]:
                    operations.append(
                        device.op(
                            "entry.add",
                            playlist_id=playlist_id,
                            entry_id=entry_id,
                            track_id=world.tracks[2],
                            after=after,
                        )
                    )
                    after = entry_id
                # In two batches, the other device's in between.
                await device.push(*operations[:4])
                await device.push(*operations[4:])
            order = [entry.id for entry in await ann.entries(playlist_id)]
            assert order[1:11] == added["pc"]
            assert order[11:21] == added["phone"]

    run(main())


def test_remove_beats_move_and_nothing_is_there_twice(store_url: str) -> None:
    """Whichever comes first."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            playlist_id = await phone.playlist()
            entries = [world.new_id() for _ in range(3)]
            adds = [
                phone.op("entry.add", playlist_id=playlist_id, entry_id=entry, track_id=world.tracks[0])
                for entry in entries
            ]
            await phone.push(*adds)
            statuses = await phone.push(
                phone.op("entry.move", entry_id=entries[0], after=entries[2]),
                phone.op("entry.remove", entry_id=entries[0]),
                phone.op("entry.move", entry_id=entries[0], after=None),
                phone.op("entry.remove", entry_id=entries[0]),
                phone.op("entry.move", entry_id=entries[2], after=None),
                phone.op("entry.move", entry_id=entries[2], after=entries[2]),
            )
            assert {result.status for result in statuses} == {"applied"}
            assert [entry.id for entry in await ann.entries(playlist_id)] == [entries[2], entries[1]]

    run(main())


def test_an_entry_behind_a_removed_one_takes_its_place(store_url: str) -> None:
    """The anchor was removed elsewhere; what was added behind it must not jump to the end."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            playlist_id = await phone.playlist()
            entries = [world.new_id() for _ in range(3)]
            for entry in entries:
                await phone.push(
                    phone.op("entry.add", playlist_id=playlist_id, entry_id=entry, track_id=world.tracks[0])
                )
            await phone.push(phone.op("entry.remove", entry_id=entries[1]))
            late = world.new_id()
            await phone.push(
                phone.op(
                    "entry.add", playlist_id=playlist_id, entry_id=late, track_id=world.tracks[1], after=entries[1]
                )
            )
            assert [entry.id for entry in await ann.entries(playlist_id)] == [entries[0], late, entries[2]]

    run(main())


def test_editing_a_deleted_playlist_asks_and_deleting_a_changed_one_asks(store_url: str) -> None:
    """The two conflicts that only a person can decide, each answered the same way when repeated."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone, pc = ann.device("phone"), ann.device("pc")
            playlist_id = await phone.playlist()
            seen = await ann.head()
            add = pc.op("entry.add", playlist_id=playlist_id, entry_id=world.new_id(), track_id=world.tracks[0])
            await pc.push(add)
            delete = phone.op("playlist.delete", playlist_id=playlist_id, seen_seq=seen)
            for _ in range(2):
                result = (await phone.push(delete))[0]
                assert (result.status, result.reason) == ("conflict", "playlist_changed")
            own = phone.op("playlist.delete", playlist_id=playlist_id, seen_seq=await ann.head())
            assert (await phone.push(own))[0].status == "applied"
            late = pc.op("entry.add", playlist_id=playlist_id, entry_id=world.new_id(), track_id=world.tracks[0])
            again = pc.op("playlist.create", playlist_id=playlist_id, name="Night Drive")
            for operation in (late, again):
                for _ in range(2):
                    result = (await pc.push(operation))[0]
                    assert (result.status, result.reason) == ("conflict", "playlist_deleted")
                    assert result.server_state is not None
                    assert b'"deleted_by_device":"phone"' in result.server_state
            assert await ann.playlists() == []
            assert await ann.entries(playlist_id) == []

    run(main())


def test_what_was_seen_beyond_a_restore_is_no_reason_not_to_ask(store_url: str) -> None:
    """The positions that the deleter had seen there are those of other edits now."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone, pc = ann.device("phone"), ann.device("pc")
            playlist_id = await phone.playlist()
            era = (await world.store.database.read(read_newest_era)) or ""
            # Restored at head 1; the phone had seen up to 9 of what was lost.
            await world.store.database.write(mint_era, EraId("after"), reason="restore", now_ms=1)
            entry = world.new_id()
            await pc.push(pc.op("entry.add", playlist_id=playlist_id, entry_id=entry, track_id=world.tracks[0]))
            await world.store.database.write(mint_era, EraId("restart"), reason="start", now_ms=2)
            statuses = {}
            for name, seen_era in {"lost": era, "unknown": "of the lost part", "after": "after"}.items():
                delete = phone.op("playlist.delete", playlist_id=playlist_id, seen_seq=9, seen_era=seen_era)
                statuses[name] = (await phone.push(delete))[0].status
            assert statuses == {"lost": "conflict", "unknown": "conflict", "after": "applied"}

    run(main())


def test_own_changes_do_not_make_a_deletion_ask(store_url: str) -> None:
    """Who deletes right after editing knows what is in there."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            playlist_id = await phone.playlist()
            seen = await ann.head()
            results = await phone.push(
                phone.op("entry.add", playlist_id=playlist_id, entry_id=world.new_id(), track_id=world.tracks[0]),
                phone.op("playlist.rename", playlist_id=playlist_id, name="Other"),
                phone.op("playlist.delete", playlist_id=playlist_id, seen_seq=seen),
            )
            assert [result.status for result in results] == ["applied"] * 3

    run(main())


def test_a_thousand_entries_put_at_one_place_keep_short_keys(store_url: str) -> None:
    """Keys are spread out before they grow, and the order stays."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            playlist_id = await phone.playlist()
            expected: list[str] = []
            for _ in range(4):
                operations = []
                for _ in range(250):
                    entry_id = world.new_id()
                    expected.insert(0, entry_id)
                    operations.append(
                        phone.op(
                            "entry.add",
                            playlist_id=playlist_id,
                            entry_id=entry_id,
                            track_id=world.tracks[0],
                            after=None,
                        )
                    )
                assert {result.status for result in await phone.push(*operations)} == {"applied"}
            entries = await ann.entries(playlist_id)
            assert [entry.id for entry in entries] == expected
            assert max(len(entry.position) for entry in entries) < LONG_CHARS

    run(main())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_the_servers_order_is_that_of_a_plain_list(tmp_path_factory: object, seed: int) -> None:
    """Random additions, moves and removals against a Python list that does the same."""
    chooser = random.Random(seed)
    folder = tmp_path_factory.mktemp("order")  # type: ignore[attr-defined]  # pytest's own

    async def main() -> None:
        async with a_world(f"sqlite:///{folder}/server.db") as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            playlist_id = await phone.playlist()
            model: list[str] = []
            operations = []
            for _ in range(120):
                after = chooser.choice([None, *model]) if chooser.random() < 0.8 else "end"
                where: dict[str, Any] = {} if after == "end" else {"after": after}
                kind = chooser.random()
                if kind < 0.6 or not model:
                    entry_id = world.new_id()
                    operations.append(
                        phone.op(
                            "entry.add", playlist_id=playlist_id, entry_id=entry_id, track_id=world.tracks[0], **where
                        )
                    )
                    _put(model, entry_id, after)
                elif kind < 0.85:
                    entry_id = chooser.choice(model)
                    operations.append(phone.op("entry.move", entry_id=entry_id, **where))
                    if after != entry_id:
                        model.remove(entry_id)
                        _put(model, entry_id, after)
                else:
                    entry_id = model.pop(chooser.randrange(len(model)))
                    operations.append(phone.op("entry.remove", entry_id=entry_id))
            results = await phone.push(*operations)
            assert {result.status for result in results} == {"applied"}
            assert [entry.id for entry in await ann.entries(playlist_id)] == model

    run(main())


def _put(model: list[str], entry_id: str, after: str | None) -> None:
    at = len(model) if after == "end" else 0 if after is None else model.index(after) + 1
    model.insert(at, entry_id)


def test_a_full_playlist_takes_no_more_and_one_that_was_thinned_does(store_url: str) -> None:
    """However many places are thought to be in it: what is kept may be more than there are, never less."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            playlist_id = await phone.playlist()

            async def fill(store: Writer) -> None:
                user, playlist, track = (id_bytes(one) for one in (ann.user_id, playlist_id, world.tracks[0]))
                rows = [
                    (user, number.to_bytes(16, "big"), playlist, track, b"V%06d1" % number, number, 0, "phone")
                    for number in range(ENTRIES_PER_PLAYLIST_MAX - 1)
                ]
                await store.run_many(ADD_ENTRY, rows)
                await store.run("UPDATE playlists SET places = :places", places=ENTRIES_PER_PLAYLIST_MAX + 5)

            await world.store.database.write(fill)

            async def add() -> str:
                entry = phone.op(
                    "entry.add", playlist_id=playlist_id, entry_id=world.new_id(), track_id=world.tracks[0], after=None
                )
                result = (await phone.push(entry))[0]
                return result.reason or result.status

            assert [await add(), await add()] == ["applied", "playlist_full"]
            gone = phone.op("entry.remove", entry_id=id_text((7).to_bytes(16, "big")))
            assert (await phone.push(gone))[0].status == "applied"
            assert [await add(), await add()] == ["applied", "playlist_full"]

    run(main())
