"""Eight writers and a fast pager: the feed loses nothing. A cursor made of `updated_at` and an id does, beside it.

The order in which transactions commit is not the order in which they began or looked at a clock. This is the one
property that everything else stands on, so it runs on both engines, with real concurrency.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from soul_player.database.access import Database, Reader, Writer
from soul_player.edges import SystemClock, SystemRandomness, mint
from soul_player.protocol.cursor import Cursor
from soul_player.protocol.ids import id_bytes
from soul_player.server.store.changes import Fact, claim, record
from soul_player.server.store.feed import read_tracks
from soul_player.server.store.scopes import LIBRARY, Kind
from tests.conftest import opened, run
from tests.server.track_rows import add_root, put_track

WRITERS = 8
TRANSACTIONS_PER_WRITER = 40
ROWS_PER_TRANSACTION = 3
PAGE_ROWS = 50

MAKE_CONTROL = "CREATE TABLE control (id BLOB PRIMARY KEY, updated_at BIGINT NOT NULL)"
WRITE_CONTROL = "INSERT INTO control (id, updated_at) VALUES (:id, :updated_at)"
READ_CONTROL = """
    SELECT id, updated_at
      FROM control
     WHERE updated_at > :at OR (updated_at = :at AND id > :id)
     ORDER BY updated_at, id
     LIMIT :count
"""
clock = SystemClock()
randomness = SystemRandomness()


def new_id() -> bytes:
    return id_bytes(mint(clock, randomness))


async def write_through_heads(store: Writer, ids: list[bytes]) -> None:
    positions = await claim(store, LIBRARY, len(ids))
    for track_id in ids:
        await put_track(store, track_id)
    facts = [Fact(Kind.TRACK, track_id, seq) for track_id, seq in zip(ids, positions, strict=True)]
    await record(store, LIBRARY, facts, now_ms=clock.now_ms())


async def write_by_clock(store: Writer, ids: list[bytes], updated_at: int) -> None:
    for track_id in ids:
        await store.run(WRITE_CONTROL, id=track_id, updated_at=updated_at)


async def page_by_positions(database: Database, seen: list[bytes], finished: asyncio.Event) -> None:
    cursor: Cursor | None = None
    is_last_round = False
    while True:
        page = await database.read(read_tracks, LIBRARY, cursor, limit=PAGE_ROWS)
        seen += [*page.live, *page.new, *page.updated]
        cursor = page.next_cursor
        if not page.has_more:
            if is_last_round:
                return
            is_last_round = finished.is_set()
            await asyncio.sleep(0)


async def page_by_clock(database: Database, seen: list[bytes], finished: asyncio.Event) -> None:
    at, last = 0, b""
    is_last_round = False
    while True:

        async def page(store: Reader, at: int, last: bytes) -> list[tuple[bytes, int]]:
            return [(row[0], row[1]) for row in await store.all(READ_CONTROL, at=at, id=last, count=PAGE_ROWS)]

        rows = await database.read(page, at, last)
        for track_id, updated_at in rows:
            seen.append(track_id)
            at, last = updated_at, track_id
        if len(rows) < PAGE_ROWS:
            if is_last_round:
                return
            is_last_round = finished.is_set()
            await asyncio.sleep(0)


async def contend(
    write: Callable[[list[bytes]], Awaitable[None]], pager: Callable[[list[bytes], asyncio.Event], Awaitable[None]]
) -> tuple[set[bytes], list[bytes]]:
    """What all writers wrote, and what the pager saw meanwhile and until it was level with them."""
    written: set[bytes] = set()
    seen: list[bytes] = []
    finished = asyncio.Event()

    async def writer() -> None:
        for _ in range(TRANSACTIONS_PER_WRITER):
            ids = [new_id() for _ in range(ROWS_PER_TRANSACTION)]
            await write(ids)
            written.update(ids)

    async def all_writers() -> None:
        async with asyncio.TaskGroup() as writers:
            for _ in range(WRITERS):
                writers.create_task(writer())
        finished.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(all_writers())
        tasks.create_task(pager(seen, finished))  # type: ignore[arg-type]  # a coroutine function's awaitable
    return written, seen


def test_feed_never_skips(store_url: str) -> None:
    """Nothing that was committed is missed, and nothing is told twice, whatever order the commits took."""

    async def main() -> None:
        async with opened(store_url) as store:
            database = store.database
            await database.write(add_root)

            written, seen = await contend(
                lambda ids: database.write(write_through_heads, ids),
                lambda seen, finished: page_by_positions(database, seen, finished),
            )
            assert len(written) == WRITERS * TRANSACTIONS_PER_WRITER * ROWS_PER_TRANSACTION
            assert written - set(seen) == set()
            assert len(seen) == len(written)

    run(main())


def test_a_cursor_of_updated_at_does_skip(store_url: str) -> None:
    """The control: the same load and the same pager, with the cursor that everybody builds first, loses rows.

    Without it, the test above would prove no more than that the load was too light. The time is taken when the edit
    is made, as an application does; the transaction commits later.
    """

    async def main() -> int:
        async with opened(store_url) as store:
            database = store.database

            async def make(writer: Writer) -> None:
                await writer.run(MAKE_CONTROL)

            await database.write(make)

            async def write(ids: list[bytes]) -> None:
                updated_at = clock.now_ms()
                await asyncio.sleep(randomness.uniform(0, 0.01))
                await database.write(write_by_clock, ids, updated_at)

            written, seen = await contend(write, lambda seen, finished: page_by_clock(database, seen, finished))
            return len(written - set(seen))

    assert run(main()) > 0


@pytest.mark.parametrize("engine_file", ["server.db"])
def test_a_batch_that_fails_leaves_no_gap_that_hides_a_row(tmp_path: Path, engine_file: str) -> None:
    """A rolled-back transaction gives its positions back: the next one takes them, and the pager sees it."""

    async def main() -> None:
        async with opened(f"sqlite:///{tmp_path}/{engine_file}") as store:
            database = store.database
            await database.write(add_root)

            async def fail(writer: Writer) -> None:
                await claim(writer, LIBRARY, 5)
                raise RuntimeError("as if the disk were full")

            with pytest.raises(RuntimeError):
                await database.write(fail)
            track_id = new_id()
            await database.write(write_through_heads, [track_id])
            page = await database.read(read_tracks, LIBRARY, None, limit=PAGE_ROWS)
            assert page.live == [track_id]
            assert page.next_cursor.after == 1

    run(main())
