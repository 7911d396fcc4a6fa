"""Worlds of downloads: servers whose files change under them, devices that keep music on disks that lose it."""

import asyncio
import hashlib
import random
from pathlib import Path
from typing import Any

from soul_player.client import Client, DownloadFinished, Event, SyncResult
from soul_player.protocol.ids import id_bytes
from tests.simulation import laws_of_downloads as laws
from tests.simulation import laws_of_pictures as pictures
from tests.simulation.audio_server import AudioServer, picture_of, recording
from tests.simulation.clock import Calendar, VirtualLoop
from tests.simulation.collector import Collector
from tests.simulation.encoder import Encoder
from tests.simulation.laws import LawBroken, require
from tests.simulation.machine import Machine
from tests.simulation.pieces import PieceNetwork
from tests.simulation.templates import USERS
from tests.simulation.trace import Trace
from tests.simulation.wishes import act

URLS = {"home": "http://10.0.0.1:8420", "friend": "http://10.0.0.2:8420"}
NAMES = {url: name for name, url in URLS.items()}
RECORDINGS = 15
PICTURES = {
    picture.artwork_id: hashlib.sha256(picture.image).hexdigest() for picture in map(picture_of, range(RECORDINGS))
}
# What is here for so long is known to whoever begins to fetch.
KNOWN_SECONDS = 300.0
MOMENT_SECONDS = 2.0
HEALING_ROUNDS_MAX = 10
ROUND_SECONDS = 1_900.0
LOOK_SECONDS = 15.0
SCRUB_SECONDS = 400.0


class DownloadsWorld:
    """One run of a seed."""

    def __init__(self, seed: int, folder: Path, loop: VirtualLoop, encoder: Encoder) -> None:
        self.seed = seed
        self.random = random.Random(f"downloads of {seed}")
        self.calendar = Calendar(loop)
        self.trace = Trace(loop.time, folder)
        self.folder = folder
        self._parts: dict[str, Any] = {"seed": seed, "calendar": self.calendar, "trace": self.trace}
        names = list(URLS)[: self.random.choice((1, 2, 2))]
        self.servers = {name: AudioServer(name, folder / name, **self._parts) for name in names}
        self.encoder = encoder
        for server in self.servers.values():
            server.on_song = lambda song: encoder.songs.update({song.file_hash.hex(): song})
        self.devices: list[Collector] = []
        self.takes = dict.fromkeys(range(RECORDINGS), 0)
        self.tags = dict.fromkeys(range(RECORDINGS), 0)
        self.network: PieceNetwork
        self._tasks: asyncio.TaskGroup

    @property
    def plan(self) -> str:
        """For whoever reads a failure."""
        limits = [device.limit_bytes for device in self.devices]
        return f"{list(self.servers)}, {len(self.devices)} devices, limits {limits}"

    async def run(self, happen: Any) -> None:
        """From the first start to the last law."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            first = next(iter(self.servers.values()))
            self.network = PieceNetwork(first, tasks, seed=self.seed, trace=self.trace)
            self.network.on_download = self._on_download
            for name, server in self.servers.items():
                self.network.sites[URLS[name]] = server
                server.line = self.network
                server.prepare()
                tasks.create_task(server.live())
                await server.until_up()
                numbers = self.random.sample(range(RECORDINGS), RECORDINGS - 3)
                await self.on(server, server.add([recording(number, 0, 0) for number in sorted(numbers)]))
            for number in range(self.random.choice((1, 1, 2))):
                self._new_device(f"device{number}")
            self.network.fault_chance, self.network.has_late = self.random.choice((0.0, 0.05, 0.15)), False
            self.network.body_fault_chance = self.random.choice((0.0, 0.2, 0.5))
            await happen(self)
            await self._heal()
            await self._judge()
            for task in list(tasks._tasks):
                task.cancel()

    def _new_device(self, name: str) -> None:
        urls = {server: URLS[server] for server in self.servers}
        device = Collector(name, self.folder / name, username=USERS[0], network=self.network, urls=urls, **self._parts)
        device.prepare()
        device.after_sync = self._after_sync
        device.habits.append(self._habit)
        device.on_event = self._on_event
        device.files.on_removed = lambda path, content: self._on_removed(device, path, content)
        self.devices.append(device)
        self._tasks.create_task(device.live())

    async def on(self, server: AudioServer, work: Any) -> None:
        """On the server's own process."""
        await server.until_up()
        await asyncio.wait({server.spawn(work)})

    async def on_device(self, device: Collector, work: Any) -> None:
        """On the device's own process, `work(client)`; bad luck is no fault."""
        if device.client is not None and device.is_up:
            await asyncio.wait({device.spawn(device.excused(work(device.client)))})

    async def _habit(self, device: Any, client: Client) -> None:
        await device.answer(client)
        await act(device, client)

    # The laws

    def look(self) -> None:
        """At every device."""
        for device in self.devices:
            if not device.is_cut:
                self.look_at(device)

    def look_at(self, device: Collector) -> None:
        """One of them, in the middle of whatever it does."""
        device.damaged = {name for name in device.damaged if not _is_right(device.places.copies / name)}
        with device.looking() as library:
            laws.cached_is_whole_and_durable_always(library, device.files, device.places, device.damaged)
            laws.a_copy_is_what_a_server_had_always(library, self.contents())
            pictures.a_copy_is_as_good_as_its_row_says_always(library, self.encoder.made)
            pictures.a_picture_is_whole_and_durable_always(library, device.files, device.places, PICTURES)
            pictures.pictures_keep_to_their_budget_always(library, device.picture_limit_bytes)
            device.pinned = laws.what_is_asked_for_stays_always(device.pinned, library, device.ever_damaged)
            laws.every_task_has_a_way_on_always(library)
            device.see_what_is_here(library)
            device.wanted_qualities.update(pictures.wanted_qualities(library))

    def contents(self) -> dict[str, int]:
        """The number of every content that any server ever held, by sha256."""
        held = {name: number for server in self.servers.values() for name, number in server.contents.items()}
        return held | self.encoder.numbers

    def _after_sync(self, device: Any, result: SyncResult) -> None:
        self.look_at(device)

    def _on_event(self, device: Collector, event: Event) -> None:
        if isinstance(event, DownloadFinished):
            with device.looking() as library:
                wanted = device.wanted_qualities.get(event.task_id)
                pictures.what_came_is_as_good_as_was_asked(library, event.track_id, wanted)
            self.look_at(device)
            if event.size_bytes:
                self._hold_budget(device)

    def _hold_budget(self, device: Collector) -> None:
        """When a file has come there was room for it; one that was found takes its room a moment before others go."""
        with device.looking() as library:
            kept = laws.kept_bytes(library)
        if kept <= device.limit_bytes:
            device.over_budget_since = None
            return
        now = self.calendar.monotonic()
        if device.over_budget_since is None:
            device.over_budget_since = now
        said = f"{kept} bytes are kept, {device.limit_bytes} are allowed"
        require(now - device.over_budget_since < MOMENT_SECONDS, "the budget is held", said)

    def _on_removed(self, device: Collector, path: Path, content: bytes) -> None:
        if device.is_cut or path.parent != device.places.copies or not _is_content(path, content):
            return
        self.trace(device.name, f"removes {path.name}")
        title = f"Recording {self.contents()[path.name]}"
        with device.looking() as library:
            if not device.lets_go and not laws.is_replaced(library, title):
                require(path not in device.open_paths, "nothing open is evicted", path.name)
            laws.nothing_asked_for_is_evicted_always(library, content)

    def _on_download(self, machine: Machine, url: str, track_id: str, quality: str) -> None:
        (device,) = [device for device in self.devices if device is machine]
        now = self.calendar.monotonic()
        with device.looking() as library:
            for digits, *hashes in laws.held_content(library, NAMES[url], id_bytes(track_id), quality):
                is_known = device.is_known_since(
                    (NAMES[url], id_bytes(track_id).hex()), (digits, *hashes), now - KNOWN_SECONDS
                )
                is_right = _is_right(device.places.copies / digits)
                require(
                    not (is_known and is_right), "nothing is fetched twice", f"{track_id} of {url} is here: {digits}"
                )

    # The end

    async def _heal(self) -> None:
        self.trace("world", "everything heals")
        network = self.network
        network.fault_chance = network.body_fault_chance = 0.0
        network.wires.clear()
        for server in self.servers.values():
            server.jobs_left = None
            server.disk.set_full(False)
            await self.on(server, server.catch_up())
        for device in self.devices:
            device.jobs_left = device.steps_left = device.ends_at = None
            device.files.is_killed = False
            device.is_calm = True
            device.files.capacity_bytes, device.files.sync_fails_chance = None, 0.0
            device.disk.set_full(False)
            device.removed.clear()
            await device.until_up()
            await self.on_device(device, lambda client: client.offline.turn(on=False))
        await self._until_quiet()
        for device in self.devices:
            # What the last process left is compared, and what had no row is read.
            device.stop()
            await asyncio.sleep(1.0)
            await device.until_up()
        await asyncio.sleep(SCRUB_SECONDS)
        for device in self.devices:
            await self.on_device(device, lambda client: client.downloads.store.verify_all())
        await self._until_quiet()

    async def _until_quiet(self) -> None:
        for _ in range(HEALING_ROUNDS_MAX):
            for device in self.devices:
                for attend in (device.answer, device.sign_in, _try_again):
                    await self.on_device(device, attend)
            await asyncio.sleep(LOOK_SECONDS)
            waited = 0.0
            while (left := self._unsettled()) and waited < ROUND_SECONDS:
                await asyncio.sleep(LOOK_SECONDS)
                waited += LOOK_SECONDS
            self.look()
            if not left:
                return
            for device in self.devices:
                with device.looking() as library:
                    laws.nothing_waits_for_long_in_calm(library, device.clock.now_ms())
            self.trace("world", f"not quiet yet: {left}")
        raise LawBroken(f"everything heals: not after all that time: {left}")

    def _unsettled(self) -> list[Any]:
        """What is still to come."""
        left: list[Any] = []
        for device in self.devices:
            if device.client is None or not device.is_up:
                return [f"{device.name} is off"]
            with device.looking() as library:
                left += library.execute("SELECT 'match', COUNT(*) FROM match_queue HAVING COUNT(*) > 0").fetchall()
                left += library.execute("SELECT 'asked', kind FROM questions WHERE answer IS NULL").fetchall()
                left += library.execute(
                    "SELECT 'task', id, state, waits_for, error FROM download_tasks "
                    "WHERE state <> 'waiting' OR waits_for NOT IN ('room', 'holder')"
                ).fetchall()
                left += laws.unsettled(library)
        return left

    async def _judge(self) -> None:
        self.look()
        for device in self.devices:
            with device.looking() as library:
                laws.what_was_asked_for_is_here_in_the_end(library)
                laws.references_are_exact_in_the_end(library)
                laws.no_file_is_left_over_in_the_end(library, device.places, device.strangers)
                pictures.pictures_are_here_in_the_end(library, device.places, device.picture_limit_bytes)


async def _try_again(client: Client) -> None:
    """What only a person can do about downloads."""
    await client.downloads.resume()
    await client.downloads.retry()
    client.triggers.sync_now()


def _is_content(path: Path, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == path.name


def _is_right(path: Path) -> bool:
    return path.is_file() and _is_content(path, path.read_bytes())
