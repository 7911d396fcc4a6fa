"""The story of a world of two servers: the plan's number of events and scenes, at random times."""

import asyncio

from tests.simulation.events_of_sources import EVENTS
from tests.simulation.scenes_of_sources import SCENES
from tests.simulation.two_servers import PAUSE_SECONDS, TwoServers

HAPPENINGS = EVENTS | SCENES


async def happen(world: TwoServers) -> None:
    """From the first to the last."""
    names, weights = list(world.plan.weights), list(world.plan.weights.values())
    for _ in range(world.plan.events):
        await asyncio.sleep(world.random.expovariate(1 / PAUSE_SECONDS))
        name = world.random.choices(names, weights=weights)[0]
        world.trace("world", name)
        await HAPPENINGS[name](world)
        world.look()
