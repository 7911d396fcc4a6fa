"""One seed of any kind of worlds, from its plan to its story; and the worlds of one server."""

import shutil
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Protocol, TypeVar

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


class AnyWorld(Protocol):
    """What is told of it when it goes wrong."""

    trace: Trace

    @property
    def plan(self) -> object:
        """What kind of world it is."""
        ...


W = TypeVar("W", bound=AnyWorld)


def run_world(
    kind: str,
    seed: int,
    make: Callable[[Path, VirtualLoop], W],
    live: Callable[[W], Awaitable[None]],
    *around: AbstractContextManager[None],
) -> Trace:
    """Its trace. `kind`: as the command line calls it. Raises `Failed`."""
    templates()
    folder = scratch_folder()
    worlds: list[W] = []

    async def work(loop: VirtualLoop) -> None:
        worlds.append(make(folder, loop))
        await live(worlds[0])

    try:
        with ExitStack() as stack:
            for one in (disks_watched(), *around):
                stack.enter_context(one)
            in_virtual_time(seed, work)
    except Exception as error:
        world = worlds[0]
        again = f"python -m tests.simulation --worlds {kind} --seed {seed}"
        raise Failed(story_of(seed, world.trace, error, plan=world.plan, again=again)) from error
    finally:
        shutil.rmtree(folder)
    return worlds[0].trace


def run_seed(seed: int) -> Trace:
    """The world of one server of this seed."""
    return run_world(
        "one", seed, lambda folder, loop: World(seed, folder, loop, plan_of(seed)), lambda world: world.run(happen)
    )
