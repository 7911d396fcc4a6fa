"""Rules that are changed, switched off and on again, in a quality; and what one would mean before it is made."""

from dataclasses import replace
from pathlib import Path

import pytest

from soul_player.client import LocalTrackId, RuleInvalid, RuleKind, RuleNotFound
from soul_player.client.downloads.rules import RulePreview, preview_of
from soul_player.client.library.download_lists import Match
from soul_player.client.library.download_model import RuleId
from soul_player.protocol.quality import StreamQuality
from tests.client.downloads.shelves import assert_the_law, shelf, statuses
from tests.conftest import run

ROOM = 10_000_000
ORIGINAL, LOW = StreamQuality.ORIGINAL, StreamQuality.LOW


def match(track: int, size_bytes: int, status: str = "stream_only", *, seconds: float | None = 10.0) -> Match:
    """A track of this size."""
    return Match(LocalTrackId(track), size_bytes, status, is_original=False, duration_seconds=seconds)


def test_a_preview_goes_by_budget_and_quality() -> None:
    """10 s take 120,000 bytes in low quality; a file that is smaller is not made larger; files of one's own take no
    room."""
    found = [match(1, 400_000), match(2, 100_000), match(3, 500_000, "cached"), match(4, 300_000, "local_file")]
    assert preview_of(found, budget_bytes=None, room_bytes=ROOM, quality=ORIGINAL) == RulePreview(
        tracks=4, size_bytes=1_300_000, here=2, here_bytes=800_000, fetched=2, fetched_bytes=500_000,
        beyond_budget=0, left_bytes=None,
    )  # fmt: skip
    assert preview_of(found, budget_bytes=450_000, room_bytes=ROOM, quality=ORIGINAL) == RulePreview(
        tracks=4, size_bytes=1_300_000, here=2, here_bytes=800_000, fetched=1, fetched_bytes=400_000,
        beyond_budget=2, left_bytes=50_000,
    )  # fmt: skip
    low = preview_of(found, budget_bytes=450_000, room_bytes=ROOM, quality=LOW)
    assert (low.fetched, low.fetched_bytes, low.left_bytes) == (2, 220_000, 110_000)
    # Whatever it may take of its own: there is no more than there is for all.
    for budget_bytes in (None, 9_000_000):
        short = preview_of(found, budget_bytes=budget_bytes, room_bytes=150_000, quality=ORIGINAL)
        assert (short.fetched, short.fetched_bytes, short.beyond_budget) == (1, 100_000, 2)
    # Nobody knows how long it is: then it is as large as its file.
    assert match(5, 700, seconds=None).bytes_in(LOW) == 700


def test_a_preview_is_what_then_comes(tmp_path: Path) -> None:
    """Where the room of all downloads is short, as where it is not."""

    async def story() -> None:
        async with shelf(tmp_path, songs=3, cache_limit_bytes=800_000, disk_free_bytes=0) as one:
            plan = await one.client.downloads.rules.preview("title:song")
            assert (plan.tracks, plan.fetched, plan.beyond_budget, plan.left_bytes) == (3, 1, 2, None)
            await one.client.downloads.rules.add("all", "title:song")
            assert (await one.client.downloads.counts()).pending == plan.fetched

    run(story())


def test_a_rule_that_is_off_keeps_nothing_and_what_it_brought_stays(tmp_path: Path) -> None:
    """On again it wants the same; changed, it wants what it names now. What waits for it alone is fetched no more."""

    async def story() -> None:
        async with shelf(tmp_path, songs=3) as one:
            rules = one.client.downloads.rules
            rule = await rules.add("first", "title:song0")
            await one.client.downloads.run(until_idle=True)
            off = await rules.change(replace(rule, is_live=False))
            assert (off.is_live, off.kind) == (False, RuleKind.OWN)
            kept = next(known for known in await rules.list() if known.id == rule.id)
            assert (kept.is_live, kept.tracks) == (False, 0)
            assert await statuses(one.client) == ["cached", "stream_only", "stream_only"]
            # A sync that looks at all rules leaves it alone.
            await rules.evaluate()
            assert next(known for known in await rules.list() if known.id == rule.id).tracks == 0
            await rules.change(replace(rule, query="title:song", name="all", weight=90))
            assert (await one.client.downloads.counts()).pending == 2
            changed = await rules.find("all")
            assert (changed.id, changed.query, changed.weight, changed.tracks) == (rule.id, "title:song", 90, 3)
            await rules.change(replace(changed, is_live=False))
            assert (await one.client.downloads.counts()).pending == 0
            await assert_the_law(one.client)

    run(story())


def test_what_only_rules_want_comes_in_the_best_quality_of_them(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path, songs=2) as one:
            rules = one.client.downloads.rules
            await rules.add("small", "title:song", quality=LOW)
            queue = {found.title: found.task.quality for found in await one.client.downloads.list()}
            assert queue == {"song0": LOW, "song1": LOW}
            await rules.remove((await rules.find("small")).id)
            await rules.add("one", "title:song0", quality=StreamQuality.HIGH)
            await rules.add("small", "title:song", quality=LOW)
            queue = {found.title: found.task.quality for found in await one.client.downloads.list()}
            assert queue == {"song0": StreamQuality.HIGH, "song1": LOW}

    run(story())


def test_a_change_that_cannot_be_changes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path) as one:
            rules = one.client.downloads.rules
            rule = await rules.add("mine", "title:song")
            other = await rules.add("other", "title:song")
            built_in = await rules.find("high play count")
            for bad in (
                replace(rule, name="Other"),
                replace(rule, name="  "),
                replace(rule, weight=0),
                replace(rule, budget_bytes=0),
                replace(rule, query="rating:x"),
                replace(built_in, query="plays:>9"),
                replace(built_in, name="mine too"),
            ):
                with pytest.raises(RuleInvalid):
                    await rules.change(bad)
            with pytest.raises(RuleNotFound):
                await rules.change(replace(rule, id=RuleId(99)))
            assert await rules.find("mine") == replace(rule, tracks=1)
            assert (await rules.change(replace(built_in, weight=10))).kind is RuleKind.BUILT_IN
            # Its own name is no other's.
            assert (await rules.change(replace(other, weight=60))).weight == 60
            names = [found.name for found in await rules.list()]
            assert names == ["playlists", "other", "recently played", "mine", "high play count"]

    run(story())
