"""Devices that keep music: whole or not there, never twice, never lost while somebody wants it."""

from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

import pytest

from tests.simulation.__main__ import run_some
from tests.simulation.fault import Fault
from tests.simulation.faults_of_downloads import FAULTS_OF_DOWNLOADS
from tests.simulation.planted import judge
from tests.simulation.running_downloads import run_downloads

SEEDS = 40
SEEDS_PER_JOB = 4


@pytest.mark.slow
def test_every_law_holds_in_every_world_of_downloads() -> None:
    """A failing seed is printed with the end of its trace."""
    firsts = range(0, SEEDS, SEEDS_PER_JOB)
    lasts = [first + SEEDS_PER_JOB - 1 for first in firsts]
    with ProcessPoolExecutor(cpu_count()) as pool:
        found = pool.map(run_some, firsts, lasts, ["downloads"] * len(firsts))
        failed = {seed: story for some in found for seed, story in some.items()}
    assert not failed, "\n\n".join(failed.values())


def test_the_same_seed_gives_the_same_trace() -> None:
    """With every piece of every file, and every step of every disk."""
    assert run_downloads(3).lines == run_downloads(3).lines


@pytest.mark.parametrize("fault", FAULTS_OF_DOWNLOADS[:2], ids=lambda fault: fault.name)
def test_what_is_not_synced_is_noticed(fault: Fault) -> None:
    """Else the silence of the worlds would prove nothing; the other faults are planted by `make planted`."""
    verdict = judge(fault)
    assert verdict.seed is not None, verdict.said
