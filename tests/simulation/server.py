"""The server of a world: the real application on a real store, and a scanner that finds whatever the seed says."""

import asyncio
import dataclasses
import random
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from soul_player.audio.source import Stamp
from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.edges import mint
from soul_player.folders.scan.stored import StoredTrack
from soul_player.protocol.ids import TrackId, id_bytes
from soul_player.protocol.times import time_text
from soul_player.protocol.track import Track
from soul_player.server.app import Server, open_server
from soul_player.server.auth.passwords import Passwords
from soul_player.server.backup import back_up
from soul_player.server.config import ServerConfig
from soul_player.server.housekeeping import purge_once
from soul_player.server.store.tracks import TrackWrites, find_tracks, split_body, write_tracks
from tests.simulation.network import Site
from tests.simulation.templates import PASSWORD_KIB, templates

STORE = "server.db"


class MusicServer(Site):
    """One server process after the other, on one disk."""

    server: Server | None = None
    backups = 0

    def prepare(self) -> None:
        """A store with users, as it is before its first start here."""
        shutil.copytree(templates() / "server", self.disk.folder, dirs_exist_ok=True)

    async def main(self, stop: asyncio.Event) -> None:
        """Serve until told to stop."""
        config = self._config()
        passwords = Passwords(memory_kib=PASSWORD_KIB)
        try:
            async with open_server(config, clock=self.clock, randomness=self.randomness, passwords=passwords) as server:
                self.server, self.app = server, server.asgi
                self.came_up()
                await stop.wait()
        except DatabaseError as error:
            self.trace(self.name, f"ends: {type(error).__name__}")
        finally:
            self.server = self.app = None

    def _config(self) -> ServerConfig:
        return ServerConfig(home=self.disk.folder)

    @property
    def store_path(self) -> Path:
        """The database's file."""
        return self.disk.folder / STORE

    @contextmanager
    def looking(self) -> Generator[sqlite3.Connection, None, None]:
        """A second pair of eyes on the store, for the laws."""
        with looking_at(self.store_path) as connection:
            yield connection

    async def scan(self, chooser: random.Random, *, added: int, changed: int, removed: int) -> None:
        """What a scan's transaction does with some files."""
        server = self.server
        if server is None:
            return
        database = server.store.database
        with self.looking() as connection:
            present = [bytes(row[0]) for row in connection.execute("SELECT id FROM tracks WHERE is_present = 1")]
            retired = [bytes(row[0]) for row in connection.execute("SELECT id FROM tracks WHERE is_present = 0")]
        present.sort()
        retired.sort()
        some = chooser.sample(present, min(len(present), changed + removed))
        back = chooser.sample(retired, min(len(retired), added // 3))
        writes = TrackWrites(
            put=[self._new_track(chooser) for _ in range(added - len(back))]
            + [_retouched(row, chooser) for row in await database.read(find_tracks, some[:changed] + back)],
            retired=some[changed:],
        )
        if len(writes) == 0:
            return
        await self._write(database, writes)

    async def _write(self, database: Database, writes: TrackWrites) -> None:
        bodies = [split_body(row) for row in writes.put]
        try:
            await database.write(write_tracks, writes, bodies, self.clock.now_ms())
        except DatabaseError as error:
            self.trace(self.name, f"scan failed: {type(error).__name__}")
            return
        self.trace(self.name, f"scan: {len(writes.put)} written, {len(writes.retired)} gone")

    def _new_track(self, chooser: random.Random) -> StoredTrack:
        now_ms = self.clock.now_ms()
        track_id = mint(self.clock, self.randomness)
        words = random_words(chooser)
        track = Track(
            id=TrackId(track_id),
            title=words["title"],
            artist=words["artist"],
            artists=(words["artist"],),
            album=words["album"],
            content_type="audio/flac",
            file_size=chooser.randint(1_000, 9_000_000),
            duration_seconds=chooser.randint(30, 600) + 0.5,
            genres=tuple(chooser.sample(("Jazz", "Fado", "Dub"), chooser.randint(0, 2))),
            year=chooser.choice((None, 1974, 2020)),
            added_at=time_text(now_ms),
            updated_at=time_text(now_ms),
            seq=0,
        )
        raw = id_bytes(track_id)
        return StoredTrack(raw, 1, raw, Stamp(track.file_size, now_ms, 1), track, now_ms, now_ms)

    async def purge(self) -> None:
        """The day's housekeeping."""
        if self.server is not None:
            try:
                gone = await purge_once(self.server.store.database, clock=self.clock)
            except DatabaseError as error:
                self.trace(self.name, f"purge failed: {type(error).__name__}")
            else:
                self.trace(self.name, f"purged {gone}")

    def back_up(self, folder: Path) -> Path:
        """A backup by the product's own command."""
        self.backups += 1
        target = folder / f"backup-{self.backups}.db"
        back_up(self._config(), target)
        self.trace(self.name, f"backup {self.backups} is made")
        return target

    def put_back(self, backup: Path) -> None:
        """The store is replaced while nothing runs; the next start finds itself alone."""
        for suffix in ("", "-wal", "-shm"):
            self.store_path.with_name(STORE + suffix).unlink(missing_ok=True)
        shutil.copyfile(backup, self.store_path)
        self.trace(self.name, f"{backup.name} is restored")


@contextmanager
def looking_at(path: Path) -> Generator[sqlite3.Connection, None, None]:
    """A connection that reads one snapshot."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only = 1")
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


def random_words(chooser: random.Random) -> dict[str, str]:
    """What a file's tags may say."""
    return {
        "title": f"Title {chooser.randint(0, 999)}",
        "artist": f"Artist {chooser.randint(0, 20)}",
        "album": f"Album {chooser.randint(0, 50)}",
    }


def _retouched(row: StoredTrack, chooser: random.Random) -> StoredTrack:

    changed: dict[str, Any] = random_words(chooser)
    track = msgspec.structs.replace(row.track, **changed, year=chooser.choice((None, 1974, 2020)))
    return dataclasses.replace(row, track=track)
