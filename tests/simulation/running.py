"""One seed, from its plan to its story."""

import shutil

from tests.simulation.clock import VirtualLoop
from tests.simulation.disk import disks_watched
from tests.simulation.failing import story_of
from tests.simulation.plan import plan_of
from tests.simulation.story import happen
from tests.simulation.templates import in_virtual_time, scratch_folder, templates
from tests.simulation.trace import Trace
from tests.simulation.world import World


class Failed(Exception):
    """A world went wrong; its text holds the trace and how to see it again."""


def run_seed(seed: int) -> Trace:
    """Run the world of this seed; its trace. Raises `Failed`."""
    templates()
    folder = scratch_folder()
    worlds: list[World] = []

    async def work(loop: VirtualLoop) -> None:
        world = World(seed, folder, loop, plan_of(seed))
        worlds.append(world)
        await world.run(happen)

    try:
        with disks_watched():
            in_virtual_time(seed, work)
    except Exception as error:
        again = f"python -m tests.simulation --seed {seed}"
        world = worlds[0]
        raise Failed(story_of(seed, world.trace, error, plan=world.plan, again=again)) from error
    finally:
        shutil.rmtree(folder)
    return worlds[0].trace
