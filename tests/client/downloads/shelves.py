"""A real server with real files behind a proxy that spoils answers, and a client that downloads from it."""

import hashlib
import os
import random
import wave
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from soul_player.client import Client, ClientConfig, Edges, LocalTrackId, Wish, open_client, query_condition
from soul_player.client.downloads.disk import Disk
from soul_player.client.library.query.parse import parse
from soul_player.client.sources.tokens import FileTokens
from soul_player.database.access import Reader, Row
from soul_player.edges import Clock, SystemClock
from tests.client.clients import Hasty
from tests.client.playback.homes import sync_until_hashed
from tests.edges.faulty_proxy import FaultyProxy, faulty_proxy
from tests.server.running import RunningServer, running_server

LONG_AGO_S = 1_700_000_000
SETTINGS: dict[str, Any] = {"connect_seconds": 5.0, "read_seconds": 10.0, "request_seconds": 30.0, "keyring": False}

CACHED = """
    SELECT entry.path, lower(hex(copies.sha256)), copies.size_bytes, entry.status, entry.file_hash
      FROM track_sources entry
      LEFT JOIN copies ON copies.id = entry.copy_id
     WHERE entry.status = 'cached'
        OR entry.copy_id IS NOT NULL
"""
COPY_ROWS = "SELECT lower(hex(sha256)), size_bytes FROM copies"
SHOWN = "SELECT status FROM tracks"


@dataclass
class Shelf:
    """`files` are the server's own, by title."""

    running: RunningServer
    proxy: FaultyProxy
    client: Client
    files: dict[str, Path]

    async def track_id(self, title: str = "song0") -> LocalTrackId:
        """By its title."""
        page = await self.client.library.tracks(limit=1000)
        return next(track.id for track in page.tracks if track.title == title)

    async def ask(self, query: str = "", **wish: Any) -> Any:
        """What a person asks for."""
        return await self.client.downloads.ask(wish_of(query, **wish))

    async def fetch(self, query: str = "", **wish: Any) -> None:
        """Ask, and run until nothing can go on; then the law must hold."""
        await self.ask(query, **wish)
        await self.client.downloads.run(until_idle=True)
        await assert_the_law(self.client)

    async def states(self) -> list[str]:
        """Of the tasks that are left."""
        return [one.task.state.value for one in await self.client.downloads.list()]

    async def rescan(self) -> None:
        """The server looks again, and hashes what it finds."""
        await self.running.server.scanner.scan()
        await self.running.server.scanner.hash_all()


def wish_of(query: str, **wish: Any) -> Wish:
    """Of these words."""
    condition = query_condition(parse(query), now_seconds=1_800_000_000, zone=UTC)
    return Wish(query or "everything", query, condition, **wish)


def write_song(path: Path, seed: int, *, seconds: float = 4.0) -> bytes:
    """Noise that nothing compresses: 176 kB a second. Its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as audio:
        audio.setnchannels(2)
        audio.setsampwidth(2)
        audio.setframerate(44_100)
        audio.writeframes(random.Random(seed).randbytes(round(seconds * 44_100) * 4))
    os.utime(path, (LONG_AGO_S, LONG_AGO_S))
    return path.read_bytes()


@asynccontextmanager
async def shelf(
    home: Path,
    *,
    songs: int = 1,
    seconds: float = 4.0,
    disk: Disk | None = None,
    clock: Clock | None = None,
    **settings: Any,
) -> AsyncGenerator[Shelf, None]:
    """Songs `song0`, `song1` ... at the server, known to the client, none downloaded."""
    music = home / "music"
    files = {f"song{number}": music / f"song{number}.wav" for number in range(songs)}
    for number, path in enumerate(files.values()):
        if not path.exists():
            write_song(path, number, seconds=seconds)
    async with running_server(home / "server", music=(music,)) as running:
        await running.server.scanner.scan()
        await running.server.scanner.hash_all()
        async with (
            faulty_proxy(running.url) as proxy,
            downloading_client(home / "client", disk=disk, clock=clock, **settings) as client,
        ):
            await client.sources.add(proxy.url, username=running.username, password=running.password, name="Home")
            await sync_until_hashed(client, [running])
            yield Shelf(running, proxy, client, files)


@asynccontextmanager
async def downloading_client(
    home: Path, *, disk: Disk | None = None, clock: Clock | None = None, **settings: Any
) -> AsyncGenerator[Client, None]:
    """A client whose retries follow at once."""
    config = ClientConfig(home, **{**SETTINGS, "disk_free_bytes": 0, **settings})
    edges = Edges(clock or SystemClock(), Hasty(), tokens=FileTokens(home), disk=disk)
    async with open_client(config, edges=edges) as client:
        yield client


async def assert_the_law(client: Client) -> None:
    """A row says `cached` only when the bytes are whole and right, under the name that they hash to."""
    for path, sha256, size_bytes, status, _ in await client.library.read(_rows, CACHED):
        assert status in {"cached", "unavailable"}, (status, path)
        content = content_of(path)
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (sha256, size_bytes)
    for sha256, size_bytes in await client.library.read(_rows, COPY_ROWS):
        content = (client.config.home / "downloads" / "copies" / sha256).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (sha256, size_bytes)


def content_of(path: str | Path) -> bytes:
    """Small files, read at once."""
    return Path(path).read_bytes()


async def rows(client: Client, sql: str) -> Sequence[Row]:
    """For looking."""
    return await client.library.read(_rows, sql)


async def statuses(client: Client) -> list[str]:
    """Of the recordings, sorted."""
    return sorted(row[0] for row in await client.library.read(_rows, SHOWN))


async def _rows(library: Reader, sql: str) -> list[Row]:
    return await library.all(sql)
