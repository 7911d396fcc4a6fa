"""A server of a world of downloads: the real application over real, small files, which change under its feet."""

import dataclasses
import hashlib
import os
import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import msgspec

from soul_player.audio.source import Stamp
from soul_player.edges import mint
from soul_player.folders.messages import Picture
from soul_player.folders.scan.stored import StoredTrack
from soul_player.protocol.ids import TrackId, id_bytes, id_text
from soul_player.protocol.times import time_text
from soul_player.protocol.track import Track
from soul_player.server.store.tracks import TrackWrites, find_tracks
from tests.simulation.live_server import LiveServer

ARTISTS = 4
ALBUMS = 3
PICTURE_BYTES = (500, 4_000)
TAGS_BYTES = (40, 200)
AUDIO_BYTES = (2_000, 24_000)


@dataclass(frozen=True)
class Song:
    """What a file holds: tags, then audio. `number` names the recording."""

    number: int
    tags: bytes
    audio: bytes

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.tags + self.audio

    @property
    def file_hash(self) -> bytes:
        """sha256."""
        return hashlib.sha256(self.content).digest()

    @property
    def audio_hash(self) -> bytes:
        """Of the audio alone, whatever the tags say."""
        return hashlib.sha256(self.audio).digest()


def recording(number: int, take: int, retagged: int) -> Song:
    """The same everywhere: a friend has the very file, or the same audio under other tags."""
    chooser = random.Random(f"recording {number}, take {take}")
    audio = chooser.randbytes(chooser.randint(*AUDIO_BYTES))
    tagger = random.Random(f"tags {number}, {retagged}")
    return Song(number, tagger.randbytes(tagger.randint(*TAGS_BYTES)), audio)


def album_of(number: int) -> str:
    """Several recordings share one, and its picture."""
    return f"Album {number % ALBUMS}"


def picture_of(number: int) -> Picture:
    """On the album that this recording is on."""
    album = album_of(number)
    image = random.Random(f"picture of {album}").randbytes(random.Random(album).randint(*PICTURE_BYTES))
    return Picture(hashlib.sha256(album.encode()).hexdigest()[:32], "image/png", image)


class AudioServer(LiveServer):
    """`songs`: what each file holds now, by its id; what the store says of it may lag."""

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self.music = self.disk.folder.with_name(f"{self.name}-music")
        self.music.mkdir(parents=True, exist_ok=True)
        self.songs: dict[str, Song] = {}
        # The number of every content that was ever in a file here, by sha256.
        self.contents: dict[str, int] = {}
        self._stamps = 0
        # Told of every content that is in a file here; set by its world.
        self.on_song: Callable[[Song], None] = lambda song: None

    def prepare(self) -> None:
        """A store with users of its own and a root that is there: no two servers have anything in common but music."""
        super().prepare()
        with closing(sqlite3.connect(self.store_path)) as store, store:
            store.execute("DELETE FROM server_secret")
            store.execute("UPDATE roots SET path = ?", (os.fsencode(self.music),))
            for (user_id,) in store.execute("SELECT id FROM users").fetchall():
                fresh = id_bytes(mint(self.clock, self.randomness))
                store.execute("UPDATE users SET id = ? WHERE id = ?", (fresh, user_id))
                for table in ("sync_head", "sync_era_start"):
                    scopes = (f"user:{id_text(fresh)}", f"user:{id_text(user_id)}")
                    store.execute(f"UPDATE {table} SET scope = ? WHERE scope = ?", scopes)

    async def add(self, songs: Sequence[Song], *, is_hashed: bool = True) -> None:
        """Files that a scan finds; those that it has not hashed yet are told without their hashes."""
        rows = []
        for song in songs:
            track_id = mint(self.clock, self.randomness)
            self._put_file(track_id, song)
            rows.append(self._row(track_id, song, is_hashed=is_hashed))
        await self._write_rows(rows)

    def _put_file(self, track_id: str, song: Song, *, in_place: bool = False) -> None:
        path = self.music / track_id
        if in_place and path.exists():
            # Whoever reads it now gets some of the one and some of the other.
            with path.open("r+b") as file:
                file.write(song.content)
                file.truncate()
        else:
            fresh = self.music / f"{track_id}.new"
            fresh.write_bytes(song.content)
            fresh.replace(path)
        # Written long ago, as far as anybody can tell, and each time at another moment.
        self._stamps += 1
        at_ns = (self.clock.now_ms() - 60_000) * 1_000_000 + self._stamps
        os.utime(path, ns=(at_ns, at_ns))
        self.songs[track_id] = song
        self.contents[song.file_hash.hex()] = song.number
        self.on_song(song)

    def _row(self, track_id: str, song: Song, *, is_hashed: bool) -> StoredTrack:
        now_ms = self.clock.now_ms()
        path = self.music / track_id
        track = Track(
            id=TrackId(track_id),
            title=f"Recording {song.number}",
            artist=f"Artist {song.number % ARTISTS}",
            artists=(f"Artist {song.number % ARTISTS}",),
            album=album_of(song.number),
            artwork_id=picture_of(song.number).artwork_id,
            content_type="audio/flac",
            file_size=len(song.content),
            duration_seconds=100.0 + 10 * song.number,
            file_hash=f"sha256:{song.file_hash.hex()}" if is_hashed else None,
            audio_hash=f"v1:{song.audio_hash.hex()}" if is_hashed else None,
            added_at=time_text(now_ms),
            updated_at=time_text(now_ms),
            seq=0,
        )
        row = StoredTrack(id_bytes(track_id), 1, os.fsencode(path.name), Stamp.of(path.stat()), track, now_ms, now_ms)
        if not is_hashed:
            return row
        return dataclasses.replace(row, file_hash=song.file_hash, audio_hash=song.audio_hash, is_hashed=True)

    async def change(self, track_id: str, song: Song, *, in_place: bool) -> None:
        """The file is another one from now on; the store hears of it by `catch_up`."""
        self._put_file(track_id, song, in_place=in_place)
        self.trace(self.name, f"{song.number} is other bytes {'in place' if in_place else ''}")

    async def catch_up(self) -> None:
        """A scan: every row says what its file holds, and those of files that are gone go."""
        server = self.server
        if server is None:
            return
        with self.looking() as store:
            rows = store.execute("SELECT id FROM tracks WHERE is_present = 1 ORDER BY id").fetchall()
        known = [bytes(row[0]) for row in rows]
        stored = {id_text(row.id): row for row in await server.store.database.read(find_tracks, known)}
        lagging = [
            self._row(track_id, self.songs[track_id], is_hashed=True)
            for track_id, row in stored.items()
            if track_id in self.songs and (row.file_hash != self.songs[track_id].file_hash or not row.is_hashed)
        ]
        gone = [raw for raw in known if id_text(raw) not in self.songs]
        await self._write_rows([_kept(row, stored[id_text(row.id)]) for row in lagging], gone)

    def remove_file(self, track_id: str) -> None:
        """The store hears of it by `catch_up`."""
        (self.music / track_id).unlink()
        del self.songs[track_id]

    async def _write_rows(self, rows: Sequence[StoredTrack], gone: Sequence[bytes] = ()) -> None:
        if self.server is not None and (rows or gone):
            await self._write(self.server.store.database, TrackWrites(put=list(rows), retired=list(gone)))


def _kept(row: StoredTrack, before: StoredTrack) -> StoredTrack:
    """The times of the row that was there."""
    track = msgspec.structs.replace(row.track, added_at=before.track.added_at)
    return dataclasses.replace(row, track=track, added_at=before.added_at, revision=before.revision)
