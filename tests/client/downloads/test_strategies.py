"""What rules keep: within their budgets, the weightiest first, looked at again, and never deleted by a rule alone."""

from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as given_by

from soul_player.client import AvailabilityStatus, LocalTrackId, RuleInvalid
from soul_player.client.downloads.strategies import condition_of, plan
from soul_player.client.library.download_lists import Match
from soul_player.client.library.download_model import Rule, RuleId, RuleKind
from soul_player.database.access import Reader
from tests.client.clients import database_of
from tests.client.downloads.shelves import assert_the_law, shelf, statuses, wish_of
from tests.client.playback.homes import player
from tests.conftest import run


def rule(number: int, weight: int, *, budget: int | None = None, kind: RuleKind = RuleKind.OWN) -> Rule:
    """One that says nothing else."""
    return Rule(RuleId(number), kind, f"rule {number}", "", is_live=True, weight=weight, budget_bytes=budget)


def match(track: int, size_bytes: int, status: str = "stream_only") -> Match:
    """A track of this size."""
    return Match(LocalTrackId(track), size_bytes, status, is_original=False)


def test_the_weightiest_tracks_fill_the_room() -> None:
    """A track that two rules want weighs what they weigh together."""
    found = [(rule(1, 50), [match(1, 10), match(2, 10)]), (rule(2, 60), [match(3, 10)]), (rule(3, 20), [match(2, 10)])]
    assert plan(found, room_bytes=20) == {1: [2], 2: [3], 3: [2]}


def test_a_budget_is_filled_in_the_order_of_the_rule() -> None:
    found = [(rule(1, 50, budget=25), [match(1, 10), match(2, 20), match(3, 15)])]
    assert plan(found, room_bytes=1000) == {1: [1, 3]}


def test_files_of_the_user_take_no_room() -> None:
    found = [(rule(1, 50, budget=10), [match(1, 10, "local_file"), match(2, 10)])]
    assert plan(found, room_bytes=10) == {1: [2]}


sizes = given_by.lists(given_by.integers(1, 100), max_size=12)


@given(first=sizes, second=sizes, budget=given_by.integers(0, 300), room=given_by.integers(0, 500))
def test_no_budget_is_ever_exceeded(first: list[int], second: list[int], budget: int, room: int) -> None:
    """Neither a rule's own nor that of all together; what was asked for is kept whatever the room."""
    asked = rule(3, 0, kind=RuleKind.ASKED)
    found = [
        (rule(1, 50, budget=budget), [match(number, size) for number, size in enumerate(first)]),
        (rule(2, 70), [match(100 + number, size) for number, size in enumerate(second)]),
        (asked, [match(1000, 10_000)]),
    ]
    planned = plan(found, room_bytes=room)
    size_of = {one.track_id: one.size_bytes for _, matches in found for one in matches}
    assert sum(size_of[one] for one in planned[RuleId(1)]) <= budget
    automatic = {one for number in (1, 2) for one in planned[RuleId(number)]}
    assert sum(size_of[one] for one in automatic) <= room
    assert planned[RuleId(3)] == [1000]


def test_a_rule_that_cannot_be_says_where_it_is_wrong() -> None:
    with pytest.raises(RuleInvalid, match="character"):
        condition_of("year:nineteen", now_ms=1, zone=UTC)


def test_what_a_rule_wants_comes_and_what_leaves_it_stays_until_room_is_needed(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path, songs=3, seconds=1.0) as one:
            rules = one.client.downloads.rules
            before = await rules.preview("title:song0")
            assert (before.tracks, before.here) == (1, 0)
            added = await rules.add("first", "title:song0", weight=70)
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached", "stream_only", "stream_only"]
            track_id = await one.track_id("song0")
            assert await one.client.downloads.store.kept_because(track_id) == ("rule first",)
            await rules.remove(added.id)
            assert await one.client.downloads.store.kept_because(track_id) == ()
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached", "stream_only", "stream_only"]
            await assert_the_law(one.client)

    run(story())


def test_the_built_in_rules_follow_plays_and_playlists(tmp_path: Path) -> None:
    """Played often, played this week, in a playlist; all three say why."""

    async def story() -> None:
        async with shelf(tmp_path, songs=3, seconds=1.0) as one:
            played, listed = await one.track_id("song0"), await one.track_id("song1")
            for _ in range(6):
                await one.client.edits.record_play(played)
            playlist = await one.client.edits.create_playlist("Night Drive", source_id=None)
            await one.client.edits.add_entries(playlist, [listed])
            evaluated = await one.client.downloads.rules.evaluate()
            assert evaluated.queued == (played, listed)
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached", "cached", "stream_only"]
            because = one.client.downloads.store.kept_because
            assert set(await because(played)) == {"rule recently played", "rule high play count"}
            assert await because(listed) == ("playlist Night Drive",)

    run(story())


def test_a_playlist_that_was_asked_for_stays_up_to_date(tmp_path: Path) -> None:
    """What comes into it later is fetched, what was taken out is let go of."""

    async def story() -> None:
        async with shelf(tmp_path, songs=2, seconds=1.0) as one:
            for rule_of in await one.client.downloads.rules.list():
                await one.client.downloads.rules.remove(rule_of.id)
            first, second = await one.track_id("song0"), await one.track_id("song1")
            playlist = await one.client.edits.create_playlist("Night Drive", source_id=None)
            await one.client.edits.add_entries(playlist, [first])
            await one.fetch('playlist:"Night Drive"', is_live=True)
            await one.client.edits.add_entries(playlist, [second])
            await one.client.downloads.rules.evaluate()
            (item,) = await one.client.downloads.list()
            assert (item.task.track_id, item.task.is_asked) == (second, True)
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached", "cached"]

    run(story())


def test_what_was_fetched_for_a_recording_that_is_two_again_is_kept_for_the_one_whose_it_is(tmp_path: Path) -> None:
    """Two encodings were one recording when it was asked for, and are told apart afterwards: nothing is fetched for
    the other one, and what is here stays asked for."""

    async def story() -> None:
        async with player(tmp_path, other_name="flac", seconds=3.0) as one:
            one.lines[0].die()
            await one.client.downloads.ask(wish_of(""))
            await one.client.downloads.run(until_idle=True)
            (before,) = (await one.client.library.track_sources([one.track_id])).values()
            (copied,) = [row for row in before if row.path is not None]
            assert copied.source_id == one.source_ids[1]
            entry = await database_of(one.client).read(entry_with_a_copy)
            await one.client.recordings.split(one.track_id, entry)
            await one.client.downloads.rules.evaluate()
            tracks = (await one.client.library.tracks()).tracks
            (own,) = [track.id for track in tracks if track.status is AvailabilityStatus.CACHED]
            (other,) = [track.id for track in tracks if track.id != own]
            assert await one.client.downloads.store.kept_because(own) == ("you asked: everything",)
            assert await one.client.downloads.store.kept_because(other) == ()
            assert await one.client.downloads.list() == []

    run(story())


async def entry_with_a_copy(library: Reader) -> int:
    """Of all sources."""
    row = await library.one("SELECT id FROM track_sources WHERE copy_id IS NOT NULL")
    assert row is not None
    return int(row[0])
