"""How far a long command is: a live tree on a terminal, else a line a phase and at most one in ten seconds."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from soul_player.cli.output import Output, columns_of, printable, shortened
from soul_player.cli.words import percent

LINE_SECONDS = 10.0
REDRAW_SECONDS = 0.1
EVENT_SECONDS = 0.5


@dataclass(frozen=True)
class Step:
    """One phase of one branch of the work. `total` is None when nobody knows it yet; `unit` follows the number then."""

    phase: str
    done: int
    total: int | None
    unit: str = ""


def step_text(step: Step) -> str:
    """`Tracks: 1,234 / 5,000 (24%)`, `Download Queue: 45 pending`; the per cent are floored: 100% means done."""
    if step.total is None:
        return f"{step.phase}: {step.done:,} {step.unit}".rstrip()
    return f"{step.phase}: {step.done:,} / {step.total:,} ({percent(step.done, step.total)}%)"


def tree(branches: dict[str, list[Step]]) -> list[str]:
    """Every branch with its phases below it."""
    lines = []
    for title, steps in branches.items():
        lines.append(f"{title}...")
        for number, step in enumerate(steps):
            lines.append(f"{'└─' if number == len(steps) - 1 else '├─'} {step_text(step)}")
    return lines


class Progress:
    """Shows the steps of some branches. `clock` is seconds that never go back."""

    def __init__(self, output: Output, *, clock: Callable[[], float], stream: TextIO | None = None) -> None:
        self._output = output
        self._clock = clock
        self._stream = stream or sys.stderr
        self._branches: dict[str, dict[str, Step]] = {}
        self._drawn = 0
        self._last = -1e9

    def begin(self, title: str) -> None:
        """A branch begins, like `Syncing from Home Server`."""
        if title not in self._branches:
            self._branches[title] = {}
            if self._output.is_live:
                self._draw()
            else:
                self._output.message(f"{title}...")

    def step(self, title: str, step: Step) -> None:
        """A branch is this far now."""
        steps = self._branches.setdefault(title, {})
        is_new_phase = step.phase not in steps
        is_done = step.total is not None and step.done >= step.total
        if steps.get(step.phase) == step:
            return
        steps[step.phase] = step
        if self._output.is_json:
            if self._is_due(EVENT_SECONDS) or is_new_phase or is_done:
                self._output.record(
                    {"event": "progress", "of": title, "phase": step.phase, "done": step.done, "total": step.total}
                )
        elif self._output.is_live:
            if self._is_due(REDRAW_SECONDS) or is_new_phase or is_done:
                self._draw()
        elif is_new_phase or self._is_due(LINE_SECONDS):
            # A phase's own line opens the ten seconds in which no other comes.
            self._last = self._clock()
            self._output.message(f"  {step_text(step)}")

    def close(self) -> None:
        """Leave the last state on the screen and go on below it."""
        if self._output.is_live and self._branches:
            self._draw()
            self._drawn = 0

    def clear(self) -> None:
        """Take the tree away: the result says it all."""
        if self._output.is_live and self._drawn:
            self._stream.write(f"\x1b[{self._drawn}F\x1b[J")
            self._stream.flush()
            self._drawn = 0

    def _is_due(self, seconds: float) -> bool:
        now = self._clock()
        if now - self._last < seconds:
            return False
        self._last = now
        return True

    def _draw(self) -> None:
        # A line that wraps is two, and the next drawing would begin too low.
        columns = columns_of(self._stream) - 1
        branches = {title: list(steps.values()) for title, steps in self._branches.items()}
        lines = [shortened(printable(line), columns) for line in tree(branches)]
        up = f"\x1b[{self._drawn}F" if self._drawn else ""
        self._stream.write(up + "".join(f"\x1b[2K{line}\n" for line in lines))
        self._stream.flush()
        self._drawn = len(lines)
