"""Devices that keep themselves in sync: nothing is lost, and what is promised comes within its time."""

from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

import pytest

from tests.simulation.__main__ import run_some
from tests.simulation.faults_of_live import FAULTS_OF_LIVE
from tests.simulation.live_world import run_live
from tests.simulation.planted import judge

SEEDS = 24
SEEDS_PER_JOB = 3


@pytest.mark.slow
def test_every_promise_is_kept_in_every_world() -> None:
    """A failing seed is printed with the end of its trace."""
    firsts = range(0, SEEDS, SEEDS_PER_JOB)
    lasts = [first + SEEDS_PER_JOB - 1 for first in firsts]
    with ProcessPoolExecutor(cpu_count()) as pool:
        found = pool.map(run_some, firsts, lasts, ["live"] * len(firsts))
        failed = {seed: story for some in found for seed, story in some.items()}
    assert not failed, "\n\n".join(failed.values())


def test_the_same_seed_gives_the_same_trace() -> None:
    """With every hint and every timer."""
    assert run_live(5).lines == run_live(5).lines


def test_a_hint_that_is_not_followed_is_noticed() -> None:
    """Else the silence of the worlds would prove nothing; the other faults are planted by `make planted`."""
    verdict = judge(FAULTS_OF_LIVE[0])
    assert verdict.seed is not None, verdict.said
