"""The story of a world: the plan's number of events and scenes, at random times."""

import asyncio

from tests.simulation.events import EVENTS
from tests.simulation.scenes import SCENES
from tests.simulation.world import World

# Between two of them, in the mean.
PAUSE_SECONDS = 25.0
HAPPENINGS = EVENTS | SCENES


async def happen(world: World) -> None:
    """From the first to the last."""
    names, weights = list(world.plan.weights), list(world.plan.weights.values())
    for _ in range(world.plan.events):
        await asyncio.sleep(world.random.expovariate(1 / PAUSE_SECONDS))
        name = world.random.choices(names, weights=weights)[0]
        await HAPPENINGS[name](world)
        world.look()
