"""One look for all who must know, in virtual time: how often, and how soon what changed is told."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from soul_player.client.lookout import LOOK_SECONDS, TOLD_LOOK_SECONDS, Lookout
from tests.simulation.templates import in_virtual_time

HOUR = 3600.0


class World:
    """Something that others change, looks that are counted, and what was told, when."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.value = 0
        self.looks = 0
        self.told: list[float] = []

    def look(self) -> int:
        """As it is."""
        self.looks += 1
        return self.value

    def tell(self) -> None:
        """It is another one."""
        self.told.append(self._loop.time())


class Told:
    """A system that tells of writing."""

    def __init__(self) -> None:
        self._tell: Callable[[], None] | None = None
        self.is_any = False
        self.words = 0

    def listen(self, tell: Callable[[], None]) -> None:
        """One at a time."""
        assert self._tell is None
        self._tell = tell

    def stop_listening(self) -> None:
        """Who does not listen cannot stop it."""
        assert self._tell is not None
        self._tell = None

    def take(self) -> bool:
        """Once."""
        was_any, self.is_any = self.is_any, False
        return was_any

    def close(self) -> None:
        """It was not open."""

    def write(self) -> None:
        """Somebody does, and the loop has a turn."""
        self.is_any = True
        if self._tell is not None:
            self.words += 1
            self._tell()

    @property
    def is_listened_to(self) -> bool:
        """Now."""
        return self._tell is not None


def in_world(story: Callable[[World], Coroutine[Any, Any, None]]) -> None:
    """Run it in virtual time."""

    async def work(loop: asyncio.AbstractEventLoop) -> None:
        await story(World(loop))

    in_virtual_time(1, work)


def test_where_nobody_tells_it_looks_four_times_a_second_for_all_together() -> None:
    async def story(world: World) -> None:
        lookout, other = Lookout(), World(asyncio.get_running_loop())
        with lookout.following(world.look, world.tell), lookout.following(other.look, other.tell):
            await asyncio.sleep(HOUR)
            assert world.looks == other.looks
            assert HOUR / LOOK_SECONDS - 2 <= world.looks <= HOUR / LOOK_SECONDS + 2
            assert world.told == []
            world.value = 1
            await asyncio.sleep(HOUR)
            assert len(world.told) == 1
            assert world.told[0] <= HOUR + LOOK_SECONDS
            assert other.told == []

    in_world(story)


def test_where_the_system_tells_a_change_is_told_at_once_and_quiet_costs_a_look_a_second() -> None:
    """What is written becomes true only a moment later: the commit comes behind the disk."""

    async def story(world: World) -> None:
        system = Told()
        with Lookout(system).following(world.look, world.tell):
            await asyncio.sleep(HOUR)
            assert world.looks <= HOUR / TOLD_LOOK_SECONDS + 2
            system.write()
            await asyncio.sleep(0.05)
            world.value = 1
            now = asyncio.get_running_loop().time()
            await asyncio.sleep(HOUR)
            assert len(world.told) == 1
            assert world.told[0] - now <= 0.1
            assert world.looks <= 2 * HOUR / TOLD_LOOK_SECONDS + 30

    in_world(story)


def test_what_the_system_does_not_tell_is_found_within_a_second() -> None:
    """Behind a link, say."""

    async def story(world: World) -> None:
        with Lookout(Told()).following(world.look, world.tell):
            await asyncio.sleep(10.3)
            world.value = 1
            await asyncio.sleep(HOUR)
            assert len(world.told) == 1
            assert world.told[0] <= 10.3 + TOLD_LOOK_SECONDS

    in_world(story)


def test_who_writes_all_the_time_is_looked_at_four_times_a_second_and_tells_once() -> None:
    """A first sync writes thousands of pages: each word of it would wake the loop."""

    async def story(world: World) -> None:
        system = Told()
        with Lookout(system).following(world.look, world.tell):
            for number in range(60_000):
                world.value = number
                system.write()
                await asyncio.sleep(0.01)
            assert system.words == 1
            assert world.looks <= 600 / LOOK_SECONDS + 10
            assert len(world.told) <= 600 / LOOK_SECONDS + 10
            await asyncio.sleep(10.0)
            assert system.is_listened_to, "until all is quiet again"

    in_world(story)


def test_who_follows_no_more_costs_nothing() -> None:
    async def story(world: World) -> None:
        system = Told()
        lookout, other = Lookout(system), World(asyncio.get_running_loop())
        with lookout.following(world.look, world.tell):
            with lookout.following(other.look, other.tell):
                await asyncio.sleep(1.0)
            looks = other.looks
            await asyncio.sleep(HOUR)
            assert other.looks == looks
        assert not system.is_listened_to
        looks = world.looks
        world.value = 1
        await asyncio.sleep(HOUR)
        assert (world.looks, world.told) == (looks, [])

    in_world(story)
