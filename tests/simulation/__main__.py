"""`python -m tests.simulation`: many seeds, or one with its trace.

--seeds N     run the seeds 0..N-1; goes on where the last run of the same kind stopped
--seed S      run this one and print its trace
--fresh       begin at 0 again
"""

import argparse
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.simulation.running import Failed, run_seed
from tests.simulation.templates import templates

STATE_FILE = Path(".simulation.json")
SEEDS_PER_JOB = 25
TELL_EVERY_SECONDS = 10.0


def run_some(first: int, last: int) -> dict[int, str]:
    """What failed among these seeds, with its story."""
    templates()
    failed = {}
    for seed in range(first, last):
        try:
            run_seed(seed)
        except Failed as error:
            failed[seed] = str(error)
    return failed


def run_many(count: int, state: dict[str, list[int]]) -> int:
    """Every seed below `count` that was not run yet; the exit code."""
    done = set(state["done"])
    jobs = [first for first in range(0, count, SEEDS_PER_JOB) if first not in done]
    started = told = time.monotonic()
    finished = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(run_some, first, min(first + SEEDS_PER_JOB, count)): first for first in jobs}
        for job in as_completed(running):
            first = running[job]
            finished += min(SEEDS_PER_JOB, count - first)
            state["done"].append(first)
            for seed, story in job.result().items():
                state["failed"].append(seed)
                say(story)
            _save(state)
            if time.monotonic() - told > TELL_EVERY_SECONDS:
                told = time.monotonic()
                _tell(finished, told - started, state)
    _tell(finished, time.monotonic() - started, state)
    return 1 if state["failed"] else 0


def _tell(finished: int, seconds: float, state: dict[str, list[int]]) -> None:
    speed = finished / seconds if seconds else 0.0
    say(f"{finished} seeds in {seconds:.0f} s, {speed:.1f} a second; failed: {sorted(state['failed'])}")


def say(text: str) -> None:
    """To whoever watches, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _save(state: dict[str, list[int]]) -> None:
    partial = STATE_FILE.with_suffix(".part")
    partial.write_text(json.dumps(state))
    partial.replace(STATE_FILE)


def _state(*, fresh: bool) -> dict[str, list[int]]:
    if fresh or not STATE_FILE.exists():
        return {"done": [], "failed": []}
    state: dict[str, list[int]] = json.loads(STATE_FILE.read_text())
    return state


def main() -> int:
    """The exit code: 0 when every law held."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--fresh", action="store_true")
    asked = parser.parse_args()
    if asked.seed is None:
        return run_many(asked.seeds, _state(fresh=asked.fresh))
    try:
        say("\n".join(run_seed(asked.seed).lines))
    except Failed as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
