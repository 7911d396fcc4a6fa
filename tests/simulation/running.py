"""One seed, from its plan to its story."""

import shutil

from tests.simulation.clock import VirtualLoop
from tests.simulation.disk import disks_watched
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
        raise Failed(_story(seed, worlds[0], error)) from error
    finally:
        shutil.rmtree(folder)
    return worlds[0].trace


def _story(seed: int, world: World, error: BaseException) -> str:
    causes = _leaves(error)
    return "\n".join(
        [
            f"seed {seed}: " + "; ".join(f"{type(cause).__name__}: {cause}" for cause in causes),
            f"plan: {world.plan}",
            world.trace.tail(),
            f"again: python -m tests.simulation --seed {seed}",
        ]
    )


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for each in error.exceptions for leaf in _leaves(each)]
    return [error]
