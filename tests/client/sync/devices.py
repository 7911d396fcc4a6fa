"""Devices of one listener, each a real client in a home of its own, against the real server."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from soul_player.client import Client, ClientConfig, Edges, LocalTrackId, SyncResult, SyncStatus, open_client
from soul_player.client.library.accounts import find_account
from soul_player.client.library.overlay import Marks
from soul_player.client.library.shown_playlists import compute_playlist, shown_entries
from soul_player.client.sources.tokens import FileTokens
from soul_player.client.sources.transport import Request
from soul_player.database.access import Database, Reader, Writer
from soul_player.edges import Clock, SystemClock, SystemRandomness
from soul_player.protocol.codec import encode
from soul_player.protocol.ids import id_bytes, mint_id
from soul_player.server.store.changes import Fact, claim, record
from soul_player.server.store.scopes import LIBRARY, Kind
from tests.client.clients import database_of
from tests.edges.fake_server import make_track
from tests.edges.faulty_transport import Fault, FaultyTransport, Weather
from tests.server.running import PASSWORD, USERNAME, RunningServer, running_server
from tests.server.track_rows import add_root, put_track

SHOWN = "SELECT id, uid FROM playlists WHERE source_id IS NOT NULL"
QUEUE = "SELECT operation, state, in_overlay, reason FROM sync_queue ORDER BY n"


class Unwaiting(SystemRandomness):
    """Retries follow at once."""

    def uniform(self, low: float, high: float) -> float:
        """No time at all."""
        return 0.0


@dataclass
class Device:
    """One client, with the server as its only source."""

    client: Client

    @property
    def library(self) -> Database:
        """Behind the parts, for looking."""
        return database_of(self.client)

    async def sync(self, status: SyncStatus = SyncStatus.SYNCED) -> SyncResult:
        """Sync, which must end like this; then what is shown must be right."""
        (result,) = await self.client.sync.run()
        assert result.status is status, result
        await self.check()
        return result

    async def tracks(self) -> list[LocalTrackId]:
        """In the order of their titles."""
        page = await self.client.library.tracks(limit=1000)
        return [track.id for track in sorted(page.tracks, key=lambda track: track.title)]

    async def source_id(self) -> Any:
        """Of the server."""
        return (await self.client.sources.list())[0].id

    async def new_playlist(self, name: str = "Night Drive") -> int:
        """Of the server's account."""
        return await self.client.edits.create_playlist(name, source_id=await self.source_id())

    async def shown(self) -> dict[str, list[str]]:
        """Playlist -> titles."""
        found = {}
        for playlist in await self.client.playlists.list():
            _, entries = await self.client.playlists.read(playlist.id)
            found[playlist.name] = [entry.title for entry in entries]
        return found

    async def playlist(self, name: str = "Night Drive") -> int:
        """This device's id of it."""
        return (await self.client.playlists.find(name)).id

    async def entry_ids(self, name: str = "Night Drive") -> list[str]:
        """In their order."""
        return [entry.id for entry in (await self.client.playlists.read(await self.playlist(name)))[1]]

    async def marks(self, track: LocalTrackId) -> Marks:
        """Of one recording."""
        return await self.client.playlists.marks(track)

    async def queue(self) -> list[Any]:
        """Every operation that is kept."""
        return await self.library.read(_all, QUEUE)

    async def check(self) -> None:
        """What is shown is what the definition says."""
        account = await self.library.read(find_account, await self.source_id())
        assert account is not None
        for playlist_id, uid in await self.library.read(_all, SHOWN):
            right = await self.library.read(compute_playlist, account, uid)
            held = await self.library.read(shown_entries, playlist_id)
            assert {(one.entry_id, one.position, one.is_removed) for one in held.values()} == {
                (one.entry_id, one.position, one.is_removed) for one in right.entries.values()
            }


@asynccontextmanager
async def a_device(
    home: Path,
    running: RunningServer,
    *,
    clock: Clock | None = None,
    weather: Weather | None = None,
) -> AsyncGenerator[Device, None]:
    """Signed in; not synced yet. `weather`: what happens to its requests."""
    config = ClientConfig(home, device_name=home.name, keyring=False)
    # Each device its own randomness: two that mint the same ids in the same millisecond would be one.
    edges = Edges(
        clock or SystemClock(),
        Unwaiting(),
        tokens=FileTokens(home),
        open_transport=None if weather is None else partial(FaultyTransport, weather=weather),
    )
    async with open_client(config, edges=edges) as client:
        if not await client.sources.list():
            await client.sources.add(running.url, username=USERNAME, password=PASSWORD)
        yield Device(client)


async def put_library(running: RunningServer, count: int = 5, *, first: int = 0) -> list[str]:
    """Tracks at the server, titled `Title 00` and so on from `first`; their ids there."""
    randomness = SystemRandomness()
    ids = [mint_id(1_700_000_000_000 + number, randomness.bytes(10)) for number in range(first, first + count)]

    async def fill(store: Writer) -> None:
        positions = await claim(store, LIBRARY, count)
        if first == 0:
            await add_root(store)
        for number, (track_id, seq) in enumerate(zip(ids, positions, strict=True), first):
            track = make_track(number, id=track_id, title=f"Title {number:02}", seq=seq)
            await put_track(store, id_bytes(track_id), encode(track))
        facts = [Fact(Kind.TRACK, id_bytes(track_id), seq) for track_id, seq in zip(ids, positions, strict=True)]
        await record(store, LIBRARY, facts, now_ms=1)

    await running.server.store.database.write(fill)
    return ids


async def _all(library: Reader, sql: str) -> list[Any]:
    return await library.all(sql)


async def refused_edits(folder: Path, *names: str) -> None:
    """Leave a phone with playlists of these names, of which its server can never take those with poison in them."""

    def weather(request: Request) -> Fault | None:
        return Fault.FAILED if b"poison" in (request.body or b"") else None

    async with (
        running_server(folder / "server") as running,
        a_device(folder / "phone", running, weather=weather) as phone,
    ):
        await phone.sync()
        for name in names:
            await phone.new_playlist(name)
        for _ in range(10):
            await phone.client.sync.run()
        assert len(await phone.client.questions.failed_edits()) == sum("poison" in name for name in names)
