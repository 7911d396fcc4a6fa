"""What a scan has done so far: for the summary, and for whoever watches it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from soul_player.folders.roots import shown
from soul_player.protocol.scan import ScanProgress, Unreadable

# A summary is one message: a disk full of broken files must not make it endless.
UNREADABLE_MAX = 10_000


@dataclass(slots=True)
class Tallies:
    """Counts of one scan. `told` hears of the progress."""

    told: Callable[[ScanProgress], None]
    added: int = 0
    updated: int = 0
    moved: int = 0
    removed: int = 0
    left_out: list[Unreadable] = field(default_factory=list)
    left_out_more: int = 0
    _progress: ScanProgress = field(default_factory=lambda: ScanProgress("walk", 0, 0))

    def begin(self, phase: str, total: int) -> None:
        """A phase (`walk`, `tags`, `hashes`) with so many files begins."""
        self._progress = ScanProgress(phase, 0, total)
        self.told(self._progress)

    def advance(self, files: int) -> None:
        """So many files more are done."""
        before = self._progress
        done = before.done + files
        self._progress = ScanProgress(before.phase, done, max(before.total, done))
        self.told(self._progress)

    def leave_out(self, root: bytes, path: bytes, reason: str) -> None:
        """A file or folder was not taken."""
        if len(self.left_out) < UNREADABLE_MAX:
            self.left_out.append(Unreadable(shown(root + b"/" + path if path else root), reason))
        else:
            self.left_out_more += 1

    def unreadable(self) -> tuple[Unreadable, ...]:
        """All that was left out, by path."""
        listed = sorted(self.left_out, key=lambda each: each.path)
        if self.left_out_more:
            listed.append(Unreadable("...", f"and {self.left_out_more} more"))
        return tuple(listed)
