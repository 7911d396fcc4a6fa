"""Devices that go out: one source at two addresses, found at either, and nothing secret to whoever else is there."""

import pytest

from tests.simulation.fault import Fault
from tests.simulation.faults_of_addresses import FAULTS_OF_ADDRESSES
from tests.simulation.running_addresses import run_addresses
from tests.simulation.side_by_side import assert_every_law_holds, assert_noticed

SEEDS = range(8)


@pytest.mark.slow
def test_every_law_holds_wherever_a_device_goes() -> None:
    assert_every_law_holds("addresses", SEEDS, seeds_per_job=3)


def test_the_same_seed_gives_the_same_trace() -> None:
    """With everybody whom it meets."""
    assert run_addresses(2).lines == run_addresses(2).lines


@pytest.mark.parametrize("fault", FAULTS_OF_ADDRESSES[:1], ids=lambda fault: fault.name)
def test_a_stranger_that_is_believed_is_noticed(fault: Fault) -> None:
    assert_noticed(fault)
