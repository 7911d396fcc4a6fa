"""A world: a server, some devices, a network that fails, and everything else that can happen, all from one seed."""

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from soul_player.client import Client, SyncResult, SyncStatus
from tests.simulation import laws, laws_of_edits
from tests.simulation.clock import Calendar, VirtualLoop
from tests.simulation.device import Device
from tests.simulation.ledger import Ledger
from tests.simulation.network import Network
from tests.simulation.people import Person
from tests.simulation.plan import Plan
from tests.simulation.server import MusicServer
from tests.simulation.trace import Trace
from tests.simulation.views import LIBRARY, LibraryView, ServerView, TrackRow

DAY_MS = 86_400_000
HEALING_ROUNDS_MAX = 8
# A feed starts anew at most once an hour, and a source that failed is left alone for half of one.
HEALING_PAUSE_SECONDS = 3_700.0


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
        self.counts: dict[str, dict[bytes, int]] = {}
        self.ledger = Ledger()
        self.person = Person(self.ledger)
        self.server = MusicServer("server", folder / "server", seed=seed, calendar=self.calendar, trace=self.trace)
        self.devices: list[Device] = []
        # Virtual seconds at which the store was last replaced by a backup.
        self.restored_at = -1.0
        self.network: Network

    async def run(self, happen: Callable[["World"], Awaitable[None]]) -> None:
        """From the first start to the last law."""
        async with asyncio.TaskGroup() as tasks:
            self.network = Network(self.server, tasks, seed=self.seed, trace=self.trace)
            self.server.prepare()
            living = [tasks.create_task(self.server.live())]
            await self.server.until_up()
            if self.plan.tracks:
                await self.on_server(self.server.scan(self.random, added=self.plan.tracks, changed=0, removed=0))
            for number in range(self.plan.devices):
                device = self._new_device(number)
                living.append(tasks.create_task(device.live()))
            self.network.fault_chance = self.plan.fault_chance
            self.network.has_late = self.plan.has_late
            await happen(self)
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
            username=self.plan.users[number],
            network=self.network,
            seed=self.seed,
            calendar=self.calendar,
            trace=self.trace,
        )
        device.prepare()
        device.after_sync = self._after_sync
        device.habits += [self._edit_some, self._answer_some]
        self.devices.append(device)
        return device

    async def _edit_some(self, device: Device, client: Client) -> None:
        if device.random.random() < self.plan.edit_chance:
            await self.person.edit(device, client)

    async def _answer_some(self, device: Device, client: Client) -> None:
        if device.random.random() < 0.3:
            await self.person.answer(device, client)

    async def on_server(self, work: Coroutine[Any, Any, None]) -> None:
        """On the server's own process, which may end meanwhile."""
        if not self.server.is_up:
            work.close()
            return
        task = self.server.spawn(work)
        await asyncio.wait({task})

    def head(self) -> int:
        with self.server.looking() as store:
            return ServerView(store).head(LIBRARY)

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
            counts = laws_of_edits.shown_counts(library)
            laws_of_edits.own_entries_stay_shown_always(device.username, device.name, library, self.ledger)
            laws_of_edits.no_conflict_is_asked_twice_always(library)
        if self.restored_at < 0:
            laws_of_edits.counts_never_go_back_always(self.counts.get(device.name, {}), counts)
        self.counts[device.name] = counts
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
        level_rounds = 0
        for _ in range(HEALING_ROUNDS_MAX):
            results = [await self._level(device) for device in self.devices]
            level_rounds = level_rounds + 1 if all(results) else 0
            # In the first, all have sent what waited; in the second, all have heard of it.
            if level_rounds == 2:
                return
            if level_rounds == 0:
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
        await self.person.answer(device, client, everything=True)
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
                self._judge_edits(store, device, LibraryView(connection))
            laws.every_word_is_found_in_the_end(device.library_path)
        with self.server.looking() as store:
            for username in sorted({device.username for device in self.devices}):
                pending = self._pending(username)
                laws_of_edits.plays_count_once_in_the_end(store, username, self.ledger, pending)
                laws_of_edits.no_acknowledged_entry_is_lost_in_the_end(store, username, self.ledger, pending)
                if self.restored_at < 0:
                    # A server that lost an anchor puts what comes again where it can.
                    laws_of_edits.entries_stand_behind_their_anchors_in_the_end(store, username, self.ledger, pending)
                if not self.plan.has_late:
                    laws_of_edits.the_last_writer_wins_in_the_end(store, username, self.ledger, pending)

    def _pending(self, username: str) -> laws_of_edits.Pending:
        with ExitStack() as stack:
            own = [device for device in self.devices if device.username == username]
            return laws_of_edits.pending_on(LibraryView(stack.enter_context(device.looking())) for device in own)

    def _judge_edits(self, store: sqlite3.Connection, device: Device, library: LibraryView) -> None:
        laws_of_edits.the_queue_drains_in_the_end(library)
        laws_of_edits.devices_equal_the_server_in_the_end(store, device.username, library)
        laws_of_edits.digests_are_equal_in_the_end(store, device.username, library)
        laws_of_edits.what_is_shown_is_the_server_s_in_the_end(store, device.username, library)
