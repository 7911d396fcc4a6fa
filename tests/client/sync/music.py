"""Changing the library of a real server that runs: tracks are added, changed and deleted as its scanner would."""

import itertools
import random

import msgspec

from benchmarks.library import GeneratedTrack, generate_tracks
from benchmarks.store import _add, change
from soul_player.client import Client
from soul_player.database.access import Reader, Row
from soul_player.protocol.track import Track
from tests.client.clients import opened_client, sync_one
from tests.server.running import RunningServer

HEAD = "SELECT COALESCE(MAX(seq), 0) FROM sync_head WHERE scope = 'library'"
ALL_ROWS = """
    SELECT remote_id, seq, title, artist, artists, album, album_artist, album_id, track_number, disc_number, year,
           genres, duration_seconds, content_type, bitrate, sample_rate, channels, file_size, file_hash, audio_hash,
           fingerprinted, musicbrainz_recording_id, musicbrainz_release_id, isrc, replaygain, artwork_id, added_at,
           updated_at
      FROM track_sources
     WHERE status <> 'unavailable'
     ORDER BY remote_id
"""


class Music:
    """Adds, changes and deletes, each at a position of its own."""

    def __init__(self, running: RunningServer, *, seed: int) -> None:
        self.database = running.server.store.database
        self.live: list[Track] = []
        self._coming = generate_tracks(1_000_000, seed=seed)
        self._randomness = random.Random(seed)

    async def add(self, count: int) -> None:
        """New tracks."""
        head = await self.database.read(_head)
        batch = [
            GeneratedTrack(msgspec.structs.replace(one.track, seq=head + number), one.path, one.mtime_ns, one.inode)
            for number, one in enumerate(itertools.islice(self._coming, count), start=1)
        ]
        await self.database.write(_add, batch)
        self.live += [one.track for one in batch]

    async def touch(self, *, changed: int, deleted: int) -> None:
        """Other titles for some, and some go."""
        self._randomness.shuffle(self.live)
        await change(self.database, self.live[: changed + deleted], deleted=deleted)
        del self.live[changed : changed + deleted]


async def _head(store: Reader) -> int:
    row = await store.one(HEAD)
    assert row is not None
    return int(row[0])


async def rows_of(client: Client) -> list[Row]:
    """Everything that the library holds of its one source, column by column."""
    return await client.library.read(_rows)


async def _rows(library: Reader) -> list[Row]:
    return await library.all(ALL_ROWS)


async def assert_equals_a_fresh_sync(client: Client, running: RunningServer) -> None:
    """A new home at the same server must come to the very same rows."""
    home = client.config.home.with_name(f"{client.config.home.name}-fresh")
    async with opened_client(home) as fresh:
        await fresh.sources.add(running.url, username=running.username, password=running.password)
        result = await sync_one(fresh)
        assert result.error is None, result
        assert await rows_of(client) == await rows_of(fresh)
