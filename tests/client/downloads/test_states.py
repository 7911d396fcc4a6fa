"""Every state of a task, every event: nothing that a task can get into has no way out of it."""

import itertools

import pytest

from soul_player.client.downloads.states import Ended, TaskEvent, after, states_before
from soul_player.client.library.download_model import TaskState

# What happens without a person.
BY_ITSELF = frozenset((TaskEvent.STARTED, TaskEvent.HELD_UP, TaskEvent.COMPLETED, TaskEvent.PREEMPTED))
BY_A_PERSON = frozenset((TaskEvent.RESUMED, TaskEvent.RETRIED, TaskEvent.CANCELLED, TaskEvent.PAUSED))


def reachable(state: TaskState, events: frozenset[TaskEvent]) -> set[TaskState | Ended]:
    """Where these events can lead, step by step."""
    found: set[TaskState | Ended] = {state}
    while True:
        more = {
            target
            for one, event in itertools.product(found, events)
            if isinstance(one, TaskState) and (target := after(one, event)) is not None
        }
        if more <= found:
            return found
        found |= more


@pytest.mark.parametrize("state", TaskState)
def test_every_state_can_end_well(state: TaskState) -> None:
    """A person's word is needed only where a person stopped it, or was told that it failed."""
    needed = BY_ITSELF if state in {TaskState.WAITING, TaskState.ACTIVE} else BY_ITSELF | BY_A_PERSON
    assert Ended.DONE in reachable(state, frozenset(needed))


@pytest.mark.parametrize("state", TaskState)
def test_every_state_can_be_cancelled_in_one_step(state: TaskState) -> None:
    assert after(state, TaskEvent.CANCELLED) is Ended.CANCELLED


@pytest.mark.parametrize("state", TaskState)
def test_bytes_that_came_by_another_way_end_any_task(state: TaskState) -> None:
    assert after(state, TaskEvent.COMPLETED) is Ended.DONE


def test_no_state_survives_a_crash_that_nobody_works_on() -> None:
    """`active` after a crash would be active for ever."""
    assert after(TaskState.ACTIVE, TaskEvent.INTERRUPTED) is TaskState.WAITING


@pytest.mark.parametrize(("state", "event"), itertools.product(TaskState, TaskEvent))
def test_every_transition_is_one_of_the_closed_list(state: TaskState, event: TaskEvent) -> None:
    """And `states_before` says the same from the other end."""
    target = after(state, event)
    assert target is None or isinstance(target, TaskState | Ended)
    assert (target is not None) == (state in states_before(event))


def test_every_event_means_something_somewhere() -> None:
    assert all(states_before(event) for event in TaskEvent)


def test_every_state_can_be_reached() -> None:
    everything = frozenset(TaskEvent)
    assert reachable(TaskState.WAITING, everything) == {*TaskState, *Ended}
