"""Two devices and a server as a state machine: whatever the order of steps, the laws of the worlds hold."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.simulation import events
from tests.simulation.clock import VirtualLoop
from tests.simulation.device import Device
from tests.simulation.disk import disks_watched
from tests.simulation.faults_of_edits import FAULTS_OF_EDITS
from tests.simulation.network import Wire
from tests.simulation.people import ACTS
from tests.simulation.plan import Plan
from tests.simulation.planted import planted
from tests.simulation.scenes import edit_on, sync_on
from tests.simulation.templates import USERS, scratch_folder, templates
from tests.simulation.world import World

SEED = 77
PLAN = Plan(
    devices=2,
    tracks=6,
    events=0,
    fault_chance=0.0,
    has_late=False,
    edit_chance=0.0,
    users=(USERS[0], USERS[0]),
)
BOUNDS = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
WHICH = st.integers(0, 1)

Step = Callable[[World], Awaitable[None]]


class TwoDevices(RuleBasedStateMachine):
    """Every step runs in the virtual time of one world; its end heals everything and holds the laws of the end."""

    def __init__(self) -> None:
        super().__init__()
        templates()
        self._folder = scratch_folder()
        self._around = ExitStack()
        self._around.enter_context(disks_watched())
        self._loop = VirtualLoop(SEED)
        self._steps: asyncio.Queue[tuple[Step, asyncio.Future[None]] | None] = asyncio.Queue()
        self._world = World(SEED, self._folder, self._loop, PLAN)
        self._life = self._loop.create_task(self._world.run(self._obey))
        self._do(_both_know_a_playlist)

    async def _obey(self, world: World) -> None:
        for device in world.devices:
            device.is_calm = True
        while (order := await self._steps.get()) is not None:
            step, done = order
            await step(world)
            world.look()
            done.set_result(None)

    def _do(self, step: Step) -> None:
        done = self._loop.create_future()
        self._steps.put_nowait((step, done))
        self._loop.run_until_complete(_first_of(self._life, done))
        if self._life.done():
            self._life.result()

    def _on(self, which: int, work: Callable[[Device], Awaitable[object]]) -> None:
        async def step(world: World) -> None:
            await work(world.devices[which])

        self._do(step)

    @rule(which=WHICH, act=st.sampled_from(sorted(ACTS)), times=st.integers(1, 3))
    def edits(self, which: int, act: str, times: int) -> None:
        """Somebody edits, online or not."""
        for _ in range(times):
            self._on(which, lambda device: edit_on(device, self._world.person.act(act)))

    @rule(which=WHICH)
    def syncs(self, which: int) -> None:
        """As far as that is possible."""
        self._on(which, sync_on)

    @rule(which=WHICH)
    def answers(self, which: int) -> None:
        """What is asked there."""
        self._on(which, lambda device: edit_on(device, self._world.person.answer_all))

    @rule(which=WHICH, wire=st.sampled_from(Wire))
    def wire_changes(self, which: int, wire: Wire) -> None:
        """It goes offline, or comes back."""
        self._world.network.wires[f"device{which}"] = wire

    @rule(chance=st.sampled_from((0.0, 0.5)))
    def answers_get_lost(self, chance: float) -> None:
        """After the server has committed."""
        self._world.network.answer_lost_chance = chance

    @rule(which=WHICH, jobs=st.integers(0, 20))
    def device_loses_power(self, which: int, jobs: int) -> None:
        """Now, or in the middle of what it does next."""
        device = self._world.devices[which]
        if jobs:
            device.jobs_left = jobs
        else:
            device.cut_power()

    @rule(jobs=st.integers(1, 12))
    def server_loses_power(self, jobs: int) -> None:
        """In the middle of a request."""
        self._world.server.jobs_left = jobs

    @rule(seconds=st.sampled_from((1.0, 30.0, 150.0)))
    def time_passes(self, seconds: float) -> None:
        """Whoever is off comes up again."""
        self._do(lambda _: asyncio.sleep(seconds))

    @rule(name=st.sampled_from(("scan", "backup", "restore", "home_is_copied", "home_is_restored", "days_pass")))
    def happens(self, name: str) -> None:
        """What happens in other worlds too."""
        self._do(events.EVENTS[name])

    def teardown(self) -> None:
        """Everything heals, and the laws of the end are held."""
        try:
            if not self._life.done():
                self._steps.put_nowait(None)
                self._loop.run_until_complete(self._life)
        finally:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
                self._loop.run_until_complete(asyncio.wait({task}))
            self._loop.close()
            self._around.close()
            shutil.rmtree(self._folder)


async def _first_of(life: "asyncio.Task[None]", done: "asyncio.Future[None]") -> None:
    await asyncio.wait({life, done}, return_when=asyncio.FIRST_COMPLETED)


async def _both_know_a_playlist(world: World) -> None:
    first, second = world.devices
    for device in world.devices:
        await device.until_up()
        await sync_on(device)
    for act in ("create_some", "add_some", "add_some", "favourite"):
        await edit_on(first, world.person.act(act))
    await sync_on(first)
    await sync_on(second)


def test_every_law_holds_whatever_two_devices_do() -> None:
    """Hypothesis looks for the shortest story that breaks one."""
    run_state_machine_as_test(TwoDevices, settings=BOUNDS)


def test_the_machine_notices_a_fault() -> None:
    """Else its silence would prove nothing."""
    (fault,) = (one for one in FAULTS_OF_EDITS if one.name == "an anchor is lost")
    eager = settings(BOUNDS, max_examples=60, phases=(Phase.generate,), database=None, derandomize=True)
    with planted(fault), pytest.raises(BaseExceptionGroup):
        run_state_machine_as_test(TwoDevices, settings=eager)
