"""Worlds whose devices keep themselves in sync; in the end the promises are put to the test, one after the other."""

import asyncio
import functools
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType

from soul_player.client import lookout
from soul_player.server.announce import news
from tests.simulation import laws, laws_of_edits
from tests.simulation.device import Device
from tests.simulation.live_device import LiveDevice
from tests.simulation.live_line import LiveNetwork
from tests.simulation.live_server import LiveServer
from tests.simulation.plan import plan_of
from tests.simulation.promises import PROMISES
from tests.simulation.running import run_world
from tests.simulation.story import HAPPENINGS, PAUSE_SECONDS
from tests.simulation.trace import Trace
from tests.simulation.views import LibraryView, ServerView
from tests.simulation.world import World

EVENTS_MAX = 14
LOOK_SECONDS = 20.0
PROMISES_PER_WORLD = 5
# A timer comes after 30 minutes; a feed starts anew once an hour at most.
CALM_SECONDS_MAX = 4 * 3_700.0
OPEN_QUESTIONS = "SELECT kind, subject FROM questions WHERE answer IS NULL"


class LiveWorld(World):
    """One run of a seed."""

    server_type = LiveServer
    network_type = LiveNetwork
    device_type = LiveDevice
    network: LiveNetwork
    server: LiveServer
    devices: list[LiveDevice]  # type: ignore[assignment]  # its own kind of device, made by its own type

    async def happen(self, world: World) -> None:
        """The plan's events, and what can happen to a line."""
        assert world is self
        self.server.line = self.network
        hints, chooser = self.network.hints, self.random
        hints.drop_every, hints.double_every, hints.delay_every = (chooser.choice((0, 2, 3, 5)) for _ in range(3))
        names, weights = list(self.plan.weights), list(self.plan.weights.values())
        for _ in range(min(self.plan.events, EVENTS_MAX)):
            await asyncio.sleep(chooser.expovariate(1 / PAUSE_SECONDS))
            if chooser.random() < 0.3:
                self.lose_lines(chooser.choice(self.devices))
            else:
                await HAPPENINGS[chooser.choices(names, weights=weights)[0]](self)
            self.look()

    def lose_lines(self, device: Device) -> None:
        """Its sockets carry nothing any more, and neither side is told."""
        self.trace(device.name, "loses its live line silently")
        for socket in self.network.sockets:
            socket.is_lost = socket.is_lost or socket.machine is device

    async def _heal(self) -> None:
        await self._calm()
        self.network.hints.clear()
        await self.level_within(CALM_SECONDS_MAX, "devices come level by themselves")
        if self.ledger.has_copies:
            # Two homes of one name sign each other out: nothing is promised to them but that nothing is lost.
            return
        await self.until_listening()
        await self.on_server(self.server.scan(self.random, added=3, changed=0, removed=0))
        await self.level_within(CALM_SECONDS_MAX, "devices come level by themselves")
        for promise in self.random.sample(list(PROMISES), PROMISES_PER_WORLD):
            await self.attend()
            await self.until_listening()
            self.trace("world", f"promise: {promise}")
            await PROMISES[promise](self)
            await self.level_within(CALM_SECONDS_MAX, f"after it: {promise}")

    async def level_within(self, seconds: float, law: str) -> float:
        """Until every device has all that the server has, and the server all of theirs; by themselves."""
        began_at = self.calendar.monotonic()
        patience = min(LOOK_SECONDS, seconds / 40)
        attended_at = began_at
        while True:
            missing = self._missing()
            passed = self.calendar.monotonic() - began_at
            if missing is None:
                return passed
            laws.require(passed < seconds, law, f"not within {seconds:.0f} s: {missing}")
            await asyncio.sleep(patience)
            if self.calendar.monotonic() - attended_at > LOOK_SECONDS:
                attended_at = self.calendar.monotonic()
                await self.attend()

    async def attend(self) -> None:
        """People sign in and answer what they are asked; they sync nothing."""
        for device in self.devices:
            if device.client is not None and device.is_up:
                answer = functools.partial(self.person.answer, device, device.client, everything=True)
                await asyncio.wait({device.spawn(device.attend(device.client, answer))})

    async def until_listening(self) -> None:
        """Every device has an open line; where its badge asks for a password, somebody gives it."""
        for second in range(400):
            if all(device.is_listening for device in self.devices):
                return
            if second % LOOK_SECONDS == 0:
                await self.attend()
            await asyncio.sleep(1.0)
        silent = [device.name for device in self.devices if not device.is_listening]
        raise laws.LawBroken(f"a device listens again: {silent} do not after 400 s")

    def _missing(self) -> str | None:
        """What some device lacks, or still holds back; None: nothing."""
        for device in self.devices:
            if device.client is None or not device.is_up:
                return f"{device.name} is off"
            with self.server.looking() as store, device.looking() as connection:
                library = LibraryView(connection)
                device.see_who_is_in(connection)
                questions = library.all(OPEN_QUESTIONS)
                try:
                    laws.devices_equal_the_server_in_the_end(ServerView(store), library, device.kept)
                    laws_of_edits.devices_equal_the_server_in_the_end(store, device.username, library)
                    laws_of_edits.the_queue_drains_in_the_end(library)
                except laws.LawBroken as lack:
                    return f"{device.name}: {lack}"
                if questions:
                    return f"{device.name} asks {questions}"
        return None


# What looks around many times a second, for the sake of other processes: here it would only cost turns.
SELDOM: tuple[tuple[ModuleType, str, float], ...] = (
    (lookout, "LOOK_SECONDS", 15.0),
    (news, "POLL_SECONDS", 3.0),
    (news, "TICK_SECONDS", 3.0),
)


@contextmanager
def looking_seldom() -> Generator[None, None, None]:
    """An edit, a hint and a commit of the same process are told at once all the same."""
    usual = [getattr(module, name) for module, name, _ in SELDOM]
    try:
        for module, name, seconds in SELDOM:
            setattr(module, name, seconds)
        yield
    finally:
        for (module, name, _), seconds in zip(SELDOM, usual, strict=True):
            setattr(module, name, seconds)


def run_live(seed: int) -> Trace:
    """Its trace. Raises `Failed`."""
    return run_world(
        "live",
        seed,
        lambda folder, loop: LiveWorld(seed, folder, loop, plan_of(seed)),
        lambda world: world.run(world.happen),
        looking_seldom(),
    )
