"""An idle sync is one request that reads no row of any feed: its cost cannot depend on the size of the library."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Barrier

import aiohttp
import pytest

from benchmarks.store import fill
from soul_player.database.access import Reader
from soul_player.database.sqlite import READERS, SqliteDatabase
from tests.conftest import run
from tests.server.running import RunningServer, running_server

FEED_TABLES = {"sync_change", "tracks"}
TRACKS = 300


@asynccontextmanager
async def tables_read(running: RunningServer) -> AsyncGenerator[set[str], None]:
    """Every table from which any reading connection takes a column while the block runs; SQLite itself tells."""
    database = running.server.store.database
    assert isinstance(database, SqliteDatabase)
    read: set[str] = set()

    def note(action: int, table: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_READ and table:
            read.add(table)
        return sqlite3.SQLITE_OK

    everyone = Barrier(READERS)

    async def meet(_: Reader) -> None:
        everyone.wait(timeout=10)

    # All of them open at once, so that none can come later, unwatched.
    async with asyncio.TaskGroup() as tasks:
        for _ in range(READERS):
            tasks.create_task(database.read(meet))
    connections = list(database._readers)
    assert len(connections) == READERS
    for connection in connections:
        # Statements that were prepared before are prepared anew, and so are seen.
        connection.set_authorizer(note)
    try:
        yield read
        assert database._readers == connections, "a connection came that was not watched"
    finally:
        for connection in connections:
            connection.set_authorizer(None)


async def _token(session: aiohttp.ClientSession, running: RunningServer) -> str:
    body = {"username": running.username, "password": running.password, "device_id": "d", "device_name": "d"}
    async with session.post(f"{running.url}/api/auth/login", json=body) as response:
        assert response.status == 200
        return str((await response.json())["access_token"])


@pytest.mark.parametrize("tracks", [0, TRACKS])
def test_the_heads_are_told_without_a_look_into_any_feed(tmp_path: Path, tracks: int) -> None:
    """Asked for the first time, again, and with the tag of the last answer."""

    async def check() -> None:
        async with running_server(tmp_path) as running, aiohttp.ClientSession() as session:
            if tracks:
                await fill(running.server.store.database, tracks, seed=1)
            headers = {"Authorization": f"Bearer {await _token(session, running)}"}
            url = f"{running.url}/api/sync/heads"
            async with tables_read(running) as read:
                async with session.get(url, headers=headers) as response:
                    assert (await response.json())["heads"]["library"] == tracks
                    tag = response.headers["ETag"]
                async with session.get(url, headers={**headers, "If-None-Match": tag}) as response:
                    assert response.status == 304
            assert "sync_head" in read, "the watch saw nothing"
            assert read & FEED_TABLES == set()

    run(check())


def test_the_watch_sees_a_page_being_read(tmp_path: Path) -> None:
    """Else the test above could not fail."""

    async def check() -> None:
        async with running_server(tmp_path) as running, aiohttp.ClientSession() as session:
            await fill(running.server.store.database, TRACKS, seed=1)
            headers = {"Authorization": f"Bearer {await _token(session, running)}"}
            url = f"{running.url}/api/sync/tracks"
            async with tables_read(running) as read, session.get(url, headers=headers) as response:
                assert response.status == 200
            assert read >= FEED_TABLES

    run(check())


def test_a_cursor_at_the_head_is_answered_304_without_a_look_into_the_feed(tmp_path: Path) -> None:
    """A client that asks the feed itself pays no more than one that asks for the heads."""

    async def check() -> None:
        async with running_server(tmp_path) as running, aiohttp.ClientSession() as session:
            await fill(running.server.store.database, TRACKS, seed=1)
            headers = {"Authorization": f"Bearer {await _token(session, running)}"}
            url = f"{running.url}/api/sync/tracks"
            async with session.get(url, params={"limit": 1000}, headers=headers) as response:
                cursor = (await response.json())["next_cursor"]
                tag = response.headers["ETag"]
            async with tables_read(running) as read:
                tagged = {**headers, "If-None-Match": tag}
                async with session.get(url, params={"cursor": cursor}, headers=tagged) as response:
                    assert response.status == 304
            assert "sync_head" in read, "the watch saw nothing"
            assert read & FEED_TABLES == set()

    run(check())
