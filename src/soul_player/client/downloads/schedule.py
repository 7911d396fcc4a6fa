"""Pure: which tasks start now, and which have to give their slot away."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.client.library.download_model import PRIORITY_AUTOMATIC, TaskId


@dataclass(frozen=True)
class Slot:
    """A task and how urgent it is."""

    task_id: TaskId
    priority: int


@dataclass(frozen=True)
class Decision:
    """What starts, and what stops for it. A task that stops frees its slot a moment later."""

    starts: tuple[TaskId, ...]
    stops: tuple[TaskId, ...]


def decide(active: Sequence[Slot], ready: Sequence[Slot], *, slots: int) -> Decision:
    """`ready`: the most urgent first; `active`: the latest last.

    A free slot is filled at once. Of what is under way only automatic tasks give way, and only to what was asked for:
    among tasks of a kind, whatever has begun is not interrupted.
    """
    free = max(0, slots - len(active))
    starts = ready[:free]
    waiting = [slot for slot in ready[free:] if slot.priority > PRIORITY_AUTOMATIC]
    automatic = [slot for slot in reversed(active) if slot.priority <= PRIORITY_AUTOMATIC]
    # One that has just got a slot while more urgent ones wait cannot be: `ready` is in order.
    stops = automatic[: len(waiting)]
    # The slots of a lowered `max_concurrent` are taken back the same way.
    surplus = len(active) - slots
    if surplus > len(stops):
        latest_first = list(reversed(active))
        latest_first.sort(key=lambda slot: slot.priority)
        more = [slot for slot in latest_first if slot not in stops]
        stops = [*stops, *more[: surplus - len(stops)]]
    return Decision(tuple(slot.task_id for slot in starts), tuple(slot.task_id for slot in stops))
