"""Bars of downloads on a terminal: over each other, and never wider than it is."""

import io

import pytest

from soul_player.cli.download_bars import DownloadBars, bar, widths_within
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, display_width
from soul_player.client import DownloadProgress, LocalTrackId, TaskId
from tests.cli.test_progress import Clock

TITLES = {
    LocalTrackId(1): "夜の電車に乗って帰る道のとちゅうで",
    LocalTrackId(2): "A Very Long Title of a Very Long Suite",
}


def drawn(*events: DownloadProgress) -> str:
    """What the terminal gets."""
    output, stream, clock = Output(Flags()), io.StringIO(), Clock()
    output.is_live = True
    bars = DownloadBars(output, TITLES, wanted=2, clock=clock, stream=stream)
    for event in events:
        clock.seconds += 1.0
        bars.hear(event)
    return stream.getvalue()


@pytest.mark.parametrize("columns", [30, 40, 72, 76, 80, 200])
def test_no_line_wraps(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does is two, and what is drawn next leaves a heap of old ones above it."""
    monkeypatch.setenv("COLUMNS", str(columns))
    seen = drawn(
        DownloadProgress(TaskId(1), LocalTrackId(1), 999_999, 1_234_567, 0),
        DownloadProgress(TaskId(2), LocalTrackId(2), 812_000_000, 999_900_000, 700_000_000),
    )
    lines = [line for line in seen.replace("\x1b[J", "\n").split("\n") if not line.startswith("\x1b")]
    assert max(map(display_width, lines)) < columns, lines


@pytest.mark.parametrize("columns", range(38, 200, 3))
def test_the_numbers_are_there_on_every_terminal(columns: int) -> None:
    """A title may be cut and a bar left out; how far it is may not."""
    title, bars = widths_within(columns)
    assert title >= 8
    assert len(f"  {'x' * title} {bar(1, 1, columns=bars)} of 999.9 MB") <= columns
