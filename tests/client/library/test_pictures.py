"""The room that pictures take is known without adding them up."""

import random
from pathlib import Path

from soul_player.client.library.open import open_library
from soul_player.client.library.pictures import Picture, add_picture, picture_bytes, remove_picture, trim_pictures
from soul_player.database.access import Database, Row, Writer
from soul_player.database.sqlite import Inline, SqliteDatabase
from tests.client.dedupe.libraries import rows_of
from tests.conftest import run

SUM = "SELECT COALESCE(SUM(size_bytes), 0) FROM pictures"


def picture(number: int, size_bytes: int = 10) -> Picture:
    """Every second one has the content of the one before it."""
    return Picture(f"art{number}", (number // 2).to_bytes(32, "big"), size_bytes, "image/jpeg", number)


async def steps_of_one_more(home: Path, kept: int) -> int:
    """SQLite's own: to look whether there is room, to write one down, and to make room for it."""

    async def fill(library: Writer) -> None:
        for number in range(kept):
            await add_picture(library, picture(number))

    async with open_library(home, runner=Inline()) as library:
        await library.write(fill)
        # Of another size, so that nothing of the file is there but its room.
        return await _counted(library, picture(kept + 1, size_bytes=20), limit_bytes=kept * 10)


async def _counted(library: SqliteDatabase, one: Picture, *, limit_bytes: int) -> int:
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    assert library._writer is not None
    connections = [library._writer, *library._readers]
    for connection in connections:
        connection.set_progress_handler(step, 1)
    await library.read(picture_bytes)
    await library.write(add_picture, one)
    gone = await library.write(trim_pictures, limit_bytes=limit_bytes)
    for connection in connections:
        connection.set_progress_handler(None, 0)
    assert len(gone) == 1
    return steps


def test_one_more_of_five_thousand_costs_what_one_more_of_ten_does(tmp_path: Path) -> None:
    """Each that comes would look at all that are there: twelve million rows for a library of five thousand albums."""

    async def story() -> None:
        few, many = await steps_of_one_more(tmp_path / "few", 10), await steps_of_one_more(tmp_path / "many", 5_000)
        assert many < 2 * few, (few, many)

    run(story())


def test_the_room_is_the_sum_whatever_comes_and_goes(tmp_path: Path) -> None:
    """Also when a picture is written over by a larger one, or made room for."""

    async def story() -> None:
        randomness = random.Random(1)
        async with open_library(tmp_path, runner=Inline()) as library:
            for _ in range(200):
                one = picture(randomness.randrange(20), size_bytes=randomness.randrange(100))
                if randomness.random() < 0.3:
                    await library.write(remove_picture, one.artwork_id)
                else:
                    await library.write(add_picture, one)
                if randomness.random() < 0.2:
                    await library.write(trim_pictures, limit_bytes=300)
                assert [(await library.read(picture_bytes),)] == await _sum(library)

    run(story())


async def _sum(library: Database) -> list[Row]:
    return await rows_of(library, SUM)
