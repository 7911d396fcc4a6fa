"""What a person said of two tracks follows them to whatever ids they come back under."""

from pathlib import Path

from soul_player.client.dedupe.persons import take_out
from soul_player.client.library.model import SourceId
from soul_player.database.access import Database, Writer
from tests.client.dedupe.libraries import NOW_MS, arrive, clusters, library_of, match, rows_of, track
from tests.conftest import run

SAID = "SELECT name, other_name, is_same FROM said_of_pairs ORDER BY name, other_name"


async def _remove_entries(library: Writer, source_id: SourceId) -> None:
    await library.run("DELETE FROM track_sources WHERE source_id = :source_id", source_id=source_id)


async def _refuse(library: Database, home: SourceId, friend: SourceId) -> None:
    """The same words at both, joined by themselves; a person parts them."""
    await arrive(library, home, track(1))
    await arrive(library, friend, track(2))
    await match(library)
    assert await clusters(library) == [{1, 2}]
    await library.write(take_out, 2, now_ms=NOW_MS)
    assert await clusters(library) == [{1}, {2}]


def test_a_refusal_that_is_older_than_the_hash_holds_for_another_id(tmp_path: Path) -> None:
    """Said of two ids; the hash comes, the server goes, and another one has the same audio under an id of its own."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend", "Rebuilt") as (library, (home, friend, rebuilt)):
            await _refuse(library, home, friend)
            await arrive(library, friend, track(2, audio_hash="v1:2222"), run=2)
            await library.write(_remove_entries, friend)
            await arrive(library, rebuilt, track(9, audio_hash="v1:2222"))
            await match(library)
            assert len(await clusters(library)) == 2
            assert await rows_of(library, "SELECT * FROM proposals") == []
            # The other one goes the same way.
            await arrive(library, home, track(1, audio_hash="v1:1111"), run=2)
            await library.write(_remove_entries, home)
            await arrive(library, friend, track(8, audio_hash="v1:1111"), run=2)
            await match(library)
            assert len(await clusters(library)) == 2
            # What nobody spoke of still finds its like.
            await arrive(library, home, track(7, audio_hash="v1:1111"), run=2)
            await match(library)
            assert sorted(len(one) for one in await clusters(library)) == [1, 2]

    run(scenario())


def test_a_hash_that_both_have_parts_only_the_two(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend", "Third") as (library, (home, friend, third)):
            await _refuse(library, home, friend)
            for source, number in ((home, 1), (friend, 2)):
                await arrive(library, source, track(number, audio_hash="v1:same"), run=2)
            await match(library)
            assert await clusters(library) == [{1}, {2}]
            assert all(b"v1:same" not in row[:2] for row in await rows_of(library, SAID))
            await arrive(library, third, track(3, audio_hash="v1:same"))
            await match(library)
            assert sorted(len(one) for one in await clusters(library)) == [1, 2]

    run(scenario())


def test_a_source_that_is_added_again_brings_the_hash_of_what_was_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend", "Rebuilt") as (library, (home, friend, rebuilt)):
            await _refuse(library, home, friend)
            await library.write(_remove_entries, friend)
            await arrive(library, friend, track(2, audio_hash="v1:2222"), run=2)
            await library.write(_remove_entries, friend)
            await arrive(library, rebuilt, track(9, audio_hash="v1:2222"))
            await match(library)
            assert len(await clusters(library)) == 2

    run(scenario())
