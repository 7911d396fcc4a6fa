"""Every benchmark runs, on a tiny library: what it measures may be nonsense at that size, that it measures may not."""

import io
import math
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.__main__ import MEASURES
from benchmarks.table import Settings, print_table

# More than a page of them.
TRACKS = 1_100
FILES = 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all, as in a run of `make bench`: the library in it is made once."""
    return tmp_path_factory.mktemp("bench")


@pytest.mark.slow
@pytest.mark.parametrize("name", MEASURES)
def test_it_measures_something(folder: Path, name: str) -> None:
    """A real server, a real client, real files. Each row has a figure, and a ratio where there is a limit."""
    rows = MEASURES[name](Settings(folder, repeats=1, tracks=TRACKS, files=FILES))
    assert rows
    for row in rows:
        if row.ours is None:
            assert row.note, f"{row.name} was not measured and does not say why"
            continue
        assert math.isfinite(row.ours)
        # Where the bar is an upper one of a count of faults, none is the best there is.
        assert row.ours > 0 or (row.bar is not None and row.bar.at_most is not None), row
        assert row.limit is None or (row.limit > 0 and row.limit_name), row
        assert row.verdict.value
    print_table(rows, Console(file=io.StringIO()))


@pytest.mark.slow
def test_a_full_run_adds_the_larger_libraries(tmp_path: Path) -> None:
    """And holds the rate at the largest against the rate at the default one."""
    rows = MEASURES["sync"](Settings(tmp_path, repeats=1, tracks=200, tracks_more=(400, 600)))
    names = [row.name for row in rows]
    assert [name for name in names if name.startswith("initial sync of 0.6k")]
    assert names[-1] == "initial sync, rate at 0.6k"
    assert rows[-1].limit_name == "the rate at 0.2k"
