"""An idle sync is one request that reads no row of any feed: its cost cannot depend on the size of the library.

Nothing works in the background here: a scanner that looks at its tracks would be seen as well.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Barrier

import pytest

from benchmarks.store import fill
from soul_player.database.access import Reader
from soul_player.database.sqlite import READERS, SqliteDatabase
from tests.conftest import run
from tests.server.in_process import House, house

FEED_TABLES = {"sync_change", "tracks"}
TRACKS = 300


@asynccontextmanager
async def tables_read(asked: House) -> AsyncGenerator[set[str], None]:
    """Every table from which any reading connection takes a column while the block runs; SQLite itself tells."""
    database = asked.server.store.database
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


@pytest.mark.parametrize("tracks", [0, TRACKS])
def test_the_heads_are_told_without_a_look_into_any_feed(tmp_path: Path, tracks: int) -> None:
    """Asked for the first time, again, and with the tag of the last answer."""

    async def check() -> None:
        async with house(tmp_path) as asked:
            if tracks:
                await fill(asked.server.store.database, tracks, seed=1)
            token = (await asked.sign_in()).access_token
            async with tables_read(asked) as read:
                first = await asked.ask("GET", "/api/sync/heads", token=token)
                assert first.json["heads"]["library"] == tracks
                tagged = {"If-None-Match": first.headers["etag"]}
                assert (await asked.ask("GET", "/api/sync/heads", token=token, headers=tagged)).status == 304
            assert "sync_head" in read, "the watch saw nothing"
            assert read & FEED_TABLES == set()

    run(check())


def test_the_watch_sees_a_page_being_read(tmp_path: Path) -> None:
    """Else the test above could not fail."""

    async def check() -> None:
        async with house(tmp_path) as asked:
            await fill(asked.server.store.database, TRACKS, seed=1)
            token = (await asked.sign_in()).access_token
            async with tables_read(asked) as read:
                assert (await asked.ask("GET", "/api/sync/tracks", token=token)).status == 200
            assert read >= FEED_TABLES

    run(check())


def test_a_cursor_at_the_head_is_answered_304_without_a_look_into_the_feed(tmp_path: Path) -> None:
    """A client that asks the feed itself pays no more than one that asks for the heads."""

    async def check() -> None:
        async with house(tmp_path) as asked:
            await fill(asked.server.store.database, TRACKS, seed=1)
            token = (await asked.sign_in()).access_token
            page = await asked.ask("GET", "/api/sync/tracks?limit=1000", token=token)
            tagged = {"If-None-Match": page.headers["etag"]}
            async with tables_read(asked) as read:
                again = await asked.ask(
                    "GET", f"/api/sync/tracks?cursor={page.json['next_cursor']}", token=token, headers=tagged
                )
                assert again.status == 304
            assert "sync_head" in read, "the watch saw nothing"
            assert read & FEED_TABLES == set()

    run(check())
