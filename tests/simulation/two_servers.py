"""Two servers that share recordings, two devices that know both, and one server that is rebuilt from nothing."""

import asyncio
import hashlib
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from soul_player.audio.source import Stamp
from soul_player.edges import mint
from soul_player.folders.scan.stored import StoredTrack
from soul_player.protocol.ids import TrackId, id_bytes, id_text
from soul_player.protocol.times import time_text
from soul_player.protocol.track import Track
from soul_player.server.store.tracks import TrackWrites
from tests.simulation import laws_of_sources
from tests.simulation.clock import Calendar, VirtualLoop
from tests.simulation.disk import disks_watched
from tests.simulation.laws import LawBroken
from tests.simulation.listener import Book, Listener
from tests.simulation.network import Network
from tests.simulation.server import MusicServer
from tests.simulation.templates import in_virtual_time, scratch_folder, templates
from tests.simulation.trace import Trace

URLS = {"home": "http://10.0.0.1:8420", "friend": "http://10.0.0.2:8420"}
RECORDINGS = 9
EVENTS_MAX = 12
PAUSE_SECONDS = 30.0
HEALING_ROUNDS_MAX = 8
# A reset is made once an hour, a source that failed is left alone for half of one.
HEALING_PAUSE_SECONDS = 3_700.0


class Shelf(MusicServer):
    """One of the servers, with the numbers of the recordings that it holds."""

    numbers: list[int]
    identities = 0

    def prepare(self) -> None:
        """A store with the same users under ids of its own: no two servers have anything in common but the music."""
        super().prepare()
        self.identities += 1
        with closing(sqlite3.connect(self.store_path)) as store, store:
            store.execute("DELETE FROM server_secret")
            for (user_id,) in store.execute("SELECT id FROM users").fetchall():
                fresh = id_bytes(mint(self.clock, self.randomness))
                store.execute("UPDATE users SET id = ? WHERE id = ?", (fresh, user_id))
                for table in ("sync_head", "sync_era_start"):
                    scopes = (f"user:{id_text(fresh)}", f"user:{id_text(user_id)}")
                    store.execute(f"UPDATE {table} SET scope = ? WHERE scope = ?", scopes)

    async def fill(self, numbers: list[int]) -> None:
        """What a scan finds, under ids of this server."""
        if self.server is not None:
            tracks = TrackWrites(put=[self._stored(number) for number in numbers], retired=[])
            await self._write(self.server.store.database, tracks)

    def _stored(self, number: int) -> StoredTrack:
        now_ms = self.clock.now_ms()
        track_id = mint(self.clock, self.randomness)
        track = Track(
            id=TrackId(track_id),
            title=f"Recording {number}",
            artist=f"Artist {number % 4}",
            artists=(f"Artist {number % 4}",),
            album=f"Album {number % 3}",
            content_type="audio/flac",
            file_size=1_000_000 + number,
            duration_seconds=100.0 + 10 * number,
            file_hash="sha256:" + hashlib.sha256(b"file %d" % number).hexdigest(),
            audio_hash="v1:" + hashlib.sha256(b"audio %d" % number).hexdigest(),
            added_at=time_text(now_ms),
            updated_at=time_text(now_ms),
            seq=0,
        )
        raw = id_bytes(track_id)
        return StoredTrack(raw, 1, raw, Stamp(track.file_size, now_ms, 1), track, now_ms, now_ms)


class TwoServers:
    """One run of a seed."""

    def __init__(self, seed: int, folder: Path, loop: VirtualLoop) -> None:
        self.seed = seed
        self.random = random.Random(f"two servers of {seed}")
        self.calendar = Calendar(loop)
        self.trace = Trace(loop.time, folder)
        self.book = Book()
        self.rebuilt: set[str] = set()
        self.folder = folder
        parts: dict[str, Any] = {"seed": seed, "calendar": self.calendar, "trace": self.trace}
        self._parts = parts
        self.shelves = {name: Shelf(name, folder / name, **parts) for name in URLS}
        self.devices: list[Listener] = []

    async def run(self) -> None:
        """From the first start to the last law."""
        async with asyncio.TaskGroup() as tasks:
            network = Network(self.shelves["home"], tasks, seed=self.seed, trace=self.trace)
            network.sites = {URLS[name]: shelf for name, shelf in self.shelves.items()}
            for shelf in self.shelves.values():
                shelf.prepare()
                tasks.create_task(shelf.live())
                await shelf.until_up()
                # Most of it is on both.
                shelf.numbers = sorted(self.random.sample(range(RECORDINGS), RECORDINGS - 2))
                await self.on(shelf, shelf.numbers)
            for number in range(2):
                name = f"device{number}"
                device = Listener(name, self.folder / name, urls=URLS, network=network, book=self.book, **self._parts)
                device.prepare()
                self.devices.append(device)
                tasks.create_task(device.live())
            network.fault_chance, network.has_late = self.random.choice((0.0, 0.1, 0.25)), False
            for _ in range(self.random.randint(4, EVENTS_MAX)):
                await asyncio.sleep(self.random.expovariate(1 / PAUSE_SECONDS))
                await self._something_happens()
                self.look()
            network.fault_chance = 0.0
            await self._heal()
            self._judge()
            for task in list(tasks._tasks):
                task.cancel()

    async def on(self, shelf: Shelf, numbers: list[int]) -> None:
        """A scan on the server's own process."""
        await shelf.until_up()
        await asyncio.wait({shelf.spawn(shelf.fill(numbers))})

    async def _something_happens(self) -> None:
        what = self.random.choices(("power", "server power", "more", "rebuild", "nothing"), weights=(3, 2, 2, 2, 2))[0]
        shelf, device = self.random.choice(list(self.shelves.values())), self.random.choice(self.devices)
        if what == "power":
            device.jobs_left = self.random.randint(1, 40)
        elif what == "server power":
            shelf.jobs_left = self.random.randint(1, 12)
        elif what == "more":
            missing = [number for number in range(RECORDINGS) if number not in shelf.numbers]
            if missing:
                shelf.numbers.append(missing[0])
                await self.on(shelf, missing[:1])
        elif what == "rebuild" and not self.rebuilt:
            await self._rebuild(self.shelves["friend"])

    async def _rebuild(self, shelf: Shelf) -> None:
        """Nothing is left but the music. Everything that a device told it before, it has to be told again."""
        for device in self.devices:
            # Who never heard the answer to what it told is asked nothing of here.
            await self._settle(device)
        await shelf.switched_off()
        shutil.rmtree(shelf.disk.folder)
        shelf.disk.folder.mkdir()
        shelf.prepare()
        shelf.switch_on()
        self.rebuilt.add(shelf.name)
        self.trace("world", f"{shelf.name} is rebuilt from nothing")
        await self.on(shelf, shelf.numbers)

    async def _settle(self, device: Listener) -> bool:
        await device.until_up()
        client = device.client
        assert client is not None
        task = device.spawn(device.excused(device.sync, client))
        await asyncio.wait({task})
        return not task.cancelled() and bool(task.result())

    async def _heal(self) -> None:
        self.trace("world", "everything heals")
        for machine in (*self.shelves.values(), *self.devices):
            machine.jobs_left = None
        for device in self.devices:
            device.is_calm = True
        for shelf in self.shelves.values():
            await shelf.until_up()
        level = 0
        for _ in range(HEALING_ROUNDS_MAX):
            results = [await self._settle(device) for device in self.devices]
            level = level + 1 if all(results) else 0
            if level == 3:
                return
            if level == 0:
                await asyncio.sleep(HEALING_PAUSE_SECONDS)
        raise LawBroken("everything heals: not after all that time")

    def look(self) -> None:
        """The laws of every moment."""
        for device in self.devices:
            if not device.is_cut:
                with device.looking() as library:
                    laws_of_sources.no_mark_goes_in_circles_always(device.name, library, self.book, self.rebuilt)
                    laws_of_sources.no_play_is_told_twice_always(library)

    def _judge(self) -> None:
        self.look()
        stores = {name: shelf.store_path for name, shelf in self.shelves.items()}
        laws_of_sources.plays_count_once_over_all_servers_in_the_end(stores, self.book)
        laws_of_sources.marks_are_at_every_holder_in_the_end(stores, self.book)
        laws_of_sources.playlists_are_whole_in_the_end(stores, self.book)
        for device in self.devices:
            with device.looking() as library:
                laws_of_sources.one_row_a_recording_in_the_end(device.name, library)
                laws_of_sources.counts_are_shown_in_the_end(device.name, library, self.book)


class TwoServersFailed(Exception):
    """Its text holds the trace."""


def run_two_servers(seed: int) -> Trace:
    """Run this seed; its trace. Raises `TwoServersFailed`."""
    templates()
    folder = scratch_folder()
    worlds: list[TwoServers] = []

    async def work(loop: VirtualLoop) -> None:
        worlds.append(TwoServers(seed, folder, loop))
        await worlds[0].run()

    try:
        with disks_watched():
            in_virtual_time(seed, work)
    except Exception as error:
        raise TwoServersFailed(_story(seed, worlds[0], error)) from error
    finally:
        shutil.rmtree(folder)
    return worlds[0].trace


def _story(seed: int, world: TwoServers, error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"two servers, seed {seed}: {type(error).__name__}: {error}\n{world.trace.tail()}"
