"""Who gets a slot, and who gives one away."""

from hypothesis import given
from hypothesis import strategies as given_by

from soul_player.client.downloads.schedule import Slot, decide
from soul_player.client.library.download_model import PRIORITY_ASKED, PRIORITY_AUTOMATIC, TaskId


def slots(*priorities: int, first: int = 1) -> list[Slot]:
    """Tasks of these priorities."""
    return [Slot(TaskId(first + number), priority) for number, priority in enumerate(priorities)]


ASKED, AUTOMATIC = PRIORITY_ASKED, PRIORITY_AUTOMATIC


def test_a_free_slot_is_filled_at_once() -> None:
    decision = decide(slots(ASKED), slots(AUTOMATIC, AUTOMATIC, first=10), slots=3)
    assert (decision.starts, decision.stops) == ((10, 11), ())


def test_what_is_asked_for_overtakes_the_automatic_ones_under_way() -> None:
    """The one that began last has the least to lose."""
    decision = decide(slots(AUTOMATIC, ASKED, AUTOMATIC), slots(ASKED, first=10), slots=3)
    assert (decision.starts, decision.stops) == ((), (3,))


def test_nothing_that_was_asked_for_is_interrupted() -> None:
    assert decide(slots(ASKED, ASKED), slots(ASKED + 50, first=10), slots=2).stops == ()


def test_automatic_ones_interrupt_nobody() -> None:
    assert decide(slots(AUTOMATIC, AUTOMATIC), slots(AUTOMATIC, first=10), slots=2).stops == ()


def test_fewer_slots_than_before_stop_the_least_urgent() -> None:
    assert decide(slots(AUTOMATIC, ASKED, ASKED), [], slots=1).stops == (1, 3)


priorities = given_by.lists(given_by.sampled_from([AUTOMATIC, ASKED, ASKED + 1]), max_size=8)


@given(active=priorities, ready=priorities, count=given_by.integers(1, 6))
def test_slots_are_never_too_many_and_never_idle(active: list[int], ready: list[int], count: int) -> None:
    under_way = slots(*active[:count])
    waiting = sorted(slots(*ready, first=100), key=lambda slot: -slot.priority)
    decision = decide(under_way, waiting, slots=count)
    assert len(under_way) + len(decision.starts) <= count
    assert len(decision.starts) == min(len(waiting), count - len(under_way))
    stopped = [slot for slot in under_way if slot.task_id in decision.stops]
    assert all(slot.priority == AUTOMATIC for slot in stopped)
    # After the stops, nothing automatic runs while something asked for waits.
    left_automatic = [slot for slot in under_way if slot.priority == AUTOMATIC and slot not in stopped]
    still_waiting = [slot for slot in waiting[len(decision.starts) :] if slot.priority > AUTOMATIC]
    assert not left_automatic or len(still_waiting) <= len(stopped)
