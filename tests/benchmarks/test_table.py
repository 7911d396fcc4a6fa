"""The table's verdicts: a bar that is missed must say so."""

import io

import pytest
from rich.console import Console

from benchmarks.table import Bar, Of, Row, Verdict, as_json, print_table

AT_LEAST = Bar(Of.RATIO, at_least=0.8)
AT_MOST = Bar(Of.OURS, at_most=1.5)


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("rate", "rows/s", 80.0, 100.0, bar=AT_LEAST), Verdict.PASS),
        (Row("rate", "rows/s", 79.9, 100.0, bar=AT_LEAST), Verdict.MISS),
        (Row("cost", "ms", 1.5, bar=AT_MOST), Verdict.PASS),
        (Row("cost", "ms", 1.51, bar=AT_MOST), Verdict.MISS),
        (Row("told", "ms", 1.0), Verdict.NO_BAR),
        (Row("peer", "s", None, bar=AT_MOST, note="not installed"), Verdict.MISSING),
    ],
)
def test_a_row_says_whether_it_meets_its_bar(row: Row, verdict: Verdict) -> None:
    """On the bound itself it is met, on the wrong side of it it is not."""
    assert row.verdict is verdict


def test_a_bar_on_a_ratio_without_a_limit_is_a_fault_of_the_benchmark() -> None:
    """It must not pass for want of something to be held against."""
    with pytest.raises(AssertionError, match="needs a limit"):
        _ = Row("rate", "rows/s", 80.0, bar=AT_LEAST).verdict


def test_the_table_shows_what_was_missed_and_what_was_not_measured() -> None:
    """A reader sees it without knowing the numbers."""
    out = io.StringIO()
    rows = [Row("slow thing", "rows/s", 1.0, 100.0, "bare", AT_LEAST), Row("peer", "s", None, note="not installed")]
    print_table(rows, Console(file=out, width=160))
    assert "MISS" in out.getvalue()
    assert "NOT MEASURED" in out.getvalue()
    assert "not installed" in out.getvalue()
    assert [row["verdict"] for row in as_json(rows)] == ["MISS", "NOT MEASURED"]
