"""What people did in a world, as far as they were told that it was done: what the laws of edits are held against."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Fact:
    """One edit that its device has acknowledged. `is_sure`: nothing happened since that may rightly lose it."""

    user: str
    device: str
    kind: str
    subject: bytes
    value: object
    seconds: float
    true_ms: int
    is_sure: bool = True
    # Its time can be told from others': the device's clock was not set since.
    is_timed: bool = True


@dataclass
class Ledger:
    """All of a world's edits."""

    facts: list[Fact] = field(default_factory=list)
    # Per user and track: plays that began and whose end nobody saw; each may count or not.
    doubtful_plays: dict[tuple[str, bytes], int] = field(default_factory=lambda: defaultdict(int))
    # Entries and playlists that somebody of this user took out, or tried to.
    taken_out: set[tuple[str, bytes]] = field(default_factory=set)

    # (user, entry): who was moved by anybody. (user, former, later): who was put behind whom.
    moved: set[tuple[str, bytes]] = field(default_factory=set)
    behind: list[tuple[str, bytes, bytes]] = field(default_factory=list)

    def doubt(self, device: str) -> None:
        """The device went on from an older copy of its home: what it did since may be gone."""
        for fact in self.facts:
            if fact.device == device:
                fact.is_sure = False

    def doubt_older_than(self, true_ms: int) -> None:
        """The server lost its memory, and devices remember thirty days only."""
        for fact in self.facts:
            if fact.true_ms < true_ms:
                fact.is_sure = False

    def mistime(self, device: str, *, doubts: bool) -> None:
        """The device's clock was set: what it has not sent yet is corrected wrongly. `doubts`: by many days."""
        for fact in self.facts:
            if fact.device == device:
                fact.is_timed = False
                fact.is_sure = fact.is_sure and not doubts

    def of(self, user: str, kind: str) -> list[Fact]:
        """The facts of one user and kind, in the order in which they were made."""
        return [fact for fact in self.facts if (fact.user, fact.kind) == (user, kind)]
