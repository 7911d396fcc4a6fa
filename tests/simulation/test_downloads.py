"""Devices that keep music: whole or not there, never twice, never lost while somebody wants it."""

import pytest

from tests.simulation.fault import Fault
from tests.simulation.faults_of_downloads import FAULTS_OF_DOWNLOADS
from tests.simulation.running_downloads import run_downloads
from tests.simulation.side_by_side import assert_every_law_holds, assert_noticed

SEEDS = range(40)


@pytest.mark.slow
def test_every_law_holds_in_every_world_of_downloads() -> None:
    assert_every_law_holds("downloads", SEEDS, seeds_per_job=4)


def test_the_same_seed_gives_the_same_trace() -> None:
    """With every piece of every file, and every step of every disk."""
    assert run_downloads(3).lines == run_downloads(3).lines


@pytest.mark.parametrize("fault", FAULTS_OF_DOWNLOADS[:2], ids=lambda fault: fault.name)
def test_what_is_not_synced_is_noticed(fault: Fault) -> None:
    assert_noticed(fault)
