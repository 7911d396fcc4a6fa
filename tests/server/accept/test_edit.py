"""Between the edits of one device its own order counts, however long each of its batches was on the way."""

from typing import Any

import pytest

from tests.conftest import run
from tests.server.accept.push import a_world


@pytest.mark.parametrize(
    ("kind", "field", "values"), [("favourite.set", "favourite", (True, False)), ("rating.set", "rating", (2, 5))]
)
@pytest.mark.parametrize("delay_seconds", [0.1, 5.0, 3_600.0])
def test_a_slow_batch_does_not_beat_a_later_one_of_its_device(
    store_url: str, kind: str, field: str, values: tuple[Any, Any], delay_seconds: float
) -> None:
    """The first batch takes its time, or the clock was set between the two: its corrected time is the later one."""

    first, then = values

    async def main() -> None:
        async with a_world(store_url) as world:
            world.clock.advance(10_000)
            ann = await world.user("ann")
            phone, pc = ann.device("phone"), ann.device("pc")
            track = world.tracks[0]
            edit = phone.op(kind, track_id=track, seconds=-delay_seconds, **{field: first})
            await phone.push(edit, sent_at=world.now(-delay_seconds))
            edit = phone.op(kind, track_id=track, seconds=-delay_seconds / 2, **{field: then})
            await phone.push(edit, sent_at=world.now())
            assert getattr((await ann.user_data())[track], field) == then
            # Another device still has to come later than both.
            edit = pc.op(kind, track_id=track, seconds=-delay_seconds / 2, **{field: first})
            await pc.push(edit, sent_at=world.now())
            assert getattr((await ann.user_data())[track], field) == then
            world.clock.advance(1)
            await pc.push(pc.op(kind, track_id=track, **{field: first}), sent_at=world.now())
            assert getattr((await ann.user_data())[track], field) == first

    run(main())


def test_a_slow_rename_does_not_beat_a_later_one_of_its_device(store_url: str) -> None:
    async def main() -> None:
        async with a_world(store_url) as world:
            world.clock.advance(10_000)
            ann = await world.user("ann")
            phone = ann.device("phone")
            playlist_id = await phone.playlist()
            rename = phone.op("playlist.rename", playlist_id=playlist_id, name="slow", seconds=-5)
            await phone.push(rename, sent_at=world.now(-5))
            rename = phone.op("playlist.rename", playlist_id=playlist_id, name="quick", seconds=-2)
            await phone.push(rename, sent_at=world.now())
            assert [playlist.name for playlist in (await ann.playlists())] == ["quick"]

    run(main())


@pytest.mark.parametrize("sent_at", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"])
@pytest.mark.parametrize("at", ["1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])
def test_whatever_a_clock_says_the_feeds_can_be_told(store_url: str, sent_at: str, at: str) -> None:
    """A time that no calendar holds would be stored once, and fail every page of this user from then on."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            track, playlist, entry = world.tracks[0], world.new_id(), world.new_id()
            edits: list[tuple[str, dict[str, Any]]] = [
                ("play.add", {"play_id": world.new_id(), "track_id": track, "played_at": at, "duration_played": 240.0}),
                ("favourite.set", {"track_id": track, "favourite": True}),
                ("rating.set", {"track_id": track, "rating": 4}),
                ("playlist.create", {"playlist_id": playlist, "name": "Night Drive"}),
                ("playlist.rename", {"playlist_id": playlist, "name": "Day Drive"}),
                ("entry.add", {"playlist_id": playlist, "entry_id": entry, "track_id": track}),
            ]
            operations = [{**phone.op(kind, **fields), "at": at} for kind, fields in edits]
            assert [one.status for one in await phone.push(*operations, sent_at=sent_at)] == ["applied"] * len(edits)
            marks = (await ann.user_data())[track]
            assert (marks.favourite, marks.rating, marks.play_count) == (True, 4, 1)
            assert [one.name for one in await ann.playlists()] == ["Day Drive"]
            assert [one.id for one in await ann.entries(playlist)] == [entry]

    run(main())


@pytest.mark.parametrize(("days", "wins"), [(2, True), (400, True), (0.01, False)])
def test_what_a_server_took_under_a_wrong_clock_bars_no_later_edit(store_url: str, days: float, wins: bool) -> None:
    """Its clock was far ahead and was put right: until that day comes, no other device could change the field."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone, pc = ann.device("phone"), ann.device("pc")
            track, playlist = world.tracks[0], await pc.playlist("First")
            world.clock.advance(days * 86_400)
            await phone.push(
                phone.op("rating.set", track_id=track, rating=1),
                phone.op("favourite.set", track_id=track, favourite=True),
                phone.op("playlist.rename", playlist_id=playlist, name="Then"),
            )
            world.clock.wall_ms -= round(days * 86_400_000)
            edits = (
                pc.op("rating.set", track_id=track, rating=5),
                pc.op("favourite.set", track_id=track, favourite=False),
                pc.op("playlist.rename", playlist_id=playlist, name="Now"),
            )
            world.clock.advance(1)
            assert [one.status for one in await pc.push(*edits)] == ["applied"] * 3
            marks = (await ann.user_data())[track]
            (name,) = [one.name for one in await ann.playlists()]
            assert (marks.rating, marks.favourite, name) == ((5, False, "Now") if wins else (1, True, "Then"))

    run(main())
