"""Progress: a tree on a terminal, else a line a phase and at most one in ten seconds."""

import io

import pytest

from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, display_width
from soul_player.cli.progress import Progress, Step, step_text, tree


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Now."""
        return self.seconds


def test_the_tree_reads_as_promised() -> None:
    """`Tracks: 1,234 / 5,000 (24%)`, floored."""
    assert tree({"Syncing from Home Server": [Step("Tracks", 1234, 5000), Step("Indexes", 0, 7)]}) == [
        "Syncing from Home Server...",
        "├─ Tracks: 1,234 / 5,000 (24%)",
        "└─ Indexes: 0 / 7 (0%)",
    ]
    assert step_text(Step("Tracks", 4999, 5000)) == "Tracks: 4,999 / 5,000 (99%)"
    assert step_text(Step("Tracks", 12, None)) == "Tracks: 12"


def test_without_a_terminal_a_long_phase_says_little(capsys: pytest.CaptureFixture[str]) -> None:
    """A log of a night's sync is a page, not a book."""
    clock = Clock()
    progress = Progress(Output(Flags()), clock=clock)
    progress.begin("Syncing from Home")
    for second in range(36):
        clock.seconds = float(second)
        progress.step("Syncing from Home", Step("Tracks", second, 100))
    progress.step("Syncing from Home", Step("Indexes", 1, 2))
    progress.close()
    assert capsys.readouterr().err.splitlines() == [
        "Syncing from Home...",
        "  Tracks: 0 / 100 (0%)",
        "  Tracks: 10 / 100 (10%)",
        "  Tracks: 20 / 100 (20%)",
        "  Tracks: 30 / 100 (30%)",
        "  Indexes: 1 / 2 (50%)",
    ]


def test_on_a_terminal_the_tree_is_drawn_over_itself() -> None:
    """The last drawing stays, and holds the last numbers."""
    output, stream = Output(Flags()), io.StringIO()
    output.is_live = True
    clock = Clock()
    progress = Progress(output, clock=clock, stream=stream)
    progress.begin("Syncing from Home")
    for done in (10, 20, 30):
        clock.seconds += 1.0
        progress.step("Syncing from Home", Step("Tracks", done, 40))
    progress.step("Syncing from Home", Step("Tracks", 31, 40))
    progress.close()
    assert screen(stream.getvalue()) == ["Syncing from Home...", "└─ Tracks: 31 / 40 (77%)"]


def test_a_fast_sync_does_not_spend_its_time_drawing() -> None:
    """At most ten drawings a second, but the first of a phase and the last."""
    output, stream = Output(Flags()), io.StringIO()
    output.is_live = True
    clock = Clock()
    progress = Progress(output, clock=clock, stream=stream)
    for done in range(1, 1001):
        clock.seconds += 0.001
        progress.step("Syncing", Step("Tracks", done, 1000))
    assert stream.getvalue().count("Tracks:") <= 13
    assert "1,000 / 1,000 (100%)" in stream.getvalue()


def screen(written: str) -> list[str]:
    """What a terminal shows after these bytes, for the few sequences that are used."""
    lines: list[str] = [""]
    row = 0
    rest = written
    while rest:
        if rest.startswith("\x1b[2K"):
            lines[row], rest = "", rest[4:]
        elif rest.startswith("\x1b["):
            number, rest = rest[2:].split("F", 1)
            row -= int(number)
            assert row >= 0
        elif rest[0] == "\n":
            row, rest = row + 1, rest[1:]
            lines += [""] * (row + 1 - len(lines))
        else:
            lines[row], rest = lines[row] + rest[0], rest[1:]
    return lines[:-1] if lines[-1] == "" else lines


def test_a_queue_is_told_by_what_waits_in_it() -> None:
    assert step_text(Step("Download Queue", 45, None, "pending")) == "Download Queue: 45 pending"
    assert step_text(Step("Playlists", 12, 12)) == "Playlists: 12 / 12 (100%)"


def test_on_a_narrow_terminal_no_line_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that wraps is two, and the next drawing would begin too low and leave a heap of old ones."""
    monkeypatch.setenv("COLUMNS", "40")
    output, stream = Output(Flags()), io.StringIO()
    output.is_live = True
    progress = Progress(output, clock=Clock(), stream=stream)
    title = "Syncing from The Home Server of Sólveig, 夜の電車"
    progress.step(title, Step("Favourites, ratings and plays", 1_234_567, 9_999_999))
    progress.step(title, Step("Favourites, ratings and plays", 9_999_999, 9_999_999))
    shown = screen(stream.getvalue())
    assert len(shown) == 2
    assert all(display_width(line) < 40 for line in shown), shown
