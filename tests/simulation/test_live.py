"""Devices that keep themselves in sync: nothing is lost, and what is promised comes within its time."""

import pytest

from tests.simulation.faults_of_live import FAULTS_OF_LIVE
from tests.simulation.live_world import run_live
from tests.simulation.side_by_side import assert_every_law_holds, assert_noticed

# The last one: two homes of one name, and a server that has forgotten what it would tell them apart by.
SEEDS = (*range(24), 128)


@pytest.mark.slow
def test_every_promise_is_kept_in_every_world() -> None:
    assert_every_law_holds("live", SEEDS, seeds_per_job=3)


def test_the_same_seed_gives_the_same_trace() -> None:
    """With every hint and every timer."""
    assert run_live(5).lines == run_live(5).lines


def test_a_hint_that_is_not_followed_is_noticed() -> None:
    assert_noticed(FAULTS_OF_LIVE[0])
