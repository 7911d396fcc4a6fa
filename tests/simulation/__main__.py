"""`python -m tests.simulation`: many seeds, or one with its trace.

--worlds W    of which kind (worlds.py); one
--seeds N     run the seeds 0..N-1; goes on where it was stopped, by Ctrl-C, a kill or a power cut
--seed S      run this one and print its trace
--fresh       begin at 0 again
--state FILE  what was run already (.simulation-W.json); it counts only for the code that it was run with
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tests.simulation.running import Failed
from tests.simulation.templates import sweep_scratch, templates
from tests.simulation.worlds import WORLDS

ROOT = Path(__file__).parents[2]
SEEDS_PER_JOB = 10
TELL_EVERY_SECONDS = 10.0
STOPPED = 130


@dataclass
class State:
    """What was run of one state of the code; `ranges` are first and last seed, in order."""

    code: str
    ranges: list[tuple[int, int]] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)

    def add(self, first: int, last: int) -> None:
        """These were run."""
        joined: list[tuple[int, int]] = []
        for one, other in sorted([*self.ranges, (first, last)]):
            if joined and one <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(other, joined[-1][1]))
            else:
                joined.append((one, other))
        self.ranges = joined

    def left(self, count: int) -> Iterator[tuple[int, int]]:
        """Jobs of the seeds below `count` that were not run."""
        at = 0
        for first, last in [*self.ranges, (count, count)]:
            for begin in range(at, min(first, count), SEEDS_PER_JOB):
                yield begin, min(begin + SEEDS_PER_JOB, first, count) - 1
            at = max(at, last + 1)


def run_some(seeds: Iterable[int], worlds: str) -> dict[int, str]:
    """What failed among these seeds of this kind of worlds, with its story."""
    templates()
    failed = {}
    for seed in seeds:
        try:
            WORLDS[worlds](seed)
        except Failed as error:
            failed[seed] = str(error)
    return failed


def _job(job: tuple[int, int, int, str]) -> tuple[int, int, dict[int, str]]:
    first, last, parent, worlds = job
    if os.getppid() != parent:
        # It was killed, and nobody will ask for this.
        os._exit(1)
    return first, last, run_some(range(first, last + 1), worlds)


def _interrupts_are_the_parent_s() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run_many(count: int, state: State, file: Path, worlds: str) -> int:
    """Every seed below `count` that was not run yet; the exit code."""
    sweep_scratch()
    signal.signal(signal.SIGTERM, _stop)
    jobs = [(first, last, os.getpid(), worlds) for first, last in state.left(count)]
    started = told = time.monotonic()
    finished = 0
    try:
        with multiprocessing.Pool(os.cpu_count(), initializer=_interrupts_are_the_parent_s) as pool:
            for first, last, failed in pool.imap_unordered(_job, jobs):
                finished += last + 1 - first
                state.add(first, last)
                state.failed += failed
                for story in failed.values():
                    say(story)
                _save(state, file)
                if time.monotonic() - told > TELL_EVERY_SECONDS:
                    told = time.monotonic()
                    _tell(finished, told - started, state)
    except KeyboardInterrupt:
        _tell(finished, time.monotonic() - started, state)
        say("stopped: the same command goes on from here")
        return STOPPED
    finally:
        sweep_scratch()
    _tell(finished, time.monotonic() - started, state)
    return 1 if state.failed else 0


def _tell(finished: int, seconds: float, state: State) -> None:
    speed = finished / seconds if seconds else 0.0
    total = sum(last + 1 - first for first, last in state.ranges)
    failed = f"failed: {sorted(state.failed)}" if state.failed else "every law held"
    say(f"{finished} seeds in {seconds:.0f} s, {speed:.1f} a second; {total} with what was run before; {failed}")


def say(text: str) -> None:
    """To whoever watches, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _save(state: State, file: Path) -> None:
    partial = file.with_suffix(".part")
    with partial.open("w") as out:
        json.dump({"code": state.code, "ranges": state.ranges, "failed": state.failed}, out)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(file)


def _code() -> str:
    """Digests what the worlds are made of."""
    digest = hashlib.sha256()
    for folder in ("src/soul_player", "tests/simulation"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".sql"}:
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _state(file: Path, *, fresh: bool) -> State:
    code = _code()
    if fresh or not file.exists():
        return State(code)
    try:
        kept = json.loads(file.read_text())
        state = State(kept["code"], [(first, last) for first, last in kept["ranges"]], list(kept["failed"]))
    except (ValueError, KeyError, TypeError) as error:
        say(f"{file} cannot be read ({error}): begins at 0")
        return State(code)
    if state.code != code:
        say("the code has changed since the last run: begins at 0")
        return State(code)
    return state


def main() -> int:
    """The exit code: 0 when every law held."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--worlds", choices=list(WORLDS), default="one")
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--state", type=Path)
    asked = parser.parse_args()
    if asked.seed is None:
        file = asked.state or Path(f".simulation-{asked.worlds}.json")
        return run_many(asked.seeds, _state(file, fresh=asked.fresh), file, asked.worlds)
    try:
        say("\n".join(WORLDS[asked.worlds](asked.seed).lines))
    except Failed as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
