"""What a person asks for comes in the quality that they said, also what comes to it later."""

from pathlib import Path

from soul_player.database.access import Writer
from soul_player.protocol.quality import StreamQuality
from tests.client.clients import database_of
from tests.client.downloads.shelves import shelf, wish_of
from tests.conftest import run

FORGET = "DELETE FROM download_tasks"
LOW, HIGH, ORIGINAL = StreamQuality.LOW, StreamQuality.HIGH, StreamQuality.ORIGINAL


async def lose_tasks(library: Writer) -> None:
    """The queue, not what is wanted."""
    await library.run(FORGET)


def test_what_a_wish_comes_to_want_later_is_of_its_quality(tmp_path: Path) -> None:
    """A task that was lost is made again as it was; asked again in another quality, it is that one's."""

    async def story() -> None:
        async with shelf(tmp_path, songs=2) as one:
            downloads = one.client.downloads
            await downloads.ask(wish_of("title:song", quality=LOW))
            await database_of(one.client).write(lose_tasks)
            await downloads.rules.evaluate()
            assert {found.task.quality for found in await downloads.list()} == {LOW}
            assert {found.task.is_asked for found in await downloads.list()} == {True}
            await downloads.ask(wish_of("title:song", quality=HIGH))
            await database_of(one.client).write(lose_tasks)
            await downloads.rules.evaluate()
            assert {found.task.quality for found in await downloads.list()} == {HIGH}
            # A rule of a person wants better: it comes once, in the better quality.
            await downloads.rules.add("best", "title:song0")
            await database_of(one.client).write(lose_tasks)
            await downloads.rules.evaluate()
            queue = {found.title: found.task.quality for found in await downloads.list()}
            assert queue == {"song0": ORIGINAL, "song1": HIGH}

    run(story())
