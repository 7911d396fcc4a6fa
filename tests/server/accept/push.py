"""A user with a library, and devices that push: what the tests of `accept` share."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from soul_player.database.access import Writer
from soul_player.edges import SystemRandomness
from soul_player.protocol.ids import UserId, id_bytes, mint_id
from soul_player.protocol.playlist import Entry, Playlist, UserData
from soul_player.protocol.push import PushRequest
from soul_player.protocol.times import time_text
from soul_player.server.accept.batch import Accepted, Batch, Result, accept_batch
from soul_player.server.accept.receive import clock_behind_ms, receive
from soul_player.server.store.changes import open_scope
from soul_player.server.store.open import Store
from soul_player.server.store.scopes import user_scope
from soul_player.server.store.user_feeds import read_playlists, read_user_data
from tests.conftest import opened
from tests.edges.fake_clock import FakeClock
from tests.server.track_rows import add_root, put_track

ADD_USER = """
    INSERT INTO users (id, username, username_key, password_hash, is_admin, created_at)
    VALUES (:id, :name, :name, '-', 0, 0)
"""
randomness = SystemRandomness()


@dataclass
class World:
    """One store, its clock, and who pushes."""

    store: Store
    clock: FakeClock
    tracks: list[str] = field(default_factory=list)

    def new_id(self) -> str:
        """Minted now."""
        return mint_id(self.clock.now_ms(), randomness.bytes(10))

    def now(self, seconds: float = 0.0) -> str:
        """The time of the server's clock, `seconds` later."""
        return time_text(self.clock.now_ms() + round(seconds * 1000))

    async def user(self, name: str) -> "Account":
        """A new account."""
        user_id = UserId(self.new_id())

        async def add(writer: Writer) -> None:
            await writer.run(ADD_USER, id=id_bytes(user_id), name=name)
            await open_scope(writer, user_scope(user_id))

        await self.store.database.write(add)
        return Account(self, user_id)


@dataclass
class Account:
    """One user's state, as its feeds tell it."""

    world: World
    user_id: UserId

    def device(self, name: str) -> "PushingDevice":
        """A device of this user."""
        return PushingDevice(self, name)

    async def playlists(self) -> list[Playlist]:
        """All that live."""
        page = await self._read(read_playlists)
        assert not page.has_more
        return list(page.live)

    async def entries(self, playlist_id: str) -> list[Entry]:
        """In the server's order."""
        page = await self._read(read_playlists)
        found = [entry for entry in page.entries if entry.playlist_id == playlist_id]
        return sorted(found, key=lambda entry: (entry.position.encode(), entry.id))

    async def user_data(self) -> dict[str, UserData]:
        """By track."""
        page = await self._read(read_user_data)
        return {row.track_id: row for row in page.live}

    async def head(self) -> int:
        """The newest position of the user's scope."""
        return int((await self._read(read_user_data)).head)

    async def _read(self, function: Any) -> Any:
        key = id_bytes(self.user_id)
        return await self.world.store.database.read(function, user_scope(self.user_id), key, None, limit=20_000)


@dataclass
class PushingDevice:
    """Mints operations and pushes them, as raw JSON."""

    account: Account
    name: str
    n: int = 0

    def op(self, type_: str, *, seconds: float = 0.0, **fields: Any) -> dict[str, Any]:
        """One operation, made `seconds` from now on a right clock."""
        self.n += 1
        world = self.account.world
        return {"op_id": world.new_id(), "n": self.n, "type": type_, "at": world.now(seconds), **fields}

    async def push(self, *operations: dict[str, Any], **fields: Any) -> list[Result]:
        """The results."""
        return list((await self.push_whole(*operations, **fields)).results)

    async def push_whole(
        self,
        *operations: dict[str, Any],
        sent_at: str | None = None,
        confirmed_through: int | None = None,
        ack: tuple[str, int] | None = None,
    ) -> Accepted:
        """The whole answer."""
        raw = tuple(msgspec.Raw(msgspec.json.encode(operation)) for operation in operations)
        request = PushRequest(self.name, raw, sent_at, None, confirmed_through)  # type: ignore[arg-type]  # a DeviceId
        world = self.account.world
        batch = Batch(
            user_id=id_bytes(self.account.user_id),
            scope=user_scope(self.account.user_id),
            device_id=self.name,
            operations=receive(request),
            clock_behind_ms=clock_behind_ms(sent_at, world.clock.now_ms()),
            confirmed_through=confirmed_through,
            ack=ack,
        )
        return await world.store.database.write(accept_batch, batch, now_ms=world.clock.now_ms())

    async def playlist(self, name: str = "Night Drive") -> str:
        """A new playlist of this name; its id."""
        playlist_id = self.account.world.new_id()
        results = await self.push(self.op("playlist.create", playlist_id=playlist_id, name=name))
        assert results[0].status == "applied"
        return playlist_id


@asynccontextmanager
async def a_world(url: str, tracks: int = 3) -> AsyncGenerator[World, None]:
    """A store that holds a few tracks."""
    clock = FakeClock()
    async with opened(url, clock=clock) as store:
        world = World(store, clock)
        world.tracks = [world.new_id() for _ in range(tracks)]

        async def fill(writer: Writer) -> None:
            await add_root(writer)
            for track_id in world.tracks:
                await put_track(writer, id_bytes(track_id))

        await store.database.write(fill)
        yield world
