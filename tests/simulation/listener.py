"""A device with two servers: the real client, which matches behind each sync, and somebody who edits."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import UNSET, UnsetType

from soul_player.client import Client, ClientConfig, ClientError, Edges, LocalTrackId, ServerChanged, open_client
from soul_player.client.library.model import QuestionId
from soul_player.client.library.open import LIBRARY_FILE
from soul_player.database.errors import DatabaseError
from tests.simulation.book import Added, Book, Hand, Mark, Play
from tests.simulation.machine import Machine
from tests.simulation.network import Network
from tests.simulation.server import looking_at
from tests.simulation.shown import HeldTrack, Shown, number_of, shown_recordings
from tests.simulation.templates import PASSWORD, templates

REST_SECONDS = 40.0
CHOICES = {"server_changed": "rebuilt", "mass_deletion": "apply", "playlist_deleted": "local"}
MERGE_CHOICES = ("merge", "separate")
EDITS_AT_ONCE_MAX = 3
PLAYLISTS_MAX = 3
ASKED_ABOUT = """
    SELECT track_sources.title
      FROM proposals
      JOIN track_sources ON track_sources.id IN (proposals.entry_id, proposals.other_entry_id)
     WHERE proposals.question_id = ?
"""


@dataclass(frozen=True)
class Account:
    """Where a source is, and who its person is there."""

    url: str
    username: str


@dataclass(frozen=True)
class HomeCopy:
    """A backup of a home, and what its person's hand had done there until then."""

    folder: Path
    made_ms: int
    hands: Mapping[int, Hand]


class Listener(Machine):
    """`accounts`: by the name of the source, in the order in which they are added."""

    client: Client | None = None

    def __init__(
        self, name: str, *parts: Any, accounts: Mapping[str, Account], network: Network, book: Book, **more: Any
    ) -> None:
        super().__init__(name, *parts, **more)
        self.accounts = accounts
        self.network = network
        self.book = book
        self.is_calm = False
        self.is_busy = False
        # How often somebody parts and joins recordings by hand, among the other edits.
        self.hand_chance = 0.0
        self.hands: dict[int, Hand] = {}
        # How a number that is asked about is answered; any other by chance. And the question that was.
        self.wishes: dict[int, str] = {}
        self.answered: dict[int, QuestionId] = {}
        self.copies: list[HomeCopy] = []
        # Whose edits are in this home: its own, and those of the homes that it is a copy of.
        self.lineage = {name}
        self._turn = asyncio.Lock()

    def prepare(self, home: Path | None = None) -> None:
        """An empty library, or a copy of another device's home."""
        shutil.copytree(home or templates() / "client", self.disk.folder, dirs_exist_ok=True)

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
        edges = Edges(
            self.clock, self.randomness, open_transport=self.network.opener(self), find_fingerprints=lambda: None
        )
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
                            await self._moment(client)
        except DatabaseError as error:
            self.trace(self.name, f"ends: {type(error).__name__}")
        finally:
            self.client = None

    async def _moment(self, client: Client) -> None:
        self.is_busy = True
        try:
            await self._edit_and_sync(client)
        finally:
            self.is_busy = False

    async def _edit_and_sync(self, client: Client) -> None:
        for _ in range(self.random.randint(0, EDITS_AT_ONCE_MAX)):
            acts = (self.play, self.play, self.mark, self.mark, self.add, self.prefer)
            act = self.random.choice(acts)
            if self.random.random() < self.hand_chance:
                act = self.random.choice((self.part, self.join))
            await self.excused(act, client)
        await self.excused(self.sync, client)

    async def excused(self, work: Callable[[Client], Awaitable[Any]], client: Client) -> bool:
        """Whether it came to its end; bad luck is no fault."""
        try:
            return bool(await work(client) is not False)
        except (ClientError, DatabaseError) as error:
            self.trace(self.name, f"{type(error).__name__}: {error}")
            return False

    async def done(self, work: Callable[[Client], Awaitable[Any]]) -> bool:
        """On its own process, which may end meanwhile; whether it came to its end."""
        await self.until_up()
        client = self.client
        assert client is not None
        task = self.spawn(self.excused(work, client))
        await asyncio.wait({task})
        return not task.cancelled() and bool(task.result())

    async def sync(self, client: Client) -> bool:
        """Whether both servers were reached, and what they hold was matched."""
        async with self._turn:
            return await self._sync_once(client, is_again=False)

    async def _sync_once(self, client: Client, *, is_again: bool) -> bool:
        known = {source.name: source for source in await client.sources.list()}
        for name, account in self.accounts.items():
            if name not in known:
                await client.sources.add(account.url, username=account.username, password=PASSWORD, name=name)
            elif known[name].needs_sign_in:
                # Another one answers there: that is asked about, and answered below.
                with suppress(ServerChanged):
                    await client.sources.login(known[name].id, password=PASSWORD)
        results = await client.sync.run()
        matched = await client.matching.run()
        said = ", ".join(f"{one.name} {one.status} {one.error.code if one.error else ''}" for one in results)
        self.trace(self.name, f"syncs: {said}; matched {matched.matched}, joined {matched.joined}")
        for question in await client.questions.list():
            if question.kind == "merge":
                await self._answer_merge(client, question.id)
                continue
            choice = CHOICES.get(question.kind, question.choices[0])
            await client.questions.answer(question.id, choice)
            self.trace(self.name, f"answers {question.kind}: {choice}")
        is_signed_in = all(one.error is None or one.error.code != "sign_in_needed" for one in results)
        if not is_signed_in and not is_again:
            # Two homes of one name sign each other out.
            return await self._sync_once(client, is_again=True)
        return matched.is_complete and all(one.status == "synced" for one in results)

    async def _answer_merge(self, client: Client, question_id: QuestionId) -> None:
        """Whether two tracks are one recording: some people think so."""
        numbers = self.asked_about(question_id)
        wished = [self.wishes[number] for number in numbers if number in self.wishes]
        choice = wished[0] if wished else self.random.choice(MERGE_CHOICES)
        for number in numbers:
            self.hands[number] = Hand.UNSURE
        answered = await client.questions.answer_merge(question_id, choice)
        for number in numbers:
            self.answered[number] = answered.question_id
            self._note_hand(number, Hand.JOINED if choice == "merge" else Hand.PARTED)
        self.trace(self.name, f"answers that {numbers} are: {choice}")

    def asked_about(self, question_id: QuestionId) -> list[int]:
        """The numbers that a question whether tracks are one recording is about."""
        with self.looking() as connection:
            return sorted({number_of(row[0]) for row in connection.execute(ASKED_ABOUT, (question_id,))})

    def recordings(self) -> list[Shown]:
        """What is shown."""
        with self.looking() as connection:
            return [one for one in shown_recordings(connection) if one.is_available]

    def one(self) -> Shown | None:
        """Any that is shown."""
        shown = self.recordings()
        return self.random.choice(shown) if shown else None

    async def play(self, client: Client, one: Shown | None = None) -> None:
        """One recording."""
        one = one or self.one()
        if one is not None:
            self.book.doubtful_plays[one.number] += 1
            await client.edits.record_play(LocalTrackId(one.track_id))
            self.book.doubtful_plays[one.number] -= 1
            self.book.played.append(Play(self.name, one.number, self.true_ms()))
            self.trace(self.name, f"plays {one.number} of {sorted(one.holders)}")

    async def prefer(self, client: Client) -> None:
        """Another server: new plays go there."""
        sources = await client.sources.list()
        if sources:
            await client.sources.activate(self.random.choice(sources).id)

    async def mark(self, client: Client, one: Shown | None = None) -> None:
        """A favourite or a rating."""
        one = one or self.one()
        if one is None:
            return
        kind, number = self.random.choice(("favourite", "rating")), one.number
        self.book.blurred[kind, number] += 1
        value: object
        if kind == "favourite":
            value = self.random.random() < 0.5
            await client.edits.set_favourite(LocalTrackId(one.track_id), favourite=bool(value))
        else:
            value = rating = self.random.randint(1, 5)
            await client.edits.set_rating(LocalTrackId(one.track_id), rating)
        self.book.blurred[kind, number] -= 1
        self.book.marks.append(Mark(self.name, kind, number, value, self.true_ms(), one.holders))
        self.trace(self.name, f"sets {kind} of {number} to {value}, held by {sorted(one.holders)}")

    async def add(self, client: Client) -> None:
        """To a playlist of this device's own making; a new one now and then."""
        one, sources = self.one(), await client.sources.list()
        own = [playlist for playlist in await client.playlists.list() if playlist.name.startswith(f"{self.name} ")]
        if one is None or not sources:
            return
        if not own or (len(own) < PLAYLISTS_MAX and self.random.random() < 0.3):
            name = await self.begin_playlist(client, self.random.choice(sources).name)
        else:
            name = self.random.choice(own).name
        await self.add_to(client, name, one)

    async def begin_playlist(self, client: Client, source_name: str) -> str:
        """One of a name that nobody uses twice."""
        name = f"{self.name} {self.random.getrandbits(64):016x}"
        source = await client.sources.find(source_name)
        self.book.torn.add(name)
        await client.edits.create_playlist(name, source_id=source.id)
        self.book.playlists[name] = []
        self.book.served_by[name] = source_name
        self.book.changed_ms[name] = self.true_ms()
        self.book.torn.discard(name)
        return name

    async def add_to(self, client: Client, name: str, one: Shown, *, behind: int | None = None) -> None:
        """At its end, or behind the entry at this place."""
        if name in self.book.torn or name not in self.book.playlists:
            return
        playlist = await client.playlists.find(name)
        after: str | UnsetType = UNSET if behind is None else (await client.playlists.read(playlist.id))[1][behind].id
        self.book.torn.add(name)
        await client.edits.add_entries(playlist.id, [LocalTrackId(one.track_id)], after=after)
        held_by = playlist.source_name if playlist.source_name in one.holders else None
        entries = self.book.playlists[name]
        entries.insert(len(entries) if behind is None else behind + 1, Added(one.number, held_by))
        self.book.changed_ms[name] = self.true_ms()
        self.book.torn.discard(name)
        self.trace(self.name, f"adds {one.number} to {name}")

    async def part(self, client: Client) -> None:
        """Take one source's track out of a recording."""
        several = [one for one in self.recordings() if len(one.entries) > 1]
        if several:
            await self.part_one(client, self.random.choice(several))

    async def part_one(self, client: Client, one: Shown, entry: HeldTrack | None = None) -> None:
        """This recording, by this track of it or any."""
        entry = entry or self.random.choice(one.entries)
        siblings = [other for other in one.entries if other.number == entry.number and other != entry]
        former = self.hands.get(entry.number)
        self.hands[entry.number] = Hand.UNSURE
        await client.recordings.split(LocalTrackId(one.track_id), entry.id)
        self._note_hand(entry.number, Hand.PARTED if siblings else former)
        self.trace(self.name, f"takes {entry.number} of {entry.source} out of {sorted(one.holders)}")

    async def take_back(self, client: Client, number: int) -> None:
        """What was answered of it last; it is asked about again."""
        question_id = self.answered.pop(number)
        also = [other for other, its_question in self.answered.items() if its_question == question_id]
        for one in (number, *also):
            self.hands[one] = Hand.UNSURE
        await client.questions.undo(question_id)
        for one in (number, *also):
            self.answered.pop(one, None)
            self.book.acts_ms[one].append(self.true_ms())
        self.trace(self.name, f"takes back what it answered of {sorted((number, *also))}")

    async def join(self, client: Client) -> None:
        """Two that are of one number."""
        shown = self.recordings()
        pairs = [(one, other) for one in shown for other in shown if one != other and one.numbers == other.numbers]
        if pairs:
            await self.join_two(client, *self.random.choice(pairs))

    async def join_two(self, client: Client, one: Shown, other: Shown) -> None:
        """These; of two numbers they are confused from here on."""
        numbers = one.numbers | other.numbers
        for number in numbers:
            self.hands[number] = Hand.UNSURE
        if len(numbers) > 1:
            self.book.confused.append(numbers)
        await client.recordings.merge(LocalTrackId(one.track_id), LocalTrackId(other.track_id))
        for number in numbers:
            self._note_hand(number, Hand.JOINED)
        self.trace(self.name, f"joins {sorted(numbers)} of {sorted(one.holders)} and {sorted(other.holders)}")

    def true_ms(self) -> int:
        """By the world's clock."""
        return self.clock.now_ms() - self.clock.offset_ms

    def _note_hand(self, number: int, hand: Hand | None) -> None:
        if hand is None:
            del self.hands[number]
        else:
            self.hands[number] = hand
        self.book.acts_ms[number].append(self.true_ms())

    def save_home(self, folder: Path) -> HomeCopy:
        """A backup of the whole home, while it is off."""
        target = folder / f"{self.name}-home-{len(self.copies)}"
        self.disk.copy_to(target)
        copy = HomeCopy(target, self.true_ms(), dict(self.hands))
        self.copies.append(copy)
        self.trace(self.name, "a copy of its home is made")
        return copy
