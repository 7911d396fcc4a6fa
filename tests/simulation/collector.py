"""A device that keeps music: what `soul sync --watch` runs, on a disk that loses what was not synced."""

import asyncio
import dataclasses
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from soul_player.client import Client, ClientConfig, DownloadFailed, DownloadFinished, Edges, Event, Source
from soul_player.client.downloads.places import Places
from soul_player.client.errors import SourceNotFound
from soul_player.database.errors import DatabaseError
from tests.simulation.disk import Disk
from tests.simulation.live_device import LiveDevice
from tests.simulation.templates import PASSWORD, USERS
from tests.simulation.volatile_disk import VolatileDisk

LIMITS_BYTES = (60_000, 150_000, 400_000, 100_000_000)
FREE_BYTES = 3_000
# Of three pictures of up to 4,000 bytes: for none of them, for some, for all.
PICTURE_LIMITS_BYTES = (1_000, 5_000, 1_000_000)
LETTING_GO_SECONDS = 5.0
STRANGERS = ("my song.flac", "0" * 63)
HERE = "SELECT lower(hex(sha256)) FROM copies"
ENTRIES = """
    SELECT sources.name, lower(hex(remote_id)), file_hash, audio_hash
      FROM track_sources
      JOIN sources ON sources.id = track_sources.source_id
"""
CHOICES = {"server_changed": "rebuilt", "merge": "merge", "mass_deletion": "apply", "playlist_deleted": "local"}


class _DiskOfMusic(Disk):
    """The home's disk; `files` knows what of the downloads is on it for certain."""

    files: VolatileDisk

    def cut_power(self) -> None:
        """The downloads lose what was not synced."""
        super().cut_power()
        self.files.survive_in(self._frozen, self.folder)

    def turn_on(self) -> None:
        """What is left is what there is."""
        super().turn_on()
        self.files.turn_on()


class Collector(LiveDevice):
    """`urls`: by the name of the source. `limit_bytes`: of all downloads, from the next start on."""

    disk: _DiskOfMusic

    def __init__(self, *args: Any, urls: dict[str, str], **parts: Any) -> None:
        super().__init__(*args, **parts)
        self.urls = urls
        self.places = Places.of_home(self.disk.folder)
        self.disk = _DiskOfMusic(self.disk.folder, self.random)
        self.files = VolatileDisk(self.places.all_folders, self.random, step=self._step)
        self.disk.files = self.files
        self.limit_bytes = self.random.choice(LIMITS_BYTES)
        self.picture_limit_bytes = self.random.choice(PICTURE_LIMITS_BYTES)
        # In which quality a task was asked for, as long as anybody has seen it.
        self.wanted_qualities: dict[int, str] = {}
        # Steps of the disk until the power is cut; None: not planned.
        self.steps_left: int | None = None
        # The step of the disk before which it ends; None: not planned.
        self.ends_at: str | None = None
        # Sources that somebody took away, and may add again.
        self.removed: set[str] = set()
        # Paths that somebody hears now.
        self.open_paths: list[Path] = []
        # Copies whose file rotted and was not put right yet, and all that ever did, by name.
        self.damaged: set[str] = set()
        self.ever_damaged: set[str] = set()
        # What was asked for, by recording, with the content that served it when it was last looked at.
        self.pinned: dict[int, str | None] = {}
        self.over_budget_since: float | None = None
        # Files of the user's own beside ours.
        self.strangers: list[Path] = []
        # Until when a person is letting go of something.
        self._lets_go_until = -1.0
        # Since when (monotonic) a copy is here, and an entry has its hashes.
        self._here_since: dict[str, float] = {}
        self._entries_since: dict[tuple[str, str], tuple[tuple[Any, ...], float]] = {}
        # Called with every event of downloads; set by the world.
        self.on_event: Callable[[Collector, Event], None] = lambda device, event: None

    def prepare(self, home: Any = None) -> None:
        """An empty home, in which somebody has put a file of their own where it does not belong."""
        super().prepare(home)
        self.places.copies.mkdir(parents=True, exist_ok=True)
        for name in STRANGERS:
            path = self.places.copies / name
            path.write_bytes(name.encode())
            self.strangers.append(path)
        self.files.turn_on()

    @property
    def lets_go(self) -> bool:
        """A person said that something may go."""
        return self.clock.monotonic() < self._lets_go_until

    def note_let_go(self) -> None:
        """A person says so now: what was asked for may go."""
        self._lets_go_until = self.clock.monotonic() + LETTING_GO_SECONDS
        self.pinned.clear()

    @contextmanager
    def hearing(self, path: str) -> Generator[None, None, None]:
        """This file is read while the block lasts, unless it went in the moment before."""
        file = Path(path)
        if file.exists():
            self.open_paths.append(file)
        try:
            yield
        finally:
            if file in self.open_paths:
                self.open_paths.remove(file)

    def see_what_is_here(self, library: sqlite3.Connection) -> None:
        """Since when."""
        now = self.clock.monotonic()
        here = {digits for (digits,) in library.execute(HERE)}
        self._here_since = {digits: self._here_since.get(digits, now) for digits in here}
        entries = {(name, remote_id): tuple(hashes) for name, remote_id, *hashes in library.execute(ENTRIES)}
        before = self._entries_since
        self._entries_since = {
            key: before[key] if key in before and before[key][0] == hashes else (hashes, now)
            for key, hashes in entries.items()
        }

    def is_known_since(self, entry: tuple[str, str], found: tuple[Any, ...], seconds: float) -> bool:
        """Whether this copy and these hashes of the entry are older than that."""
        digits, *hashes = found
        known, since = self._entries_since.get(entry, ((), seconds + 1))
        return known == tuple(hashes) and since < seconds and self._here_since.get(digits, seconds + 1) < seconds

    def config(self) -> ClientConfig:
        """Little room, and a few files at once."""
        return dataclasses.replace(
            super().config(),
            cache_limit_bytes=self.limit_bytes,
            disk_free_bytes=FREE_BYTES,
            picture_limit_bytes=self.picture_limit_bytes,
            downloads_at_once=self.random.choice((1, 2, 4)),
            download_bytes_per_second=self.random.choice((0, 0, 30_000)),
        )

    def edges(self) -> Edges:
        """With this disk."""
        return dataclasses.replace(super().edges(), disk=self.files)

    def _step(self, name: str) -> None:
        if self.is_cut:
            return
        if self.steps_left is not None:
            self.steps_left -= 1
        if name == self.ends_at or (self.steps_left is not None and self.steps_left <= 0):
            self.cut_power()

    def _gone(self) -> None:
        self.steps_left = self.over_budget_since = self.ends_at = None
        self.open_paths.clear()
        super()._gone()

    async def _use(self, client: Client, stop: asyncio.Event) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                beside = [tasks.create_task(client.downloads.run()), tasks.create_task(client.matching.keep_up())]
                await super()._use(client, stop)
                for task in beside:
                    task.cancel()
        except* DatabaseError as group:
            self.trace(self.name, f"ends: {type(group.exceptions[0]).__name__}")

    def _hear(self, event: Event) -> None:
        super()._hear(event)
        match event:
            case DownloadFinished() | DownloadFailed():
                self.trace(self.name, f"{event}")
                self.on_event(self, event)
            case _:
                return

    async def _source(self, client: Client) -> Source:
        """Signed in at every server that is wanted; one of them."""
        known = {source.name: source for source in await client.sources.list()}
        for name, url in self.urls.items():
            if name not in known and name not in self.removed:
                await client.sources.add(url, username=self.username, password=PASSWORD, name=name)
            elif name in known and known[name].needs_sign_in:
                await client.sources.login(known[name].id, password=PASSWORD, username=self.username)
        sources = await client.sources.list()
        if not sources:
            raise SourceNotFound("nothing to listen to")
        return self.random.choice(sources)

    def see_who_is_there(self) -> None:
        """Nobody else ever sits here."""

    async def change_account(self, client: Client) -> None:
        """Another person signs in everywhere; the music stays."""
        self.username = USERS[1] if self.username == USERS[0] else USERS[0]
        for source in await client.sources.list():
            await client.sources.login(source.id, password=PASSWORD, username=self.username)

    async def answer(self, client: Client) -> None:
        """Whatever is asked."""
        for question in await client.questions.list():
            choice = CHOICES.get(question.kind, question.choices[0])
            await client.questions.answer(question.id, choice)
            self.trace(self.name, f"answers {question.kind}: {choice}")
