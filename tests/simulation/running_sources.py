"""One seed of a world of two servers."""

from tests.simulation.running import run_world
from tests.simulation.story_of_sources import happen
from tests.simulation.trace import Trace
from tests.simulation.two_servers import TwoServers


def run_two_servers(seed: int) -> Trace:
    """Its trace. Raises `Failed`."""
    return run_world("two", seed, lambda folder, loop: TwoServers(seed, folder, loop), lambda world: world.run(happen))
