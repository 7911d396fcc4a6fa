"""How the engines read a page: through the feed's index and no further than the page reaches."""

from pathlib import Path

import pytest

from benchmarks.store import fill
from soul_player.database.access import Database, Engine, Reader, Value, Writer
from soul_player.server.store.changes import HEADS
from soul_player.server.store.feed import FIRST_TRACKS, HEAD, LATER_TRACKS
from soul_player.server.store.scopes import LIBRARY
from tests.conftest import opened, run

TRACKS = 20_000
ROWS_PER_PAGE = 1_001

PAGES = {"first": FIRST_TRACKS, "later": LATER_TRACKS}


def _values(sql: str, *, after: int) -> dict[str, Value]:
    values: dict[str, Value] = {"scope": LIBRARY, "after": after, "count": ROWS_PER_PAGE, "head0": TRACKS}
    return {name: value for name, value in values.items() if f":{name}" in sql}


@pytest.fixture
def filled_url(store_url: str) -> str:
    """A store with enough tracks that reading all of them would be a different plan."""

    async def make() -> None:
        async with opened(store_url) as store:
            await fill(store.database, TRACKS, seed=1)

    run(make())
    return store_url


async def _plan(database: Database, sql: str, *, is_generic: bool = False) -> list[str]:
    """What the engine says it will do, a step a line."""

    async def explain(store: Reader) -> list[str]:
        if store.engine is Engine.SQLITE:
            return [str(row[3]) for row in await store.all(f"EXPLAIN QUERY PLAN {sql}", **_values(sql, after=5_000))]
        mode = "force_generic_plan" if is_generic else "force_custom_plan"
        await store.one("SELECT set_config('plan_cache_mode', :mode, true)", mode=mode)
        lines = await store.all(f"EXPLAIN {sql}", **_values(sql, after=5_000))
        return [str(line) for (line,) in lines]

    return await database.read(explain)


def _faults(engine: Engine, steps: list[str]) -> list[str]:
    """The steps that would cost more than the page: a sort, or a walk over the whole feed or library."""
    if engine is Engine.SQLITE:
        return [step for step in steps if "TEMP B-TREE" in step or "SCAN sync_change" in step or "SCAN tracks" in step]
    return [
        step for step in steps if "Sort" in step or "Seq Scan on sync_change" in step or "Seq Scan on tracks" in step
    ]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("is_analyzed", [False, True], ids=["no_statistics", "analyzed"])
def test_a_page_is_read_through_the_feeds_index_without_a_sort(
    filled_url: str, page: str, *, is_analyzed: bool
) -> None:
    """A plan that sorts or scans is quadratic over an initial run, and no small test would show it."""

    async def check() -> None:
        async with opened(filled_url) as store:
            if is_analyzed:
                await store.database.write(_analyze)
            for is_generic in (False, True):
                steps = await _plan(store.database, PAGES[page], is_generic=is_generic)
                assert _faults(store.database.engine, steps) == [], "\n".join(steps)
                assert any("sync_change_by_feed" in step for step in steps), "\n".join(steps)

    run(check())


def test_the_guard_would_see_a_sort(filled_url: str) -> None:
    """The shape this statement once had, and that PostgreSQL sorted: the check above must not be blind."""
    sorted_page = FIRST_TRACKS + " ORDER BY page.seq"

    async def check() -> None:
        async with opened(filled_url) as store:
            assert _faults(store.database.engine, await _plan(store.database, sorted_page)) != []

    run(check())


def test_an_idle_sync_reads_no_row_of_the_feed_or_the_library(filled_url: str) -> None:
    """Its cost must not depend on how many tracks there are."""

    async def check() -> None:
        async with opened(filled_url) as store:

            async def explain(reader: Reader) -> list[str]:
                prefix = "EXPLAIN QUERY PLAN" if reader.engine is Engine.SQLITE else "EXPLAIN"
                rows = await reader.all(f"{prefix} {HEADS}", library=LIBRARY, own="user:x")
                rows += await reader.all(f"{prefix} {HEAD}", scope=LIBRARY)
                return [str(row[-1]) for row in rows]

            steps = await store.database.read(explain)
            assert any("sync_head" in step for step in steps), steps
            assert not any("sync_change" in step or "tracks" in step for step in steps), steps

    run(check())


def test_a_page_of_the_middle_costs_sqlite_no_more_than_one_of_the_start(tmp_path: Path) -> None:
    """Counted in steps of SQLite's own machine, which no busy neighbour can change."""

    async def check() -> None:
        async with opened(f"sqlite:///{tmp_path}/server.db") as store:
            await fill(store.database, TRACKS, seed=1)
            early = await store.database.read(_steps, after=0)
            late = await store.database.read(_steps, after=TRACKS - 2_000)
            assert late <= early * 1.05, (early, late)
            assert early > ROWS_PER_PAGE

    run(check())


async def _steps(store: Reader, *, after: int) -> int:
    connection = store._connection  # type: ignore[attr-defined]  # the counter hangs on the connection itself
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    connection.set_progress_handler(count, 1)
    try:
        rows = await store.all(FIRST_TRACKS, **_values(FIRST_TRACKS, after=after))
    finally:
        connection.set_progress_handler(None, 0)
    assert len(rows) == ROWS_PER_PAGE
    return counted


async def _analyze(store: Writer) -> None:
    await store.run("ANALYZE")
