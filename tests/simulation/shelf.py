"""A server of a world of two, with the numbers of the recordings that it holds, each as a rip of its own maybe."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from soul_player.audio.source import Stamp
from soul_player.edges import mint
from soul_player.folders.scan.stored import StoredTrack
from soul_player.protocol.ids import TrackId, id_bytes, id_text
from soul_player.protocol.times import time_text
from soul_player.protocol.track import Track
from soul_player.server.store.tracks import TrackWrites, find_tracks
from tests.simulation.server import MusicServer

PRESENT = "SELECT id, body FROM tracks WHERE is_present = 1 ORDER BY id"
RETIRED = "SELECT id, body FROM tracks WHERE is_present = 0 ORDER BY id"


class Kind(StrEnum):
    """How two servers' tracks of one number are alike."""

    BYTES = "the same bytes"
    WORDS = "the same words, another file"
    ASKED = "the same words, another length: a person is asked"


# How much longer the second server's file is.
LONGER_SECONDS = {Kind.BYTES: 0.0, Kind.WORDS: 1.0, Kind.ASKED: 6.0}


@dataclass(frozen=True)
class Catalogue:
    """What there is in the world: the kind of each number that is not of the same bytes everywhere."""

    kinds: dict[int, Kind]

    def kind(self, number: int) -> Kind:
        """Most are the same bytes."""
        return self.kinds.get(number, Kind.BYTES)


class Shelf(MusicServer):
    """One of the servers. `is_second`: its rips are the other ones."""

    def __init__(self, name: str, folder: Path, *, catalogue: Catalogue, is_second: bool, **parts: Any) -> None:
        super().__init__(name, folder, **parts)
        self.catalogue = catalogue
        self.is_second = is_second
        self.numbers: list[int] = []
        self.copies: list[Path] = []
        # It reads tags at once, and hashes later.
        self.is_slow = False
        # How often all its files were written anew, with the same sound in them.
        self.edition = 0

    def prepare(self) -> None:
        """A store with the same users under ids of its own: no two servers have anything in common but the music."""
        super().prepare()
        with closing(sqlite3.connect(self.store_path)) as store, store:
            store.execute("DELETE FROM server_secret")
            for (user_id,) in store.execute("SELECT id FROM users").fetchall():
                fresh = id_bytes(mint(self.clock, self.randomness))
                store.execute("UPDATE users SET id = ? WHERE id = ?", (fresh, user_id))
                for table in ("sync_head", "sync_era_start"):
                    scopes = (f"user:{id_text(fresh)}", f"user:{id_text(user_id)}")
                    store.execute(f"UPDATE {table} SET scope = ? WHERE scope = ?", scopes)

    async def scan_anew(self) -> None:
        """Bring the store in step with the disk: what came, what went, what came back; then what was never hashed."""
        server = self.server
        if server is None:
            return
        present, retired = self._numbered(PRESENT), self._numbered(RETIRED)
        lacking = [number for number in self.numbers if number not in present]
        back = [retired[number] for number in lacking if number in retired]
        fresh = [self._stored(number, has_hashes=not self.is_slow) for number in lacking if number not in retired]
        rows = await server.store.database.read(find_tracks, back)
        again = [self._stored(_number_of(row), track_id=row.id, revision=row.revision) for row in rows]
        gone = [track_id for number, track_id in present.items() if number not in self.numbers]
        if again or fresh or gone:
            await self._write(server.store.database, TrackWrites(put=[*fresh, *again], retired=gone))

    async def hash_all(self) -> None:
        """Hours later."""
        self.is_slow = False
        server = self.server
        if server is None:
            return
        with self.looking() as connection:
            bodies = [(bytes(row[0]), json.loads(row[1])) for row in connection.execute(PRESENT)]
        numbers = {track_id: _number(body) for track_id, body in bodies if "audio_hash" not in body}
        if numbers:
            rows = await server.store.database.read(find_tracks, sorted(numbers))
            put = [self._stored(numbers[row.id], track_id=row.id, revision=row.revision) for row in rows]
            await self._write(server.store.database, TrackWrites(put=put, retired=[]))

    async def retag(self, numbers: Sequence[int], year: int) -> None:
        """Somebody writes a year into files: matched anew, though nothing that counts has changed."""
        server, present = self.server, self._numbered(PRESENT)
        if server is None:
            return
        rows = await server.store.database.read(find_tracks, [present[one] for one in numbers if one in present])
        put = [self._stored(_number_of(row), track_id=row.id, revision=row.revision, year=year) for row in rows]
        if put:
            await self._write(server.store.database, TrackWrites(put=put, retired=[]))

    def save_copy(self) -> None:
        """A backup, by the product's own command."""
        folder = self.disk.folder.with_name(f"{self.name}-copies")
        folder.mkdir(exist_ok=True)
        self.copies.append(self.back_up(folder))

    def empty(self) -> None:
        """Nothing is left but the music."""
        shutil.rmtree(self.disk.folder)
        self.disk.folder.mkdir()
        self.copies.clear()
        self.prepare()

    def _numbered(self, sql: str) -> dict[int, bytes]:
        with self.looking() as connection:
            return {_number(json.loads(row[1])): bytes(row[0]) for row in connection.execute(sql)}

    def _stored(
        self,
        number: int,
        *,
        has_hashes: bool = True,
        track_id: bytes | None = None,
        revision: int = 0,
        year: int | None = None,
    ) -> StoredTrack:
        now_ms = self.clock.now_ms()
        raw = track_id or id_bytes(mint(self.clock, self.randomness))
        kind = self.catalogue.kind(number)
        is_other = self.is_second and kind is not Kind.BYTES
        rip = b"other " if is_other else b""
        file = rip + b"file %d" % number + (b" of %s %d" % (self.name.encode(), self.edition) if self.edition else b"")
        track = Track(
            id=TrackId(id_text(raw)),
            title=f"Recording {number}",
            artist=f"Artist {number % 4}",
            artists=(f"Artist {number % 4}",),
            album=f"Album {number % 3}",
            content_type="audio/flac",
            file_size=1_000_000 + number + 10_000 * is_other + 100_000 * self.edition,
            duration_seconds=100.0 + 40 * number + (LONGER_SECONDS[kind] if self.is_second else 0.0),
            file_hash="sha256:" + hashlib.sha256(file).hexdigest() if has_hashes else None,
            audio_hash="v1:" + hashlib.sha256(rip + b"audio %d" % number).hexdigest() if has_hashes else None,
            year=year,
            added_at=time_text(now_ms),
            updated_at=time_text(now_ms),
            seq=0,
        )
        return StoredTrack(raw, 1, raw, Stamp(track.file_size, now_ms, 1), track, now_ms, now_ms, revision=revision)


def _number(body: dict[str, Any]) -> int:
    return int(body["title"].rsplit(maxsplit=1)[-1])


def _number_of(row: StoredTrack) -> int:
    return int(row.track.title.rsplit(maxsplit=1)[-1])
