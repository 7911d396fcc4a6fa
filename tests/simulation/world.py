"""A world: a server, some devices, a network that fails, and everything else that can happen, all from one seed."""

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soul_player.client import SyncResult, SyncStatus
from tests.simulation import laws
from tests.simulation.clock import Calendar, VirtualLoop
from tests.simulation.device import Device, answer_questions
from tests.simulation.disk import disks_watched
from tests.simulation.network import Network, Wire
from tests.simulation.server import MusicServer
from tests.simulation.templates import USERS, in_virtual_time, scratch_folder, templates
from tests.simulation.trace import Trace
from tests.simulation.views import LIBRARY, LibraryView, ServerView, TrackRow

DAY_MS = 86_400_000
# Between two events, in the mean.
EVENT_SECONDS = 25.0
RELIVED_MAX = 40
HEALING_ROUNDS_MAX = 8
# A feed starts anew at most once an hour, and a source that failed is left alone for half of one.
HEALING_PAUSE_SECONDS = 3_700.0


class Failed(Exception):
    """A world went wrong; its text holds the trace and how to see it again."""


@dataclass
class Plan:
    """What kind of world a seed stands for: each lets other things happen, so that each goes deep."""

    devices: int
    tracks: int
    events: int
    fault_chance: float
    weights: dict[str, int] = field(default_factory=dict)


# How often each event comes, when a world has it at all.
EVENTS = {
    "scan": 14,
    "mass_deletion": 1,
    "server_loses_power": 3,
    "server_restarts": 2,
    "device_loses_power": 5,
    "device_restarts": 2,
    "sync_is_cancelled": 2,
    "wire_changes": 4,
    "backup": 2,
    "restore": 2,
    "days_pass": 2,
    "clock_jumps": 2,
    "device_disk_full": 1,
    "server_disk_full": 1,
    "home_is_copied": 1,
    "home_is_restored": 2,
}
ALWAYS = frozenset(("scan",))


def plan_of(seed: int) -> Plan:
    """Decided before anything runs."""
    chooser = random.Random(f"plan of {seed}")
    kept = {name: weight for name, weight in EVENTS.items() if name in ALWAYS or chooser.random() < 0.55}
    return Plan(
        devices=chooser.choice((1, 2, 2, 3)),
        tracks=chooser.choice((0, 5, 20, 60, 120)),
        events=chooser.randint(10, 40),
        fault_chance=chooser.choice((0.0, 0.05, 0.15, 0.4)),
        weights=kept,
    )


class World:
    """One run. `run` ends well, or raises whatever went wrong."""

    def __init__(self, seed: int, folder: Path, loop: VirtualLoop, plan: Plan) -> None:
        self.seed = seed
        self.plan = plan
        self.folder = folder
        self.random = random.Random(f"world of {seed}")
        self.calendar = Calendar(loop)
        self.trace = Trace(loop.time, folder)
        self.backups: list[Path] = []
        self.home_copies: dict[str, list[Path]] = {}
        self.seen: dict[str, dict[bytes, TrackRow]] = {}
        self.server = MusicServer("server", folder / "server", seed=seed, calendar=self.calendar, trace=self.trace)
        self.devices: list[Device] = []
        # Virtual seconds at which the store was last replaced by a backup.
        self.restored_at = -1.0
        self.network: Network

    async def run(self) -> None:
        """From the first start to the last law."""
        async with asyncio.TaskGroup() as tasks:
            self.network = Network(self.server, tasks, seed=self.seed, trace=self.trace)
            self.server.prepare()
            living = [tasks.create_task(self.server.live())]
            await self.server.until_up()
            if self.plan.tracks:
                await self._on_server(self.server.scan(self.random, added=self.plan.tracks, changed=0, removed=0))
            for number in range(self.plan.devices):
                device = self._new_device(number)
                living.append(tasks.create_task(device.live()))
            self.network.fault_chance = self.plan.fault_chance
            await self._happen()
            await self._heal()
            self._judge()
            for task in living:
                task.cancel()
            # What is still on its way arrives nowhere.
            self._cancel_others(tasks)

    def _cancel_others(self, tasks: asyncio.TaskGroup) -> None:
        for task in list(tasks._tasks):
            task.cancel()

    def _new_device(self, number: int) -> Device:
        device = Device(
            f"device{number}",
            self.folder / f"device{number}",
            username=USERS[number % len(USERS)],
            network=self.network,
            seed=self.seed,
            calendar=self.calendar,
            trace=self.trace,
        )
        device.prepare()
        device.after_sync = self._after_sync
        device.habits.append(self._answer_some)
        self.devices.append(device)
        return device

    async def _answer_some(self, device: Device, client: object) -> None:
        if device.client is not None and device.random.random() < 0.3:
            await answer_questions(device, device.client, chooser=device.random)

    # What happens ----------------------------------------------------------------------------------------------------

    async def _happen(self) -> None:
        names, weights = list(self.plan.weights), list(self.plan.weights.values())
        for _ in range(self.plan.events):
            await asyncio.sleep(self.random.expovariate(1 / EVENT_SECONDS))
            name = self.random.choices(names, weights=weights)[0]
            event: Callable[[], Awaitable[None]] = getattr(self, f"_{name}")
            await event()
            self.look()

    async def _on_server(self, work: Coroutine[Any, Any, None]) -> None:
        """On the server's own process, which may end meanwhile."""
        if not self.server.is_up:
            work.close()
            return
        task = self.server.spawn(work)
        await asyncio.wait({task})

    async def _scan(self) -> None:
        added, changed, removed = (self.random.randint(0, most) for most in (6, 6, 4))
        await self._on_server(self.server.scan(self.random, added=added, changed=changed, removed=removed))

    async def _mass_deletion(self) -> None:
        await self._on_server(self.server.scan(self.random, added=0, changed=0, removed=70))

    async def _server_loses_power(self) -> None:
        self.server.jobs_left = self.random.randint(1, 12)

    async def _server_restarts(self) -> None:
        self.server.stop()

    async def _device_loses_power(self) -> None:
        device = self.random.choice(self.devices)
        if self.random.random() < 0.3:
            device.cut_power()
        else:
            device.jobs_left = self.random.randint(1, 25)

    async def _device_restarts(self) -> None:
        self.random.choice(self.devices).stop()

    async def _sync_is_cancelled(self) -> None:
        device = self.random.choice(self.devices)
        if device.client is not None:
            self.trace(device.name, "cancels what it syncs")
            device.client.sync.cancel()

    async def _wire_changes(self) -> None:
        device = self.random.choice(self.devices)
        wire = self.random.choice((Wire.UP, Wire.UP, Wire.REFUSED, Wire.BLACK_HOLE))
        self.network.wires[device.name] = wire
        self.trace(device.name, f"wire is {wire}")

    async def _backup(self) -> None:
        if self.server.is_up:
            self.backups.append(self.server.back_up(self.folder))

    async def _restore(self) -> None:
        if not self.backups:
            return
        head = self._head()
        await self.server.switched_off()
        self.server.put_back(self.random.choice(self.backups[-3:]))
        lost = head - self._head()
        self.restored_at = self.calendar.monotonic()
        self.server.switch_on()
        if 0 < lost <= RELIVED_MAX and self.random.random() < 0.5:
            # As many changes as were lost, but others: only the era tells the two histories apart.
            await self.server.until_up()
            await self._on_server(self.server.scan(self.random, added=lost, changed=0, removed=0))

    def _head(self) -> int:
        with self.server.looking() as store:
            return ServerView(store).head(LIBRARY)

    async def _days_pass(self) -> None:
        days = self.random.choice((1, 10, 40, 100, 181))
        self.calendar.skip(days * DAY_MS)
        self.trace("world", f"{days} days pass")
        await self._on_server(self.server.purge())

    async def _clock_jumps(self) -> None:
        device = self.random.choice(self.devices)
        device.clock.offset_ms = self.random.choice((0, -3_600_000, 5_000, 600_000, 30 * DAY_MS, -400 * DAY_MS))
        self.trace(device.name, f"clock is wrong by {device.clock.offset_ms} ms")

    async def _device_disk_full(self) -> None:
        device = self.random.choice(self.devices)
        device.disk.set_full(not device.disk.is_full)
        self.trace(device.name, f"disk is full: {device.disk.is_full}")

    async def _server_disk_full(self) -> None:
        self.server.disk.set_full(not self.server.disk.is_full)
        self.trace("server", f"disk is full: {self.server.disk.is_full}")

    async def _home_is_copied(self) -> None:
        device = self.random.choice(self.devices)
        await device.switched_off()
        self.home_copies.setdefault(device.name, []).append(device.copy_home(self.folder))
        device.switch_on()

    async def _home_is_restored(self) -> None:
        device = self.random.choice(self.devices)
        copies = self.home_copies.get(device.name)
        if copies:
            await device.switched_off()
            copy = self.random.choice(copies)
            device.disk.replace_by(copy)
            self.seen.pop(device.name, None)
            self.trace(device.name, f"goes on from {copy.name}")
            device.switch_on()

    # The laws --------------------------------------------------------------------------------------------------------

    def _after_sync(self, device: Device, result: SyncResult) -> None:
        laws.no_fault_is_told_always(result, is_disk_full=device.disk.is_full)
        self.look_at(device)
        if result.status is SyncStatus.SYNCED and device.began_at > self.restored_at:
            with self.server.looking() as store, device.looking() as connection:
                laws.a_synced_device_is_on_the_history_always(ServerView(store), LibraryView(connection))

    def look(self) -> None:
        """Hold the laws that hold in every moment against every device."""
        for device in self.devices:
            self.look_at(device)
        laws.require(500 not in self.network.statuses, "no fault is told", "the server answered with status 500")

    def look_at(self, device: Device) -> None:
        """One device, in the middle of whatever it does."""
        with self.server.looking() as store, device.looking() as connection:
            library = LibraryView(connection)
            laws.no_position_is_skipped_always(ServerView(store), library, device.kept)
            rows = library.track_rows()
        before = self.seen.get(device.name, {})
        laws.reads_never_go_back_always(before, rows)
        if not device.has_believed:
            laws.mass_deletions_are_asked_about_always(before, rows)
        self.seen[device.name] = rows
        device.has_believed = False

    async def _heal(self) -> None:
        self.trace("world", "everything heals")
        self.network.fault_chance = self.network.answer_lost_chance = 0.0
        self.network.wires.clear()
        for machine in (self.server, *self.devices):
            machine.disk.set_full(False)
            machine.jobs_left = None
        for device in self.devices:
            device.is_calm = True
        await self.server.until_up()
        for _ in range(HEALING_ROUNDS_MAX):
            results = [await self._level(device) for device in self.devices]
            if all(results):
                return
            await asyncio.sleep(HEALING_PAUSE_SECONDS)
        raise laws.LawBroken("everything heals: not after all that time")

    async def _level(self, device: Device) -> bool:
        """Sync once more; whether it changed nothing."""
        await device.until_up()
        task = device.spawn(self._sync_and_answer(device))
        await asyncio.wait({task})
        # Cancelled: it was told to stop, or lost its power, a moment before everything healed.
        return not task.cancelled() and bool(task.result())

    async def _sync_and_answer(self, device: Device) -> bool:
        client = device.client
        assert client is not None
        await answer_questions(device, client, chooser=device.random, always="apply")
        result = await device.sync(client)
        if result is None or result.status is not SyncStatus.SYNCED:
            return False
        if await client.questions.list():
            return False
        again = await device.sync(client)
        assert again is not None
        laws.an_idle_sync_is_one_request_in_the_end(again)
        return True

    def _judge(self) -> None:
        self.look()
        for device in self.devices:
            with self.server.looking() as store, device.looking() as connection:
                laws.devices_equal_the_server_in_the_end(ServerView(store), LibraryView(connection), device.kept)
                laws.the_library_is_whole_in_the_end(LibraryView(connection))
            laws.every_word_is_found_in_the_end(device.library_path)


def run_seed(seed: int) -> Trace:
    """Run the world of this seed; its trace. Raises `Failed`."""
    templates()
    folder = scratch_folder()
    worlds: list[World] = []

    async def work(loop: VirtualLoop) -> None:
        world = World(seed, folder, loop, plan_of(seed))
        worlds.append(world)
        await world.run()

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
