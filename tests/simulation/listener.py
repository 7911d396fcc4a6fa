"""A device with two servers: the real client, which matches behind each sync, and somebody who edits."""

import asyncio
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from soul_player.client import Client, ClientConfig, ClientError, Edges, LocalTrackId, open_client
from soul_player.client.library.open import LIBRARY_FILE
from soul_player.database.errors import DatabaseError
from tests.simulation.machine import Machine
from tests.simulation.network import Network
from tests.simulation.server import looking_at
from tests.simulation.templates import PASSWORD, USERS, templates

REST_SECONDS = 40.0
CHOICES = {"server_changed": "rebuilt", "merge": "merge", "mass_deletion": "apply", "playlist_deleted": "local"}
EDITS_AT_ONCE_MAX = 3
# A recording's number is in its title; what holds it are the sources that name it.
SHOWN = """
    SELECT tracks.id, tracks.title, (SELECT group_concat(DISTINCT sources.name)
                                       FROM track_sources
                                       JOIN sources ON sources.id = track_sources.source_id
                                      WHERE track_sources.track_id = tracks.id
                                        AND track_sources.is_former = 0)
      FROM tracks
     WHERE tracks.status <> 'unavailable'
     ORDER BY tracks.id
"""


@dataclass(frozen=True)
class Mark:
    """A favourite or a rating that was set, and the servers that this device knew to hold the recording then."""

    device: str
    kind: str
    number: int
    value: object
    true_ms: int
    holders: frozenset[str]


@dataclass
class Book:
    """What all listeners were told to be done. A play that was cut off may count or not."""

    plays: Counter[int] = field(default_factory=Counter)
    doubtful_plays: Counter[int] = field(default_factory=Counter)
    marks: list[Mark] = field(default_factory=list)
    # (kind, number): set by somebody who never heard whether it was.
    blurred: Counter[tuple[str, int]] = field(default_factory=Counter)
    # By the playlist's name, which nobody uses twice: the numbers in their order.
    playlists: dict[str, list[int]] = field(default_factory=dict)
    # Those that an addition was cut off at.
    torn: set[str] = field(default_factory=set)


class Listener(Machine):
    """`urls`: by the name of the source."""

    client: Client | None = None

    def __init__(self, name: str, *parts: Any, urls: dict[str, str], network: Network, book: Book, **more: Any) -> None:
        super().__init__(name, *parts, **more)
        self.urls = urls
        self.network = network
        self.book = book
        self.is_calm = False
        self._turn = asyncio.Lock()

    def prepare(self) -> None:
        """An empty library."""
        shutil.copytree(templates() / "client", self.disk.folder, dirs_exist_ok=True)

    @contextmanager
    def looking(self) -> Generator[sqlite3.Connection, None, None]:
        """For the laws."""
        with looking_at(self.disk.folder / LIBRARY_FILE) as connection:
            yield connection

    async def main(self, stop: asyncio.Event) -> None:
        """Use the client until told to stop."""
        self._turn = asyncio.Lock()
        config = ClientConfig(
            self.disk.folder, device_name=self.name, page_rows=self.random.choice((2, 50)), keyring=False
        )
        edges = Edges(self.clock, self.randomness, open_transport=self.network.opener(self))
        try:
            async with open_client(config, edges=edges) as client:
                self.client = client
                self.came_up()
                while not stop.is_set():
                    try:
                        async with asyncio.timeout(self.random.expovariate(1 / REST_SECONDS)):
                            await stop.wait()
                    except TimeoutError:
                        if not self.is_calm:
                            await self.moment(client)
        except DatabaseError as error:
            self.trace(self.name, f"ends: {type(error).__name__}")
        finally:
            self.client = None

    async def moment(self, client: Client) -> None:
        """Some edits, and a sync."""
        for _ in range(self.random.randint(0, EDITS_AT_ONCE_MAX)):
            acts = (self.play, self.play, self.mark, self.mark, self.add, self.prefer)
            await self.excused(self.random.choice(acts), client)
        await self.excused(self.sync, client)

    async def excused(self, work: Callable[[Client], Awaitable[Any]], client: Client) -> bool:
        """Whether it came to its end; bad luck is no fault."""
        try:
            return bool(await work(client) is not False)
        except (ClientError, DatabaseError) as error:
            self.trace(self.name, f"{type(error).__name__}: {error}")
            return False

    async def sync(self, client: Client) -> bool:
        """Whether both servers were reached, and what they hold was matched."""
        async with self._turn:
            known = {source.name: source for source in await client.sources.list()}
            for name, url in self.urls.items():
                if name not in known:
                    await client.sources.add(url, username=USERS[0], password=PASSWORD, name=name)
                elif known[name].needs_sign_in:
                    await client.sources.login(known[name].id, password=PASSWORD)
            results = await client.sync.run()
            matched = await client.matching.run()
            said = ", ".join(f"{one.name} {one.status} {one.error.code if one.error else ''}" for one in results)
            self.trace(self.name, f"syncs: {said}; matched {matched.matched}, joined {matched.joined}")
            for question in await client.questions.list():
                choice = CHOICES.get(question.kind, question.choices[0])
                await client.questions.answer(question.id, choice)
                self.trace(self.name, f"answers {question.kind}: {choice}")
            return matched.is_complete and all(one.status == "synced" for one in results)

    def recordings(self) -> list[tuple[LocalTrackId, int, frozenset[str]]]:
        """What is shown: the device's name, the number, who holds it."""
        with self.looking() as connection:
            rows = connection.execute(SHOWN).fetchall()
        return [(LocalTrackId(row[0]), int(row[1].split()[-1]), frozenset((row[2] or "").split(","))) for row in rows]

    def _one(self) -> tuple[LocalTrackId, int, frozenset[str]] | None:
        shown = self.recordings()
        return self.random.choice(shown) if shown else None

    async def play(self, client: Client) -> None:
        """One recording."""
        one = self._one()
        if one is not None:
            self.book.doubtful_plays[one[1]] += 1
            await client.edits.record_play(one[0])
            self.book.doubtful_plays[one[1]] -= 1
            self.book.plays[one[1]] += 1
            self.trace(self.name, f"plays {one[1]} of {sorted(one[2])}")

    async def prefer(self, client: Client) -> None:
        """Another server: new plays go there."""
        sources = await client.sources.list()
        if sources:
            await client.sources.activate(self.random.choice(sources).id)

    async def mark(self, client: Client) -> None:
        """A favourite or a rating."""
        one = self._one()
        if one is None:
            return
        track_id, number, holders = one
        kind = self.random.choice(("favourite", "rating"))
        self.book.blurred[kind, number] += 1
        value: object
        if kind == "favourite":
            value = self.random.random() < 0.5
            await client.edits.set_favourite(track_id, favourite=bool(value))
        else:
            value = rating = self.random.randint(1, 5)
            await client.edits.set_rating(track_id, rating)
        self.book.blurred[kind, number] -= 1
        true_ms = self.clock.now_ms() - self.clock.offset_ms
        self.book.marks.append(Mark(self.name, kind, number, value, true_ms, holders))
        self.trace(self.name, f"sets {kind} of {number} to {value}, held by {sorted(holders)}")

    async def add(self, client: Client) -> None:
        """To a playlist of this device's own making; a new one now and then."""
        one, sources = self._one(), await client.sources.list()
        own = [playlist for playlist in await client.playlists.list() if playlist.name.startswith(self.name)]
        if one is None or not sources:
            return
        if not own or (len(own) < 3 and self.random.random() < 0.3):
            name, source = f"{self.name} {random_name(self.random)}", self.random.choice(sources)
            self.book.torn.add(name)
            playlist_id = await client.edits.create_playlist(name, source_id=source.id)
            self.book.playlists[name] = []
            self.book.torn.discard(name)
        else:
            chosen = self.random.choice(own)
            playlist_id, name = chosen.id, chosen.name
        if name not in self.book.torn:
            self.book.torn.add(name)
            await client.edits.add_entries(playlist_id, [one[0]])
            self.book.playlists[name].append(one[1])
            self.book.torn.discard(name)
            self.trace(self.name, f"adds {one[1]} to {name}")


def random_name(chooser: random.Random) -> str:
    """That nobody uses twice."""
    return f"{chooser.getrandbits(64):016x}"
