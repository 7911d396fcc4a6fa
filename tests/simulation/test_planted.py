"""Planted faults: each follows the product, so that `make planted` plants what it says."""

import pytest

from tests.simulation.fault import Fault
from tests.simulation.planted import FAULTS, planted


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_text_that_a_fault_changes_is_there(fault: Fault) -> None:
    """A fault whose place has changed is caught by nothing and proves nothing."""
    with planted(fault):
        pass
