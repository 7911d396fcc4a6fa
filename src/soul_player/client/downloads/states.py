"""Pure: the states of a task and every way from one to another."""

from enum import StrEnum

from soul_player.client.library.download_model import TaskState


class TaskEvent(StrEnum):
    """What can happen to a task."""

    STARTED = "started"  # a slot is free for it
    PREEMPTED = "preempted"  # something more urgent needs the slot
    HELD_UP = "held_up"  # it cannot go on now: offline, no room, an error that may be over soon
    COMPLETED = "completed"  # its bytes are whole, verified and durable
    FAILED = "failed"  # trying again by itself makes no sense
    PAUSED = "paused"  # by a person
    RESUMED = "resumed"  # by a person
    RETRIED = "retried"  # by a person
    CANCELLED = "cancelled"  # by a person, or no rule wants it any more
    INTERRUPTED = "interrupted"  # the process that did it has ended


class Ended(StrEnum):
    """A task that has no row any more."""

    DONE = "done"
    CANCELLED = "cancelled"


_TRANSITIONS: dict[tuple[TaskState, TaskEvent], TaskState | Ended] = {
    (TaskState.WAITING, TaskEvent.STARTED): TaskState.ACTIVE,
    (TaskState.WAITING, TaskEvent.HELD_UP): TaskState.WAITING,
    # Its bytes came by another way: with another recording, or by being heard.
    (TaskState.WAITING, TaskEvent.COMPLETED): Ended.DONE,
    (TaskState.WAITING, TaskEvent.FAILED): TaskState.FAILED,
    (TaskState.WAITING, TaskEvent.PAUSED): TaskState.PAUSED,
    (TaskState.WAITING, TaskEvent.RETRIED): TaskState.WAITING,
    (TaskState.WAITING, TaskEvent.CANCELLED): Ended.CANCELLED,
    (TaskState.ACTIVE, TaskEvent.PREEMPTED): TaskState.WAITING,
    (TaskState.ACTIVE, TaskEvent.HELD_UP): TaskState.WAITING,
    (TaskState.ACTIVE, TaskEvent.COMPLETED): Ended.DONE,
    (TaskState.ACTIVE, TaskEvent.FAILED): TaskState.FAILED,
    (TaskState.ACTIVE, TaskEvent.PAUSED): TaskState.PAUSED,
    (TaskState.ACTIVE, TaskEvent.CANCELLED): Ended.CANCELLED,
    (TaskState.ACTIVE, TaskEvent.INTERRUPTED): TaskState.WAITING,
    (TaskState.PAUSED, TaskEvent.RESUMED): TaskState.WAITING,
    (TaskState.PAUSED, TaskEvent.COMPLETED): Ended.DONE,
    (TaskState.PAUSED, TaskEvent.CANCELLED): Ended.CANCELLED,
    (TaskState.FAILED, TaskEvent.RETRIED): TaskState.WAITING,
    (TaskState.FAILED, TaskEvent.COMPLETED): Ended.DONE,
    (TaskState.FAILED, TaskEvent.CANCELLED): Ended.CANCELLED,
}


def after(state: TaskState, event: TaskEvent) -> TaskState | Ended | None:
    """Where the event leads; None: it means nothing to a task in this state, which stays as it is."""
    return _TRANSITIONS.get((state, event))


def states_before(event: TaskEvent) -> tuple[TaskState, ...]:
    """Those that the event changes: what an UPDATE that stands for it may touch."""
    return tuple(state for state in TaskState if (state, event) in _TRANSITIONS)
