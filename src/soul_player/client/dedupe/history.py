"""Pure: the links of a recording as its history: back to what each track was alone, and told anew without one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Joined(Protocol):
    """What a link says of its join, the oldest having the lowest id."""

    @property
    def id(self) -> int:
        """In the order of the joins."""
        ...

    @property
    def entry_id(self) -> int:
        """Of the recording that came in."""
        ...

    @property
    def other_entry_id(self) -> int:
        """Of the one that stayed."""
        ...

    @property
    def former_track_id(self) -> int:
        """The one that came in."""
        ...


@dataclass
class Group:
    """Entries that are one recording at some time. `own`: the recordings that its entries were alone."""

    track_id: int
    entries: set[int]
    own: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Step:
    """A join, told anew: the recording that came in, and which recordings its entries had been alone."""

    link_id: int
    former_track_id: int
    former_own: frozenset[int]
    kept_track_id: int


def reachable(entry_id: int, links: Sequence[Joined]) -> set[int]:
    """The entries that hang together with this one by these links. Each round adds one at least, or is the last."""
    found = {entry_id}
    while True:
        more = {end for link in links for end in (link.entry_id, link.other_entry_id)
                if link.entry_id in found or link.other_entry_id in found} - found  # fmt: skip
        if not more:
            return found
        found |= more


def alone(track_id: int, links: Sequence[Joined]) -> dict[int, int]:
    """What recording each entry was before any of these joins; `track_id` is theirs after all of them."""
    if not links:
        return {}
    found: dict[int, int] = {}
    ordered = sorted(links, key=lambda link: link.id)
    waiting = [(track_id, ordered)]
    # Each takes one join off: as many rounds as there are joins and ends.
    while waiting:
        its_id, its_links = waiting.pop()
        last, earlier = its_links[-1], its_links[:-1]
        for end, its_former in ((last.entry_id, last.former_track_id), (last.other_entry_id, its_id)):
            part = reachable(end, earlier)
            inner = [link for link in earlier if link.entry_id in part]
            if inner:
                waiting.append((its_former, inner))
            else:
                found[end] = its_former
    return found


def retell(entries_alone: Mapping[int, int], links: Sequence[Joined]) -> tuple[list[Step], dict[int, Group]]:
    """These joins in their order, from the entries alone; each step, and the group of each entry at the end."""
    groups = {entry: Group(track_id, {entry}, {track_id}) for entry, track_id in entries_alone.items()}
    steps = []
    for link in sorted(links, key=lambda one: one.id):
        former, kept = groups[link.entry_id], groups[link.other_entry_id]
        steps.append(Step(link.id, former.track_id, frozenset(former.own), kept.track_id))
        kept.entries |= former.entries
        kept.own |= former.own
        groups.update(dict.fromkeys(former.entries, kept))
    return steps, groups
