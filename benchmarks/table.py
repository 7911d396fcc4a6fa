"""A measured row, whether it meets its bar, and the one table that `make bench` prints."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

# `make bench` has as many; more than the library of a small run has.
FULL_TRACKS = 100_000
Figure = TypeVar("Figure", int, float)


class Verdict(StrEnum):
    """How a row stands. `MISSING`: it could not be measured here, which the run says loudly and fails on."""

    PASS = "pass"  # a verdict, no password
    MISS = "MISS"
    NO_BAR = "-"
    MISSING = "NOT MEASURED"


class Of(StrEnum):
    """What a bar is held against: the figure itself, or its ratio to the bare limit."""

    OURS = "ours"
    RATIO = "ratio"


@dataclass(frozen=True)
class Bar:
    """A bound on the figure or on its ratio; exactly one of `at_least` and `at_most` is given."""

    of: Of
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        assert (self.at_least is None) != (self.at_most is None), self

    def is_met(self, value: float) -> bool:
        """Whether the measured value is inside the bound."""
        if self.at_least is not None:
            return value >= self.at_least
        assert self.at_most is not None
        return value <= self.at_most

    def __str__(self) -> str:
        sign, bound = (">=", self.at_least) if self.at_least is not None else ("<=", self.at_most)
        assert bound is not None
        return f"{'ratio ' if self.of is Of.RATIO else ''}{sign} {figure(bound)}"


@dataclass(frozen=True)
class Row:
    """One line of the table. `ours` and `limit` are in `unit`; the ratio is always ours divided by the limit.

    `limit_name` says what the bare limit does ("bare insert of the same rows"). A row without figures (`ours` None)
    was not measured; `note` then says why and what to do about it.
    """

    name: str
    unit: str
    ours: float | None
    limit: float | None = None
    limit_name: str = ""
    bar: Bar | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours by the limit, where there are both."""
        if self.ours is None or not self.limit:
            return None
        return self.ours / self.limit

    @property
    def verdict(self) -> Verdict:
        """Whether the bar is met."""
        if self.ours is None:
            return Verdict.MISSING
        if self.bar is None:
            return Verdict.NO_BAR
        value = self.ours if self.bar.of is Of.OURS else self.ratio
        assert value is not None, f"{self.name}: a bar on the ratio needs a limit"
        return Verdict.PASS if self.bar.is_met(value) else Verdict.MISS


@dataclass(frozen=True)
class Settings:
    """How large a run is. The defaults are `make bench`; tests pass tiny ones.

    `folder` is scratch space of this run, removed at its end. `tracks_more` are the further sizes of a full run.
    """

    folder: Path
    seed: int = 1
    repeats: int = 5
    tracks: int = 100_000
    tracks_more: tuple[int, ...] = ()
    files: int = 5_000

    def sized(self, usual: Figure, *, small: Figure) -> Figure:
        """The usual figure; the small one where the library is so small that only running through is the aim."""
        return usual if self.tracks >= FULL_TRACKS else small


Measure = Callable[[Settings], Sequence[Row]]
"""What each file of this package offers as `measure`."""


def figure(value: float) -> str:
    """A number a person can compare at a glance."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.3g}"


def short_count(tracks: int) -> str:
    """`100k`, `1M`."""
    return f"{tracks // 1_000_000}M" if tracks % 1_000_000 == 0 else f"{tracks / 1000:g}k"


def print_table(rows: Sequence[Row], console: Console) -> None:
    """The table, and below it every note."""
    table = Table(title="Soul Player: ours, the bare limit in the same run, and the ratio", title_justify="left")
    for header, justify in (
        ("what", "left"),
        ("ours", "right"),
        ("limit", "right"),
        ("ratio", "right"),
        ("bar", "right"),
        ("", "left"),
        ("the limit is", "left"),
    ):
        table.add_column(header, justify="right" if justify == "right" else "left", overflow="fold")
    for row in rows:
        table.add_row(
            f"{row.name} ({row.unit})",
            "" if row.ours is None else figure(row.ours),
            "" if row.limit is None else figure(row.limit),
            "" if row.ratio is None else f"{row.ratio:.2f}",
            "" if row.bar is None else str(row.bar),
            row.verdict.value,
            row.limit_name,
        )
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"{row.name}: {row.note}", highlight=False)


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [{**asdict(row), "ratio": row.ratio, "verdict": row.verdict.value} for row in rows]
