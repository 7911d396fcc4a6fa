"""What a server answered is written down, whatever it left out, said twice, or said in words of a later version."""

from pathlib import Path
from typing import Any

import pytest

from soul_player.client.library.accounts import confirmed_through
from soul_player.client.library.batches import RETRY_MS_MAX, Sending, take_batch
from soul_player.client.library.settling import BatchAnswer, Settled, settle_batch
from soul_player.database.access import Reader
from soul_player.protocol.ids import id_text
from soul_player.protocol.push import PushResult
from tests.client.edits.homes import Home, a_home
from tests.conftest import run
from tests.edges.fake_server import make_id

QUEUE = "SELECT state, reason, attempts FROM sync_queue ORDER BY n"
ACK = "SELECT ack FROM accounts"
DAY_MS = 86_400_000


async def rows(home: Home, sql: str) -> list[Any]:
    """Of the library."""

    async def read(library: Reader) -> list[Any]:
        return await library.all(sql)

    return await home.library.read(read)


async def taken(home: Home) -> list[Sending]:
    """The next batch, marked as sent."""
    return await home.library.write(take_batch, await home.account(), after_n=0, now_ms=home.clock.now_ms())


async def settled(home: Home, batch: list[Sending], *results: PushResult, ack: str = "ack-1") -> Settled:
    """After an answer of these results."""
    answer = BatchAnswer(results, ack, head=9, era="e")
    op_ids = [one.op_id for one in batch]
    return await home.library.write(settle_batch, await home.account(), op_ids, answer, now_ms=home.clock.now_ms())


def result(sending: Sending, status: str, **told: Any) -> PushResult:
    """Of one operation."""
    return PushResult(id_text(sending.op_id), status, **told)


def test_what_an_answer_leaves_out_or_says_in_later_words_is_sent_again(tmp_path: Path) -> None:
    """The acknowledgement is kept with it: it covers what was answered, and no more is confirmed."""

    async def story() -> None:
        async with a_home(tmp_path) as home:
            for track_id in home.tracks[:4]:
                await home.edits.set_rating(track_id, 3)
            batch = await taken(home)
            counted = await settled(
                home,
                batch,
                result(batch[3], "applied", seq=4),
                result(batch[1], "postponed", reason="of a later version", server_state={"x": 1}),
                # One that nobody asked about, and one that says it twice.
                PushResult(make_id(77), "applied", seq=1),
                result(batch[0], "applied", seq=2),
                result(batch[0], "applied", seq=2),
            )
            assert counted == Settled(pushed=2, waiting=2)
            assert await rows(home, QUEUE) == [
                ("settled", None, 0),
                ("waiting", "of a later version", 1),
                ("waiting", None, 1),
                ("settled", None, 0),
            ]
            assert await rows(home, ACK) == [("ack-1",)]
            assert await home.library.read(confirmed_through, await home.account()) == 1
            await home.check()
            home.clock.advance(60)
            again = await taken(home)
            assert [one.op_id for one in again] == [one.op_id for one in batch[1:3]]
            assert [one.body for one in again] == [one.body for one in batch[1:3]]

    run(story())


def test_an_answer_that_comes_twice_or_too_late_changes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            await home.edits.set_rating(home.tracks[0], 3)
            batch = await taken(home)
            await settled(home, batch, result(batch[0], "applied", seq=2))
            late = await settled(home, batch, result(batch[0], "rejected", reason="invalid"))
            assert late == Settled()
            assert await rows(home, QUEUE) == [("settled", None, 0)]

    run(story())


def test_a_busy_server_is_asked_again_after_waits_that_double_up_to_half_an_hour(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            await home.edits.set_rating(home.tracks[0], 3)
            for wait_seconds in (30, 60, 120, 240, 480, 960, 1_800, 1_800):
                (sending,) = await taken(home)
                await settled(home, [sending], result(sending, "retry", reason="busy"))
                home.clock.advance(wait_seconds - 1)
                assert await taken(home) == []
                home.clock.advance(1)
            assert len(await taken(home)) == 1

    run(story())


@pytest.mark.parametrize("days", [1, 365, 40 * 365])
def test_a_clock_that_was_set_back_holds_no_edit_up(tmp_path: Path, days: int) -> None:
    """It was far ahead when the server was busy: nobody waits until it is there again."""

    async def story() -> None:
        async with a_home(tmp_path) as home:
            await home.edits.set_rating(home.tracks[0], 3)
            (sending,) = await taken(home)
            await settled(home, [sending], result(sending, "retry"))
            assert await taken(home) == []
            home.clock.wall_ms -= days * DAY_MS
            assert len(await taken(home)) == 1
            assert RETRY_MS_MAX < DAY_MS

    run(story())


def test_thirty_days_of_being_blocked_are_counted_anew_by_a_clock_that_was_set_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            await home.edits.set_rating(home.tracks[0], 3)
            (sending,) = await taken(home)
            await settled(home, [sending], result(sending, "blocked", reason="unknown_track"))
            home.clock.wall_ms -= 365 * DAY_MS
            for days, state in ((0, "waiting"), (29, "waiting"), (1, "needs_you")):
                home.clock.wall_ms += days * DAY_MS
                (sending,) = await taken(home)
                await settled(home, [sending], result(sending, "blocked", reason="unknown_track"))
                assert await rows(home, QUEUE) == [(state, "unknown_track", 0)]

    run(story())
