"""Two servers that share recordings and forget, people who part and join them: counts exact, nothing lost."""

import pytest

from tests.simulation.faults_of_sources import FAULTS_OF_SOURCES
from tests.simulation.plan_of_sources import CLOSE_SEEDS
from tests.simulation.running_sources import run_two_servers
from tests.simulation.side_by_side import assert_every_law_holds, assert_noticed

SEEDS = (*range(40), *range(CLOSE_SEEDS, CLOSE_SEEDS + 10))


@pytest.mark.slow
def test_every_law_holds_with_two_servers() -> None:
    assert_every_law_holds("two", SEEDS, seeds_per_job=1)


def test_the_same_seed_gives_the_same_trace() -> None:
    """With everything that runs behind the syncs."""
    assert run_two_servers(3).lines == run_two_servers(3).lines


def test_a_row_that_is_pushed_again_is_noticed() -> None:
    assert_noticed(FAULTS_OF_SOURCES[0])
