"""For tests: worlds of many seeds on all cores, and faults that some world has to notice."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

from tests.simulation.__main__ import run_some
from tests.simulation.fault import Fault
from tests.simulation.planted import judge


def assert_every_law_holds(worlds: str, seeds: Sequence[int], *, seeds_per_job: int) -> None:
    """A failing seed is printed with the end of its trace."""
    jobs = [seeds[first : first + seeds_per_job] for first in range(0, len(seeds), seeds_per_job)]
    with ProcessPoolExecutor(cpu_count()) as pool:
        found = pool.map(run_some, jobs, [worlds] * len(jobs))
        failed = {seed: story for some in found for seed, story in some.items()}
    assert not failed, "\n\n".join(failed.values())


def assert_noticed(fault: Fault) -> None:
    """Else the silence of the worlds would prove nothing; the other faults are planted by `make planted`."""
    verdict = judge(fault)
    assert verdict.seed is not None, verdict.said
