"""Downloads in another quality: kept as what they are, until the original is asked for."""

from pathlib import Path

from soul_player.protocol.quality import StreamQuality
from tests.client.downloads.shelves import Shelf, assert_the_law, shelf, statuses
from tests.conftest import run


async def fetch(one: Shelf, quality: StreamQuality) -> None:
    """The server makes it first: until then it says when to come again."""
    await one.ask("title:song0", quality=quality)
    for _ in range(5):
        await one.client.downloads.run(until_idle=True)
        if not await one.client.downloads.list():
            return
        await one.client.downloads.retry()


def test_another_quality_is_cached_as_what_it_is_and_replaced_when_asked(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path, seconds=6.0) as one:
            store = one.client.downloads.store
            await fetch(one, StreamQuality.LOW)
            (copy,) = await store.copies_of(await one.track_id())
            assert await statuses(one.client) == ["cached"]
            assert (copy.quality, copy.content_type) == (StreamQuality.LOW, "audio/ogg; codecs=opus")
            assert copy.size_bytes < one.files["song0"].stat().st_size / 4
            await assert_the_law(one.client)
            # Again the same: nothing is to be done.
            assert (await one.ask("title:song0", quality=StreamQuality.LOW)).queued == ()
            await fetch(one, StreamQuality.ORIGINAL)
            (copy,) = await store.copies_of(await one.track_id())
            assert (copy.quality, copy.size_bytes) == (StreamQuality.ORIGINAL, one.files["song0"].stat().st_size)
            assert len(list((tmp_path / "client/downloads/copies").iterdir())) == 1
            await assert_the_law(one.client)

    run(story())


def test_an_original_that_is_here_is_as_good_as_any_quality(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path) as one:
            await fetch(one, StreamQuality.ORIGINAL)
            assert (await one.ask("title:song0", quality=StreamQuality.HIGH)).queued == ()

    run(story())
