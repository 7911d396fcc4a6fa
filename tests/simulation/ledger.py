"""What people did in a world, as far as they were told that it was done: what the laws of edits are held against."""

from collections import Counter, defaultdict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from soul_player.protocol.ids import id_text


class Waiting(Protocol):
    """Operations that no server has answered, by what they are about."""

    @property
    def groups(self) -> frozenset[str]:
        """Playlists and tracks, as the queue names them."""
        ...

    @property
    def entries(self) -> frozenset[bytes]:
        """Entries of playlists."""
        ...


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
    # The home that it was made in shows it by itself; else it hears of it from the server.
    is_here: bool = True
    # The home that it was made in could tell a server of it again.
    is_kept: bool = True


@dataclass(frozen=True)
class Deletion:
    """Somebody deleted a playlist, with these entries before their eyes."""

    user: str
    device: str
    uid: bytes
    seen: frozenset[bytes]


@dataclass
class Ledger:
    """All of a world's edits."""

    facts: list[Fact] = field(default_factory=list)
    # Per user and track: plays that began and whose end nobody saw; each may count or not.
    doubtful_plays: dict[tuple[str, bytes], int] = field(default_factory=lambda: defaultdict(int))
    # (user, kind, subject): fields that somebody began to set, and whose end nobody saw.
    blurred: Counter[tuple[str, str, bytes]] = field(default_factory=Counter)
    # Entries and playlists that somebody of this user took out, or tried to.
    taken_out: set[tuple[str, bytes]] = field(default_factory=set)
    deletions: list[Deletion] = field(default_factory=list)
    # (user, entry): who was moved by anybody. (user, former, later): who was put behind whom.
    moved: set[tuple[str, bytes]] = field(default_factory=set)
    behind: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    # (device, kind, subject) -> the ids of all questions that it ever asked about it.
    asked: dict[tuple[str, str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    # (user, playlist): what a person was asked about and has answered.
    decided: set[tuple[str, bytes]] = field(default_factory=set)
    # Some home was copied and went on, beside its original or in place of a later one.
    has_copies: bool = False
    # Every device with those it is a copy of.
    lineage: dict[str, frozenset[str]] = field(default_factory=dict)
    # How often the server, or a home, went back to an earlier state.
    restores: int = 0
    # Users who have two homes under one name: a server takes them for one device until it notices.
    doubled: set[str] = field(default_factory=set)

    @contextmanager
    def setting(self, user: str, kind: str, subject: bytes) -> Generator[None, None, None]:
        """A field is being set. Refused: it was not; cut off: nobody knows."""
        self.blurred[user, kind, subject] += 1
        try:
            yield
        except Exception:
            self.blurred[user, kind, subject] -= 1
            raise
        self.blurred[user, kind, subject] -= 1

    def doubt(self, device: str) -> None:
        """The device went on from an older copy of its home, and the server has a gap that it alone could fill."""
        for fact in self.facts:
            if fact.device == device:
                fact.is_sure = fact.is_here = fact.is_kept = False

    def doubt_waiting(self, device: str, left: Sequence[Waiting], *, since_seconds: float) -> None:
        """The device went on from a copy of its home that is so old: only what it had not sent since may be gone."""
        groups = {group for waiting in left for group in waiting.groups}
        entries = {entry for waiting in left for entry in waiting.entries}
        for fact in self.facts:
            if fact.device == device and fact.seconds >= since_seconds:
                fact.is_here = fact.is_kept = False
                name = id_text(fact.subject)
                is_waiting = fact.subject in entries or f"t:{name}" in groups or f"p:{name}" in groups
                fact.is_sure = fact.is_sure and not is_waiting

    def doubt_forgotten(self) -> None:
        """The server lost its memory, and what homes hold no longer nobody can tell it again."""
        for fact in self.facts:
            fact.is_sure = fact.is_sure and fact.is_kept

    def leave(self, device: str, user: str) -> None:
        """Another person signs in there: what this one did is shown no longer, and what they are asked is put by."""
        for fact in self.facts:
            if (fact.device, fact.user) == (device, user):
                fact.is_here = False
        for name, kind, subject in self.asked:
            if name == device:
                self.asked[name, kind, subject] = set()

    def doubt_absent(self, users: dict[str, str]) -> None:
        """A server lost its memory, and who is not signed in at a device (any more) tells it nothing from there."""
        for fact in self.facts:
            fact.is_sure = fact.is_sure and users[fact.device] == fact.user

    def doubt_older_than(self, true_ms: int) -> None:
        """The server lost its memory, and devices remember thirty days only."""
        for fact in self.facts:
            if fact.true_ms < true_ms:
                fact.is_sure = False

    def mistime(self, device: str | None, *, doubts: bool) -> None:
        """The clock of a device (None: the server's) was set: what was not sent yet is corrected wrongly.

        `doubts`: by many days.
        """
        for fact in self.facts:
            if device in (None, fact.device):
                fact.is_timed = False
                fact.is_sure = fact.is_sure and not doubts

    def of(self, user: str, kind: str) -> list[Fact]:
        """The facts of one user and kind, in the order in which they were made."""
        return [fact for fact in self.facts if (fact.user, fact.kind) == (user, kind)]

    def by_subject(self, user: str, kind: str) -> dict[bytes, list[Fact]]:
        """The same, track by track."""
        found: dict[bytes, list[Fact]] = defaultdict(list)
        for fact in self.of(user, kind):
            found[fact.subject].append(fact)
        return found

    def clear_last(self, facts: list[Fact], *, near_ms: int, own: str | None = None) -> Fact | None:
        """The last edit of one field, if it was so beyond doubt; `own`: what this device did itself it has in order.

        Two homes of one name count their edits side by side, and until a server has told them apart the greater number
        is the later one to it.
        """
        if not facts or not all(fact.is_sure and fact.is_timed for fact in facts):
            return None
        last = facts[-1]
        if any(fact.device != last.device and self._are_one(fact.device, last.device) for fact in facts):
            return None
        others = [fact for fact in facts[:-1] if own is None or fact.device != own]
        return last if all(last.true_ms - fact.true_ms > near_ms for fact in others) else None

    def _are_one(self, device: str, other: str) -> bool:
        return bool(self.lineage[device] & self.lineage[other])

    def plays_at_most(self, user: str) -> Counter[bytes]:
        """How often each track was played, those counted that may have come to nothing."""
        most = Counter(fact.subject for fact in self.of(user, "play"))
        for (one, track_id), doubtful in self.doubtful_plays.items():
            if one == user:
                most[track_id] += doubtful
        return most

    def is_taken_out(self, fact: Fact) -> bool:
        """An entry that somebody took out by itself."""
        return (fact.user, fact.subject) in self.taken_out

    def is_gone(self, fact: Fact) -> bool:
        """The same, or its playlist went."""
        return self.is_taken_out(fact) or (fact.user, fact.value) in self.taken_out

    def causes(self, subject: str, device: str | None) -> int:
        """How often a playlist was deleted (by this device, or the one it is a copy of), or lost by its server."""
        deleted = [one.device for one in self.deletions if f"p:{id_text(one.uid)}" == subject]
        if device is not None:
            deleted = [name for name in deleted if name in self.lineage[device]]
        begun = sum(
            count
            for (_, kind, uid), count in self.blurred.items()
            if kind == "deletion" and f"p:{id_text(uid)}" == subject
        )
        return len(deleted) + begun + self.restores
