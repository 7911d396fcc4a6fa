"""Looking for fingerprints that are missing reads no library, and keeps what users play in front."""

from pathlib import Path

import pytest

from soul_player.database.access import Reader
from soul_player.server.store.fingerprints import FIND_OF_TRACK, LIST_OTHERS, LIST_PREFERRED, find_known, list_others
from tests.conftest import opened, run

QUERIES = {
    "others": (LIST_OTHERS, {"after": b"", "count": 5}),
    "preferred": (LIST_PREFERRED, {"count": 5, "passed": 0}),
    "of a track": (FIND_OF_TRACK, {"id": b"x"}),
}


@pytest.mark.parametrize("name", QUERIES)
def test_no_look_walks_over_the_library(tmp_path: Path, name: str) -> None:
    """It is taken every ten minutes, and after each scan."""
    sql, values = QUERIES[name]

    async def steps(store: Reader) -> list[str]:
        return [str(row[3]) for row in await store.all(f"EXPLAIN QUERY PLAN {sql}", **values)]  # type: ignore[arg-type]  # as the queries want them

    async def story() -> None:
        async with opened(f"sqlite:///{tmp_path}/s.db") as store:
            plan = await store.database.read(steps)
            assert any("SEARCH tracks" in step for step in plan), plan
            assert [step for step in plan if "SCAN tracks" in step] == []

    run(story())


def test_an_empty_store_has_none(store_url: str) -> None:
    """On both engines the statements are understood, and nothing is found."""

    async def story() -> None:
        async with opened(store_url) as store:
            assert await store.database.read(list_others, after=b"", count=5) == []
            assert await store.database.read(find_known, [b"a" * 32, b"b" * 32]) == {}

    run(story())
