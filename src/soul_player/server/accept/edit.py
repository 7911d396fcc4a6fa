"""What every operation of a batch works with, and what can become of it."""

from dataclasses import dataclass, field, replace

from soul_player.database.access import Writer
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.operation import Reason
from soul_player.protocol.times import time_ms
from soul_player.server.store.changes import Fact, Positions
from soul_player.server.store.scopes import Kind
from soul_player.server.store.user_data import Stamp

# So far ahead a time of ours can only be of a clock that was put right since.
WRONG_CLOCK_MS = 86_400_000


@dataclass
class Edit:
    """One batch in its transaction: whose it is, when it came, and what it moved so far."""

    store: Writer
    user_id: bytes
    device_id: str
    now_ms: int
    # What the device's clock was behind ours when it sent the batch; None when it did not say.
    clock_behind_ms: int | None
    positions: Positions
    facts: list[Fact] = field(default_factory=list)
    # Places in each playlist that the batch adds to: at least as many as there are.
    places: dict[bytes, int] = field(default_factory=dict)

    def move(self, kind: Kind, entity_id: bytes, *, deleted: bool = False) -> int:
        """Take the entity to the next position."""
        seq = self.positions.take()
        self.facts.append(Fact(kind, entity_id, seq, deleted))
        return seq

    def corrected_ms(self, at: str) -> int:
        """A time of the device's clock by ours, and never later than now (protocol, section 5).

        Nor before 1970: a clock that is far ahead when the batch is sent would else leave times that no page can tell.
        """
        return max(0, min(time_ms(at) + (self.clock_behind_ms or 0), self.now_ms))

    def stamp(self, at: str, n: int) -> Stamp:
        """What decides between two writers of one field."""
        return Stamp(self.corrected_ms(at), self.device_id.encode(), n)

    def overwriting(self, at: str, n: int, held: Stamp | None) -> Stamp | None:
        """The stamp to set a field with; None: what is held was written later.

        The edits of one device come in the order of their numbers: corrected times hold how long each batch was on its
        way, and its clock may have been set between two of them. A time that is to come was taken while the server's
        own clock was wrong; it would bar every edit until then.
        """
        stamp = self.stamp(at, n)
        if held is not None and held.at_ms > self.now_ms + WRONG_CLOCK_MS:
            held = None
        if held is not None and held.device_id == stamp.device_id and stamp.n > held.n:
            return replace(stamp, at_ms=max(stamp.at_ms, held.at_ms))
        return stamp if held is None or stamp > held else None


@dataclass(frozen=True)
class Applied:
    """Done. `seq` is where the row stands now; None when there is no row to name."""

    seq: int | None = None


@dataclass(frozen=True)
class Conflict:
    """A person must decide; `state` is what the server has, as JSON."""

    reason: Reason
    state: bytes


@dataclass(frozen=True)
class Rejected:
    """It can never work."""

    reason: Reason
    detail: str


@dataclass(frozen=True)
class Blocked:
    """It names something that this user's server does not know (yet): nothing is stored."""

    reason: Reason


Outcome = Applied | Conflict | Rejected | Blocked


def key(text: str) -> bytes:
    """An id that was checked when it came in."""
    return id_bytes(text)
