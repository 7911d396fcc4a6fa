"""A world: a server, some devices, a network that fails, and everything else that can happen, all from one seed."""

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soul_player.client import Client, SyncResult, SyncStatus
from soul_player.protocol.ids import id_text
from tests.simulation import laws, laws_of_edits, laws_of_questions, laws_of_showing
from tests.simulation.clock import Calendar, VirtualLoop
from tests.simulation.device import Device
from tests.simulation.ledger import Ledger
from tests.simulation.machine import Machine
from tests.simulation.network import LATE_SECONDS_MAX, Network
from tests.simulation.people import Person
from tests.simulation.plan import Plan
from tests.simulation.server import MusicServer
from tests.simulation.trace import Trace
from tests.simulation.views import LIBRARY, LibraryView, ServerView, TrackRow

DAY_MS = 86_400_000
HEALING_ROUNDS_MAX = 8
# A feed starts anew at most once an hour, and a source that failed is left alone for half of one.
HEALING_PAUSE_SECONDS = 3_700.0
COPY_DAYS_MAX = 20
LIBRARY_HEAD = "SELECT seq FROM sync_head WHERE scope = 'library'"
# Two edits of one field this near to each other: a message that took its time may turn them round.
NEAR_SECONDS = 15.0


@dataclass(frozen=True)
class HomeCopy:
    """A backup of a device."""

    folder: Path
    made_at_seconds: float
    made_at_ms: int


class World:
    """One run. `run` ends well, or raises whatever went wrong."""

    server_type = MusicServer
    network_type = Network
    device_type = Device

    def __init__(self, seed: int, folder: Path, loop: VirtualLoop, plan: Plan) -> None:
        self.seed = seed
        self.plan = plan
        self.folder = folder
        self.random = random.Random(f"world of {seed}")
        self.calendar = Calendar(loop)
        self.trace = Trace(loop.time, folder)
        self.backups: list[Path] = []
        self.home_copies: dict[str, list[HomeCopy]] = {}
        self.seen: dict[str, dict[bytes, TrackRow]] = {}
        # Per device: where its feed of tracks stood when its tracks were last looked at.
        self.standing: dict[str, object] = {}
        # By device and user.
        self.counts: dict[tuple[str, str], dict[bytes, int]] = {}
        self.ledger = Ledger()
        self.person = Person(self.ledger)
        self.server = self.server_type("server", folder / "server", seed=seed, calendar=self.calendar, trace=self.trace)
        self.devices: list[Device] = []
        # Virtual seconds at which the store was last replaced by a backup.
        self.restored_at = -1.0
        self.network: Network
        self._add_living: Callable[[Device], None]

    async def run(self, happen: Callable[["World"], Awaitable[None]]) -> None:
        """From the first start to the last law."""
        async with asyncio.TaskGroup() as tasks:
            self.network = self.network_type(self.server, tasks, seed=self.seed, trace=self.trace)
            self.network.after_push = self._after_push
            self.server.prepare()
            living = [tasks.create_task(self.server.live())]
            await self.server.until_up()
            if self.plan.tracks:
                await self.on_server(self.server.scan(self.random, added=self.plan.tracks, changed=0, removed=0))
            self._add_living = lambda device: living.append(tasks.create_task(device.live()))
            for _ in range(self.plan.devices):
                self.new_device()
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

    def new_device(self, home: Path | None = None) -> Device:
        """One more, with an empty home or with a copy of another one's; it lives from here on."""
        number = len(self.devices)
        device = self.device_type(
            f"device{number}",
            self.folder / f"device{number}",
            username=self.plan.users[number],
            network=self.network,
            seed=self.seed,
            calendar=self.calendar,
            trace=self.trace,
        )
        device.prepare(home)
        device.after_sync = self._after_sync
        device.habits += [self._edit_some, self._answer_some]
        self.devices.append(device)
        self.ledger.lineage[device.name] = frozenset((device.name,))
        self._add_living(device)
        return device

    def home_copies_of(self, device: Device) -> list[HomeCopy]:
        """Those that nobody would call ancient: edits are offered again for thirty days."""
        since_ms = self.calendar.now_ms() - COPY_DAYS_MAX * DAY_MS
        return [copy for copy in self.home_copies.get(device.name, []) if copy.made_at_ms >= since_ms]

    def forget_what_was_seen(self, device: Device) -> None:
        """It has another home now."""
        self.seen.pop(device.name, None)
        self.standing.pop(device.name, None)
        for key in [key for key in self.counts if key[0] == device.name]:
            del self.counts[key]

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

    def _after_push(self, machine: Machine) -> None:
        """Between the answer to a push and the pages that follow, what is shown is most easily wrong."""
        for device in self.devices:
            if device is machine:
                with device.looking() as connection:
                    self._look_at_edits(device, connection)

    def look(self) -> None:
        """Hold the laws that hold in every moment against every device that did anything since it was looked at."""
        for device in self.devices:
            if device.has_worked and not device.is_cut:
                self.look_at(device)
        laws.require(500 not in self.network.statuses, "no fault is told", "the server answered with status 500")
        is_copied = 409 in self.network.statuses and not self.ledger.has_copies
        laws.require(not is_copied, "only a copy is taken for one", "a push of the only home of its name was refused")

    def look_at(self, device: Device) -> None:
        """One device, in the middle of whatever it does."""
        device.has_worked = False
        with self.server.looking() as store, device.looking() as connection:
            library = LibraryView(connection)
            standing = (library.standing(), store.execute(LIBRARY_HEAD).fetchone()[0], len(device.kept))
            # Tracks change with their cursor, or by an answer: what stands where it stood was looked at.
            if device.has_believed or standing != self.standing.get(device.name):
                self.standing[device.name] = standing
                self._look_at_tracks(device, ServerView(store), library)
            self._look_at_edits(device, connection)

    def _look_at_tracks(self, device: Device, server: ServerView, library: LibraryView) -> None:
        laws.no_position_is_skipped_always(server, library, device.kept)
        rows = library.track_rows()
        before = self.seen.get(device.name, {})
        laws.reads_never_go_back_always(before, rows)
        if not device.has_believed:
            laws.mass_deletions_are_asked_about_always(before, rows)
        self.seen[device.name] = rows
        device.has_believed = False

    def _look_at_edits(self, device: Device, connection: sqlite3.Connection) -> None:
        device.see_who_is_in(connection)
        user, ledger, library = device.username, self.ledger, LibraryView(connection)
        for former in device.departed:
            ledger.leave(device.name, former)
            self.counts.pop((device.name, former), None)
        device.departed.clear()
        laws_of_edits.no_number_is_given_twice_always(device.name, library)
        laws_of_showing.own_entries_stay_shown_always(user, device.name, library, ledger)
        laws_of_showing.own_marks_stay_shown_always(
            user, device.name, library, ledger, near_ms=self._near_ms, has_late=self.plan.has_late
        )
        laws_of_showing.nothing_of_another_user_is_there_always(user, library, ledger)
        marks = laws_of_showing.shown_counts(library)
        laws_of_showing.no_play_is_shown_twice_always(user, marks, ledger)
        if self.restored_at < 0:
            laws_of_showing.counts_never_go_back_always(self.counts.get((device.name, user), {}), marks)
        self.counts[device.name, user] = marks
        laws_of_questions.no_conflict_is_asked_twice_always(device.name, library, ledger)
        laws_of_questions.every_conflict_is_asked_about_always(library)

    @property
    def _near_ms(self) -> int:
        """Where messages come late, so may the time that they are corrected by."""
        return round(1000 * (NEAR_SECONDS + (LATE_SECONDS_MAX if self.plan.has_late else 0)))

    async def _calm(self) -> None:
        """No more bad luck."""
        self.trace("world", "everything heals")
        self.network.fault_chance = self.network.answer_lost_chance = 0.0
        self.network.wires.clear()
        for machine in (self.server, *self.devices):
            machine.disk.set_full(False)
            machine.jobs_left = None
        for device in self.devices:
            device.is_calm = True
            device.successor = None
        await self.server.until_up()

    async def _heal(self) -> None:
        await self._calm()
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
        if result.error is not None and result.error.code == "sign_in_needed":
            # Two homes of one name sign each other out.
            result = await device.sync(client)
        if result.status is not SyncStatus.SYNCED or await client.questions.list():
            return False
        laws.an_idle_sync_is_one_request_in_the_end(await device.sync(client))
        return True

    def _judge(self) -> None:
        self.standing.clear()
        if self.restored_at >= 0:
            self.ledger.doubt_absent({device.name: device.username for device in self.devices})
        for device in self.devices:
            device.has_worked = True
        self.look()
        for device in self.devices:
            with self.server.looking() as store, device.looking() as connection:
                laws.devices_equal_the_server_in_the_end(ServerView(store), LibraryView(connection), device.kept)
                laws.the_library_is_whole_in_the_end(LibraryView(connection))
                self._judge_edits(store, device, LibraryView(connection))
            laws.every_word_is_found_in_the_end(device.library_path)
        with self.server.looking() as store:
            for username in sorted({fact.user for fact in self.ledger.facts}):
                self._judge_user(store, username)

    def _judge_user(self, store: sqlite3.Connection, username: str) -> None:
        ledger, pending = self.ledger, self._pending(store, username)
        laws_of_edits.plays_count_once_in_the_end(store, username, ledger, pending)
        laws_of_edits.no_acknowledged_entry_is_lost_in_the_end(store, username, ledger, pending)
        laws_of_edits.the_last_writer_wins_in_the_end(store, username, ledger, pending, near_ms=self._near_ms)
        laws_of_questions.nobody_s_edit_is_lost_unasked_in_the_end(store, username, ledger, pending)
        if self.restored_at < 0:
            # A server that lost an anchor puts what comes again where it can.
            laws_of_edits.entries_stand_behind_their_anchors_in_the_end(store, username, ledger, pending)

    def _pending(self, store: sqlite3.Connection, username: str) -> laws_of_edits.Pending:
        account = id_text(laws_of_edits.user_id(store, username))
        with ExitStack() as stack:
            views = [LibraryView(stack.enter_context(device.looking())) for device in self.devices]
            return laws_of_edits.pending_on(views, account)

    def _judge_edits(self, store: sqlite3.Connection, device: Device, library: LibraryView) -> None:
        laws_of_edits.the_queue_drains_in_the_end(library)
        laws_of_edits.devices_equal_the_server_in_the_end(store, device.username, library)
        laws_of_edits.digests_are_equal_in_the_end(store, device.username, library)
        laws_of_edits.what_is_shown_is_the_server_s_in_the_end(store, device.username, library)
