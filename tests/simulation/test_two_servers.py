"""Two servers that share recordings and forget, people who part and join them: counts exact, nothing lost."""

from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

import pytest

from tests.simulation.faults_of_sources import FAULTS_OF_SOURCES
from tests.simulation.plan_of_sources import CLOSE_SEEDS
from tests.simulation.planted import judge
from tests.simulation.running_sources import TwoServersFailed, run_two_servers

SEEDS = (*range(40), *range(CLOSE_SEEDS, CLOSE_SEEDS + 10))


def story_of(seed: int) -> str | None:
    """What went wrong; None: nothing."""
    try:
        run_two_servers(seed)
    except TwoServersFailed as error:
        return str(error)
    return None


@pytest.mark.slow
def test_every_law_holds_with_two_servers() -> None:
    """A failing seed is printed with the end of its trace."""
    with ProcessPoolExecutor(cpu_count()) as pool:
        failed = [story for story in pool.map(story_of, SEEDS) if story is not None]
    assert not failed, "\n\n".join(failed)


def test_the_same_seed_gives_the_same_trace() -> None:
    """With everything that runs behind the syncs."""
    assert run_two_servers(3).lines == run_two_servers(3).lines


def test_a_row_that_is_pushed_again_is_noticed() -> None:
    """Else the silence of the worlds would prove nothing; the other faults are planted by `make planted`."""
    verdict = judge(FAULTS_OF_SOURCES[0])
    assert verdict.seed is not None, verdict.said
