"""One seed of a world of two servers, from its plan to its story."""

import shutil

from tests.simulation.clock import VirtualLoop
from tests.simulation.disk import disks_watched
from tests.simulation.failing import story_of
from tests.simulation.story_of_sources import happen
from tests.simulation.templates import in_virtual_time, scratch_folder, templates
from tests.simulation.trace import Trace
from tests.simulation.two_servers import TwoServers

AGAIN = "python -m tests.simulation --worlds two --seed"


class TwoServersFailed(Exception):
    """A world went wrong; its text holds the trace."""


def run_two_servers(seed: int) -> Trace:
    """Run this seed; its trace. Raises `TwoServersFailed`."""
    templates()
    folder = scratch_folder()
    worlds: list[TwoServers] = []

    async def work(loop: VirtualLoop) -> None:
        worlds.append(TwoServers(seed, folder, loop))
        await worlds[0].run(happen)

    try:
        with disks_watched():
            in_virtual_time(seed, work)
    except Exception as error:
        world = worlds[0]
        raise TwoServersFailed(story_of(seed, world.trace, error, plan=world.plan, again=f"{AGAIN} {seed}")) from error
    finally:
        shutil.rmtree(folder)
    return worlds[0].trace
