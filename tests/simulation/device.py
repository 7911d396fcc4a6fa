"""A device of a world: the real client in a home of its own, used by somebody now and then."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from soul_player.client import Client, ClientConfig, ClientError, Edges, Source, SyncResult, open_client
from soul_player.client.library.open import LIBRARY_FILE
from soul_player.database.errors import DatabaseError
from tests.simulation.machine import Machine
from tests.simulation.network import Network
from tests.simulation.server import looking_at
from tests.simulation.templates import PASSWORD, templates

ADDRESS = "http://10.0.0.1:8420"
# Between two syncs of a device, in the mean.
REST_SECONDS = 60.0


class Device(Machine):
    """`page_rows`: how many rows a page has here. `is_calm`: nobody touches it but the world itself."""

    client: Client | None = None
    backups = 0
    # Another person may sit down here.
    changes_hands = True

    def __init__(self, name: str, folder: Path, *, username: str, network: Network, **parts: Any) -> None:
        super().__init__(name, folder, **parts)
        self.username = username
        self.network = network
        self.page_rows = self.random.choice((1, 3, 7, 20, 100))
        self.is_calm = False
        self.results: list[SyncResult] = []
        # Called after each sync; set by the world.
        self.after_sync: Callable[[Device, SyncResult], None] | None = None
        # Called before each rest, for what people do; set by the world.
        self.habits: list[Callable[[Device, Client], Any]] = []
        # Tracks whose announced deletion somebody did not believe.
        self.kept: set[bytes] = set()
        # Somebody believed a mass deletion since the laws were last held against this device.
        self.has_believed = False
        self.began_at = 0.0
        # Who shall sit here from the next sync on.
        self.successor: str | None = None
        # Who sat here until another person signed in, since the laws were last held against this device.
        self.departed: list[str] = []
        # Held while somebody edits, and while another person signs in.
        self.signing = asyncio.Lock()
        self._turn = asyncio.Lock()

    def prepare(self, home: Path | None = None) -> None:
        """An empty library, or a copy of another device's home."""
        shutil.copytree(home or templates() / "client", self.disk.folder, dirs_exist_ok=True)

    def config(self) -> ClientConfig:
        """Of the next process."""
        return ClientConfig(self.disk.folder, device_name=self.name, page_rows=self.page_rows, keyring=False)

    def edges(self) -> Edges:
        """Of the next process."""
        return Edges(
            self.clock, self.randomness, open_transport=self.network.opener(self), find_fingerprints=lambda: None
        )

    async def main(self, stop: asyncio.Event) -> None:
        """Use the client until told to stop."""
        self._turn, self.signing = asyncio.Lock(), asyncio.Lock()
        try:
            async with open_client(self.config(), edges=self.edges()) as client:
                self.client = client
                self.see_who_is_there()
                self.came_up()
                await self._use(client, stop)
        except DatabaseError as error:
            self.trace(self.name, f"ends: {type(error).__name__}")
        finally:
            self.client = None

    async def _use(self, client: Client, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with asyncio.timeout(self.random.expovariate(1 / REST_SECONDS)):
                    await stop.wait()
            except TimeoutError:
                if not self.is_calm:
                    await self._moment(client)

    async def _moment(self, client: Client) -> None:
        """What people do, and a sync; now and then they go on while it runs."""
        is_busy = self.random.random() < 0.3
        if not is_busy:
            await self.excused(self._follow_habits(client))
        async with asyncio.TaskGroup() as both:
            both.create_task(self.excused(self.sync(client)))
            if is_busy:
                await asyncio.sleep(self.random.uniform(0.0, 2.0))
                both.create_task(self.excused(self._follow_habits(client)))

    async def _follow_habits(self, client: Client) -> None:
        for habit in self.habits:
            await habit(self, client)

    async def excused(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except (ClientError, DatabaseError) as error:
            self.trace(self.name, f"{type(error).__name__}: {error}")
        except ExceptionGroup:
            # What a ghost meets on its way out is no fault: its library was closed under it.
            if not self.is_cut:
                raise

    async def sync(self, client: Client) -> SyncResult:
        """What a person or a timer does: sign in where that is needed, then sync."""
        async with self._turn:
            source = await self._source(client)
            self.began_at = self.clock.monotonic()
            (result,) = await client.sync.run([source.id])
            self.results.append(result)
            error = "" if result.error is None else f" ({result.error.code}: {result.error.message})"
            self.trace(
                self.name,
                f"sync {result.status}{error} +{result.tracks_synced} ~{result.tracks_updated} "
                f"-{result.tracks_deleted}",
            )
            if self.after_sync is not None and not self.is_cut:
                self.after_sync(self, result)
            return result

    async def _source(self, client: Client) -> Source:
        sources = await client.sources.list()
        if not self.changes_hands:
            self.successor = None
        if not sources:
            return await client.sources.add(ADDRESS, username=self.username, password=PASSWORD, name="home")
        if not sources[0].needs_sign_in and self.successor is None:
            return sources[0]
        async with self.signing:
            self.trace(self.name, f"signs in again, as {self.successor or self.username}")
            try:
                return await client.sources.login(sources[0].id, password=PASSWORD, username=self.successor)
            finally:
                self.see_who_is_there()
                if self.username == self.successor:
                    self.successor = None

    def see_who_is_there(self) -> None:
        """It is what the home says, whatever became of an attempt to sign in."""
        if not self.is_cut:
            with self.looking() as connection:
                self.see_who_is_in(connection)

    def see_who_is_in(self, connection: sqlite3.Connection) -> None:
        """The same, by a library that is open already."""
        rows = connection.execute("SELECT username FROM sources").fetchall()
        here = rows[0][0] if rows else self.username
        if here != self.username:
            self.departed.append(self.username)
            self.username = here

    @property
    def library_path(self) -> Path:
        """The database's file."""
        return self.disk.folder / LIBRARY_FILE

    @contextmanager
    def looking(self) -> Generator[sqlite3.Connection, None, None]:
        """A second pair of eyes on the library, for the laws."""
        with looking_at(self.library_path) as connection:
            yield connection

    def looking_for(self, sql: str) -> tuple[Any, ...]:
        """The first row that a statement finds."""
        with self.looking() as connection:
            row: tuple[Any, ...] = connection.execute(sql).fetchone()
        return row

    def copy_home(self, folder: Path) -> Path:
        """A backup of the whole home, while it is off."""
        self.backups += 1
        target = folder / f"{self.name}-home-{self.backups}"
        self.disk.copy_to(target)
        self.trace(self.name, f"home copy {self.backups} is made")
        return target
