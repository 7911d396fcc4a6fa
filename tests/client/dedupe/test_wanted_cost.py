"""What it costs to find out that nothing is worth hearing: as much at a thousand tracks as at ten."""

from pathlib import Path

from soul_player.client.dedupe.wanted import note_near_miss, to_fetch, to_listen_to
from soul_player.database.access import Database, Writer
from soul_player.database.sqlite import SqliteDatabase
from tests.client.dedupe.libraries import arrive, library_of, track
from tests.conftest import run

MARK = "UPDATE track_sources SET fingerprinted = 1"


async def steps_of(home: Path, tracks: int) -> int:
    """SQLite's own, with one pair that is undecided."""
    async with library_of(home, "Home", "Friend") as (library, (home_id, friend_id)):
        await arrive(library, home_id, *[track(number, f"Song {number}") for number in range(tracks)])
        await arrive(library, friend_id, track(tracks, "Song"))
        await library.write(_mark)
        await library.write(note_near_miss, 1, tracks + 1)
        await library.write(_analyse)
        wanted = [one.entry_id for one in await library.read(to_fetch, home_id, count=10)]
        assert wanted == [1], "the one whose other side has a sound as well"
        return await _counted(library, home_id)


async def _counted(library: Database, source_id: int) -> int:
    assert isinstance(library, SqliteDatabase)
    (connection,) = library._readers
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection.set_progress_handler(step, 1)
    await library.read(to_fetch, source_id, count=10)  # type: ignore[arg-type]  # an int
    await library.read(to_listen_to, count=10)
    connection.set_progress_handler(None, 0)
    return steps


async def _mark(library: Writer) -> None:
    await library.run(MARK)


async def _analyse(library: Writer) -> None:
    """As it is done when a library is closed: a plan for many tracks is another one than for few."""
    await library.run("ANALYZE")


def test_what_is_undecided_is_found_without_a_look_at_the_rest(tmp_path: Path) -> None:
    """It is asked after each sync."""

    async def story() -> None:
        few, many = await steps_of(tmp_path / "few", 10), await steps_of(tmp_path / "many", 1_000)
        assert many < 2 * few, (few, many)

    run(story())
