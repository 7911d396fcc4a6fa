"""When a source is synced next: every reason is followed, none of them twice."""

import random

import pytest

from soul_player.client.sync.schedule import EVERY_SECONDS, GATHER_EDITS_SECONDS, NEVER, Schedule


def ran(schedule: Schedule, now: float, *, retry_seconds: float | None = None) -> float:
    """One run that begins when it is due, and takes a tenth of a second; when it ended."""
    assert schedule.due_at <= now
    schedule.begin(now)
    assert schedule.due_at == NEVER
    schedule.end(now + 0.1, retry_seconds=retry_seconds)
    return now + 0.1


def test_at_start_up_and_then_every_half_hour() -> None:
    schedule = Schedule(100.0)
    assert schedule.due_at == 100.0
    ended = ran(schedule, 100.0)
    assert schedule.due_at == ended + EVERY_SECONDS


def test_the_first_edit_goes_at_once_and_what_follows_in_one_further_run() -> None:
    schedule = Schedule(0.0)
    ran(schedule, 0.0)
    schedule.edit(10.0)
    assert schedule.due_at == 10.0
    schedule.begin(10.0)
    for tenth in range(1, 15):
        schedule.edit(10.0 + tenth / 10)
    schedule.end(11.5)
    assert schedule.due_at == 10.0 + GATHER_EDITS_SECONDS
    ran(schedule, 12.0)
    assert schedule.due_at > 1_000
    schedule.edit(20.0)
    assert schedule.due_at == 20.0


def test_reasons_that_come_during_a_run_are_one_further_run() -> None:
    schedule = Schedule(0.0)
    schedule.begin(0.0)
    for reason in (schedule.hint, schedule.ask, schedule.edit, schedule.return_, schedule.hint):
        reason(0.5)
    schedule.end(1.0)
    assert schedule.due_at <= 1.0
    ran(schedule, 1.0)
    assert schedule.due_at > 1_000


def test_a_source_that_backs_off_is_left_alone_but_for_a_person_and_its_own_return() -> None:
    for wake in ("ask", "return_"):
        schedule = Schedule(0.0)
        ran(schedule, 0.0, retry_seconds=60.0)
        schedule.edit(5.0)
        schedule.hint(6.0)
        assert schedule.due_at == pytest.approx(60.1)
        getattr(schedule, wake)(7.0)
        assert schedule.due_at == 7.0


def test_a_source_that_waits_for_a_person_is_silent() -> None:
    schedule = Schedule(0.0)
    schedule.is_silent = True
    schedule.edit(1.0)
    schedule.hint(1.0)
    assert schedule.due_at == NEVER
    schedule.return_(5.0)
    assert schedule.due_at <= 5.0


@pytest.mark.parametrize("seed", range(50))
def test_whatever_happens_every_reason_is_followed_by_a_run_in_time_and_runs_are_few(seed: int) -> None:
    """In a quarter of an hour of any reasons: what a run has not taken along is followed within its bound."""
    randomness = random.Random(seed)
    schedule = Schedule(0.0)
    now, runs, open_since = 0.0, 0, {"edit": NEVER, "hint": NEVER}
    for _ in range(2_000):
        now += randomness.choice([0.01, 0.2, 1.0])
        if schedule.is_running and randomness.random() < 0.5:
            schedule.end(now)
        if randomness.random() < 0.3:
            reason = randomness.choice(["edit", "hint"])
            getattr(schedule, reason)(now)
            open_since[reason] = min(open_since[reason], now)
        if schedule.due_at <= now:
            schedule.begin(now)
            runs += 1
            open_since = {"edit": NEVER, "hint": NEVER}
        if not schedule.is_running:
            for since in open_since.values():
                assert since == NEVER or schedule.due_at <= since + GATHER_EDITS_SECONDS + 1e-6
    assert runs <= now / 0.25 + 1


@pytest.mark.parametrize("wake", ["ask", "return_"])
def test_who_is_asked_in_the_middle_of_a_run_that_fails_is_tried_again_at_once(wake: str) -> None:
    """A person has pressed the button, or signed in: the backing off of the run before is not for that."""
    schedule = Schedule(0.0)
    schedule.begin(0.0)
    getattr(schedule, wake)(1.0)
    schedule.end(2.0, retry_seconds=60.0)
    assert schedule.due_at <= 2.0
    schedule.begin(2.0)
    schedule.end(3.0, retry_seconds=60.0)
    assert schedule.due_at == 63.0
