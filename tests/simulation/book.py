"""What the listeners of one person were told to be done, and what of it is in doubt."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum


class Hand(StrEnum):
    """What a person's hand made of a number on one device, last."""

    PARTED = "parted"
    JOINED = "joined"
    # It was cut off while it did something.
    UNSURE = "unsure"


@dataclass(frozen=True)
class Mark:
    """A favourite or a rating that was set, and the servers that this device knew to hold the recording then."""

    device: str
    kind: str
    number: int
    value: object
    true_ms: int
    holders: frozenset[str]


@dataclass(frozen=True)
class Play:
    """One that came to its end."""

    device: str
    number: int
    true_ms: int


@dataclass(frozen=True)
class Added:
    """An entry. `held_by`: the playlist's server, if it was known to hold the recording."""

    number: int
    held_by: str | None


@dataclass
class Book:
    """Of one person, over all devices. A play that was cut off may count or not."""

    played: list[Play] = field(default_factory=list)
    doubtful_plays: Counter[int] = field(default_factory=Counter)
    marks: list[Mark] = field(default_factory=list)
    # (kind, number): set by somebody who never heard whether it was.
    blurred: Counter[tuple[str, int]] = field(default_factory=Counter)
    # By the playlist's name, which nobody uses twice: its entries in their order.
    playlists: dict[str, list[Added]] = field(default_factory=dict)
    # The server it belongs to, and when something was last done to it.
    served_by: dict[str, str] = field(default_factory=dict)
    changed_ms: dict[str, int] = field(default_factory=dict)
    # Those that an addition was cut off at.
    torn: set[str] = field(default_factory=set)
    # By number: when somebody joined or parted its tracks by hand, on whichever device.
    acts_ms: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    # Numbers that somebody took for one recording for a while: a play of one may count for the other.
    confused: list[frozenset[int]] = field(default_factory=list)

    @property
    def plays(self) -> Counter[int]:
        """How often each number was played for certain."""
        return Counter(play.number for play in self.played)

    def family(self, number: int) -> frozenset[int]:
        """Itself, and what it was confused with."""
        return next((numbers for numbers in self.confused if number in numbers), frozenset((number,)))

    def doubt_since(self, device: str, since_ms: int) -> None:
        """This device forgot what it did since then: the servers may know it, and may not."""
        lost = [play for play in self.played if play.device == device and play.true_ms >= since_ms]
        self.played = [play for play in self.played if play not in lost]
        self.doubtful_plays.update(play.number for play in lost)
        for mark in self.marks:
            if mark.device == device and mark.true_ms >= since_ms:
                self.blurred[mark.kind, mark.number] += 1
        for name, changed_ms in self.changed_ms.items():
            if name.startswith(f"{device} ") and changed_ms >= since_ms:
                self.torn.add(name)
