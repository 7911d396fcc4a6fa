"""Looking for fingerprints that are missing reads no library, and keeps what users play in front."""

import asyncio
from pathlib import Path

import pytest

from soul_player.database.access import Reader, Writer
from soul_player.server.store.fingerprints import (
    FIND_OF_TRACK,
    LIST_OTHERS,
    LIST_PREFERRED,
    PUT,
    find_known,
    list_others,
    purge_fingerprints,
)
from tests.conftest import opened, run
from tests.makers_audio import make_audio
from tests.server.running import running_server

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


def test_those_of_replaced_audio_go_and_those_of_audio_that_is_there_stay(tmp_path: Path) -> None:
    """A file was replaced: nobody will ask for how the old one sounded. While hashes are owed, nothing is certain."""

    async def put(store: Writer, content_hashes: list[bytes]) -> None:
        await store.run_many(PUT, [(content_hash, b"1234", 1_000) for content_hash in content_hashes])

    async def let_hash_be_owed(store: Writer, *, is_hashed: int) -> None:
        await store.run("UPDATE tracks SET is_hashed = :is_hashed", is_hashed=is_hashed)

    async def hashes(store: Reader) -> list[bytes]:
        row = await store.one("SELECT audio_hash, file_hash FROM tracks")
        assert row is not None
        return [bytes(one) for one in row if one is not None]

    async def story() -> None:
        music = tmp_path / "music"
        make_audio(music / "song", "flac", tags={"title": "Song"})
        async with running_server(tmp_path / "server", music=(music,)) as running:
            database = running.server.store.database
            await running.server.scanner.scan()
            # It leaves off while it scans, as it does by itself at its start.
            async with asyncio.timeout(30):
                while not (there := await database.read(hashes)):
                    await running.server.scanner.hash_all()
            await database.write(put, [*there, b"r" * 32])
            await database.write(let_hash_be_owed, is_hashed=0)
            assert await database.write(purge_fingerprints, made_before=2_000) == 0
            await database.write(let_hash_be_owed, is_hashed=1)
            assert await database.write(purge_fingerprints, made_before=1_000) == 0, "it is young"
            assert await database.write(purge_fingerprints, made_before=2_000) == 1
            assert set(await database.read(find_known, [*there, b"r" * 32])) == set(there)

    run(story())


def test_the_purge_is_understood_by_both_engines(store_url: str) -> None:
    async def story() -> None:
        async with opened(store_url) as store:
            assert await store.database.write(purge_fingerprints, made_before=1) == 0

    run(story())
