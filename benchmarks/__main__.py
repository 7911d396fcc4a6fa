"""`python -m benchmarks`: measure everything, print one table, keep it as JSON."""

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks import (
    dedupe_measure,
    downloads,
    edits,
    first_bytes,
    folders,
    idle,
    live,
    page,
    pages,
    resting,
    scan,
    startup,
    streaming,
    sync,
)
from benchmarks.table import Measure, Row, Settings, Verdict, as_json, print_table

RESULTS = Path(__file__).parent / "results"
TRACKS_OF_A_FULL_RUN = (300_000, 1_000_000)

MEASURES: dict[str, Measure] = {
    "pages": pages.measure,
    "page": page.measure,
    "sync": sync.measure,
    "idle": idle.measure,
    "edits": edits.measure,
    "live": live.measure,
    "resting": resting.measure,
    "scan": scan.measure,
    "folders": folders.measure,
    "streaming": streaming.measure,
    "first bytes": first_bytes.measure,
    "downloads": downloads.measure,
    "startup": startup.measure,
    "dedupe": dedupe_measure.measure,
}


def main(arguments: Sequence[str]) -> int:
    """0 when all was measured; with `--strict` also every bar must be met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="also 300k and 1M tracks: half an hour, 8 GB of disk")
    parser.add_argument("--only", action="append", choices=MEASURES, help="this one (may be repeated)")
    parser.add_argument("--seed", type=int, default=1, help="of the generated libraries")
    parser.add_argument("--strict", action="store_true", help="end with 1 when a bar is missed")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="soul-bench-") as folder:
        settings = Settings(Path(folder), seed=options.seed, tracks_more=TRACKS_OF_A_FULL_RUN if options.full else ())
        try:
            for name in options.only or MEASURES:
                began = time.perf_counter()
                rows += MEASURES[name](settings)
                print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        finally:
            # What was measured is told even when a later one fails.
            print_table(rows, console)
            print_missing(rows)
    file = save(rows)
    print(f"\nkept as {file}")
    return 1 if options.strict and any(row.verdict in (Verdict.MISS, Verdict.MISSING) for row in rows) else 0


def print_missing(rows: Sequence[Row]) -> None:
    """Loudly: what could not be measured here."""
    for row in rows:
        if row.verdict is Verdict.MISSING:
            print(f"\n*** NOT MEASURED: {row.name}: {row.note} ***")


def save(rows: Sequence[Row]) -> Path:
    """The table as JSON, with what it was measured on."""
    now = datetime.now(UTC)
    machine = {
        "processors": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{now:%Y%m%dT%H%M%SZ}.json"
    file.write_text(json.dumps({"at": now.isoformat(), "machine": machine, "rows": as_json(rows)}, indent=1), "utf-8")
    return file


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
