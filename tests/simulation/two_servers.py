"""Two servers that share recordings, and devices that know both; anything may happen to any of them."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.simulation import laws_of_one_library, laws_of_sources
from tests.simulation.book import Book
from tests.simulation.clock import Calendar, VirtualLoop
from tests.simulation.laws import LawBroken
from tests.simulation.laws_of_edits import no_number_is_given_twice_always
from tests.simulation.laws_of_sources import Accounts
from tests.simulation.listener import Account, Listener
from tests.simulation.machine import Machine
from tests.simulation.network import Network
from tests.simulation.plan_of_sources import SourcesPlan, sources_plan_of
from tests.simulation.shelf import Catalogue, Kind, Shelf
from tests.simulation.shown import shown_recordings
from tests.simulation.trace import Trace
from tests.simulation.views import LibraryView

URLS = {"home": "http://10.0.0.1:8420", "friend": "http://10.0.0.2:8420"}
# A friend's server calls people by other names.
ACCOUNTS = {
    "ann": {"home": Account(URLS["home"], "ann"), "friend": Account(URLS["friend"], "bob")},
    "bob": {"home": Account(URLS["home"], "bob"), "friend": Account(URLS["friend"], "ann")},
}
RECORDINGS = 9
KINDS = {6: Kind.WORDS, 7: Kind.ASKED, 8: Kind.ASKED}
# Numbers that only one scene knows begin here.
SCENES_FIRST = 100
PAUSE_SECONDS = 30.0
HEALING_ROUNDS_MAX = 10
# A reset is made once an hour, a source that failed is left alone for half of one.
HEALING_PAUSE_SECONDS = 3_700.0
LEVEL_ROUNDS = 3


class TwoServers:
    """One run of a seed."""

    def __init__(self, seed: int, folder: Path, loop: VirtualLoop) -> None:
        self.seed = seed
        self.plan: SourcesPlan = sources_plan_of(seed)
        self.random = random.Random(f"two servers of {seed}")
        self.calendar = Calendar(loop)
        self.trace = Trace(loop.time, folder)
        self.books: dict[str, Book] = {person: Book() for person in ACCOUNTS}
        self.people: dict[str, str] = {}
        # Servers that lost something once: they are told again what they were told before.
        self.shaken: set[str] = set()
        self.rebuilt: list[str] = []
        self.restored: set[str] = set()
        self.folder = folder
        self.catalogue = Catalogue(dict(KINDS))
        self.next_number = SCENES_FIRST
        parts: dict[str, Any] = {"seed": seed, "calendar": self.calendar, "trace": self.trace}
        self._parts = parts
        self.shelves = {
            name: Shelf(name, folder / name, catalogue=self.catalogue, is_second=name != "home", **parts)
            for name in URLS
        }
        self.devices: list[Listener] = []
        self.network: Network
        self._live: Callable[[Machine], asyncio.Task[None]]

    async def run(self, happen: Callable[["TwoServers"], Awaitable[None]]) -> None:
        """From the first start to the last law."""
        async with asyncio.TaskGroup() as tasks:
            self._live = lambda machine: tasks.create_task(machine.live())
            self.network = Network(self.shelves["home"], tasks, seed=self.seed, trace=self.trace)
            self.network.sites = {URLS[name]: shelf for name, shelf in self.shelves.items()}
            for shelf in self.shelves.values():
                shelf.prepare()
                self._live(shelf)
                await shelf.until_up()
                # Most of it is on both.
                shelf.numbers = sorted(self.random.sample(range(RECORDINGS), RECORDINGS - 2))
                await self.scan(shelf)
            for person in self.plan.people:
                self.new_device(person)
            self.network.fault_chance, self.network.has_late = self.plan.fault_chance, False
            await happen(self)
            await self._heal()
            await self._judge()
            for task in list(tasks._tasks):
                task.cancel()

    def new_device(
        self, person: str, *, home: Path | None = None, accounts: Mapping[str, Account] | None = None
    ) -> Listener:
        """One more, with an empty home or a copy of another's; it lives from here on."""
        name = f"device{len(self.devices)}"
        device = Listener(
            name,
            self.folder / name,
            accounts=accounts or ACCOUNTS[person],
            network=self.network,
            book=self.books[person],
            **self._parts,
        )
        device.hand_chance = self.plan.hand_chance
        device.prepare(home)
        self.people[name] = person
        self.devices.append(device)
        self._live(device)
        return device

    def fresh_number(self, kind: Kind = Kind.BYTES) -> int:
        """One that nobody has seen yet."""
        self.next_number += 1
        self.catalogue.kinds[self.next_number] = kind
        return self.next_number

    async def scan(self, shelf: Shelf, *, hashes: bool = False) -> None:
        """On the server's own process, which may end meanwhile."""
        await self.on(shelf, shelf.hash_all() if hashes else shelf.scan_anew())

    async def on(self, shelf: Shelf, work: Coroutine[Any, Any, None]) -> None:
        """The same, of anything."""
        await shelf.until_up()
        await asyncio.wait({shelf.spawn(work)})

    async def settle(self, device: Listener) -> bool:
        """Let it sync; whether all went well."""
        return await device.done(device.sync)

    @asynccontextmanager
    async def quiet(self) -> AsyncGenerator[bool, None]:
        """Nothing goes wrong meanwhile, and nobody acts but who is told to. False: it did not come to rest."""
        chance, self.network.fault_chance = self.network.fault_chance, 0.0
        for machine in (*self.shelves.values(), *self.devices):
            machine.jobs_left = None
        for device in self.devices:
            device.is_calm = True
        try:
            for shelf in self.shelves.values():
                await self.scan(shelf, hashes=True)
            for device in self.devices:
                while device.is_busy:  # noqa: ASYNC110  # it comes to its end by itself
                    await asyncio.sleep(1.0)
            yield await self.all_settle()
        finally:
            self.network.fault_chance = chance
            for device in self.devices:
                device.is_calm = False

    async def all_settle(self) -> bool:
        """Every device twice: the second time it hears of what the others told."""
        for shelf in self.shelves.values():
            await shelf.until_up()
        results = [await self.settle(device) for _ in range(2) for device in self.devices]
        return all(results)

    async def _heal(self) -> None:
        self.trace("world", "everything heals")
        for machine in (*self.shelves.values(), *self.devices):
            machine.jobs_left = None
        for device in self.devices:
            device.is_calm = True
        self.network.fault_chance = 0.0
        for shelf in self.shelves.values():
            await self.scan(shelf)
            await self.scan(shelf, hashes=True)
        level = 0
        for _ in range(HEALING_ROUNDS_MAX):
            results = [await self.settle(device) for device in self.devices]
            level = level + 1 if all(results) else 0
            if level == LEVEL_ROUNDS:
                return
            if level == 0:
                await asyncio.sleep(HEALING_PAUSE_SECONDS)
        raise LawBroken("everything heals: not after all that time")

    def accounts_of(self, device: Listener) -> Accounts:
        """Where its person's rows are: by the server's name, the store and who the person is there."""
        accounts = ACCOUNTS[self.people[device.name]]
        return {
            name: laws_of_sources.Account(
                shelf.store_path, accounts[name].username, frozenset(shelf.numbers), name in self.restored
            )
            for name, shelf in self.shelves.items()
        }

    def look(self) -> None:
        """The laws of every moment."""
        for device in self.devices:
            if not device.is_cut:
                with device.looking() as library:
                    laws_of_sources.no_mark_goes_in_circles_always(device, library, self.shaken)
                    laws_of_sources.no_play_is_told_twice_always(library)
                    no_number_is_given_twice_always(device.name, LibraryView(library))

    def judge_device(self, device: Listener) -> None:
        """The laws of a device that is level with both servers."""
        accounts = self.accounts_of(device)
        with device.looking() as library:
            laws_of_one_library.rows_show_their_own_in_the_end(device.name, library, accounts)
            laws_of_one_library.one_row_a_recording_in_the_end(device, library, self.catalogue)
            laws_of_one_library.one_name_a_track_in_the_end(device.name, library, self.shelves)
            laws_of_one_library.entries_keep_their_words_in_the_end(device, library, accounts)
            laws_of_one_library.the_queue_drains_in_the_end(device.name, library, accounts)

    async def _judge(self) -> None:
        self.look()
        for device in self.devices:
            self.judge_device(device)
            with device.looking() as library:
                waiting = self._waiting_of(self.people[device.name])
                laws_of_sources.counts_are_shown_in_the_end(device.name, library, device.book, waiting)
        for person in sorted(set(self.people.values())):
            device = next(device for device in self.devices if self.people[device.name] == person)
            accounts, book = self.accounts_of(device), device.book
            waiting = self._waiting_of(person)
            laws_of_sources.plays_count_once_over_all_servers_in_the_end(accounts, book, waiting)
            laws_of_sources.marks_are_at_every_holder_in_the_end(accounts, book)
            laws_of_sources.playlists_are_whole_in_the_end(accounts, book)
        await self._judge_by_a_fresh_device()

    def _waiting_of(self, person: str) -> Counter[int]:
        """Plays on all of a person's devices, by number."""
        total: Counter[int] = Counter()
        for device in self.devices:
            if self.people[device.name] == person:
                with device.looking() as library:
                    waiting = laws_of_one_library.plays_waiting(library)
                    for one in shown_recordings(library):
                        total[one.number] += waiting[one.track_id]
        return total

    async def _judge_by_a_fresh_device(self) -> None:
        """Whatever the order in which tracks came: who begins now, with the other server first, sees the same."""
        known = [device for device in self.devices if self.people[device.name] == self.plan.people[0]]
        turned = dict(reversed(ACCOUNTS[self.plan.people[0]].items()))
        fresh = self.new_device(self.plan.people[0], accounts=turned)
        fresh.is_calm = True
        for _ in range(LEVEL_ROUNDS):
            await self.settle(fresh)
        self.judge_device(fresh)
        for device in known:
            laws_of_one_library.the_order_of_arrival_does_not_matter_in_the_end(device, fresh)
