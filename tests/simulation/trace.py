"""What happened in a world, line by line: the same seed must give the same lines."""

import hashlib
from collections.abc import Callable
from pathlib import Path

TAIL_LINES = 80


class Trace:
    """Lines with the virtual time at which they were written. Where the world's folder lies is left out."""

    def __init__(self, now: Callable[[], float], folder: Path) -> None:
        self._now = now
        self._folder = str(folder)
        self.lines: list[str] = []

    def __call__(self, who: str, what: str) -> None:
        """Somebody did something, or something happened to somebody."""
        self.lines.append(f"{self._now():12.3f} {who:<8} {what.replace(self._folder, '')}")

    def digest(self) -> str:
        """Tells two traces apart."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()

    def tail(self, count: int = TAIL_LINES) -> str:
        """The end of the story, where the law was broken."""
        left_out = len(self.lines) - count
        head = [f"... {left_out} lines before ..."] if left_out > 0 else []
        return "\n".join(head + self.lines[-count:])
