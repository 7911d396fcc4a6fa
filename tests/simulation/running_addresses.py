"""One seed of the worlds whose devices go out."""

from tests.simulation.addresses_world import AddressesWorld
from tests.simulation.live_world import looking_seldom
from tests.simulation.plan import plan_of
from tests.simulation.running import run_world
from tests.simulation.trace import Trace


def run_addresses(seed: int) -> Trace:
    """Its trace. Raises `Failed`."""
    return run_world(
        "addresses",
        seed,
        lambda folder, loop: AddressesWorld(seed, folder, loop, plan_of(seed)),
        lambda world: world.run(world.happen),
        looking_seldom(),
    )
