"""Room for what comes, at the price of what may go, and of nothing else."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as given_by

from soul_player.client.downloads.room import Evict, Fits, Limits, decide
from soul_player.client.library.download_tasks import add_automatic
from tests.client.clients import database_of
from tests.client.downloads.shelves import Shelf, assert_the_law, shelf, wish_of
from tests.conftest import run

amounts = given_by.integers(0, 10**12)


@given(cache=amounts, floor=amounts, used=amounts, free=amounts, needed=amounts)
def test_what_is_evicted_is_enough(cache: int, floor: int, used: int, free: int, needed: int) -> None:
    """Afterwards the limit holds, and the floor of the disk; without need nothing goes."""
    match decide(Limits(cache, floor), used_bytes=used, free_bytes=free, needed_bytes=needed):
        case Fits():
            assert used + needed <= cache
            assert free - needed >= floor
        case Evict(bytes_min, bytes_wanted):
            assert used + needed - bytes_min <= cache
            assert free + bytes_min - needed >= floor
            assert used + needed - (bytes_min - 1) > cache or free + (bytes_min - 1) - needed < floor
            assert bytes_wanted >= bytes_min


async def automatic(one: Shelf, *titles: str) -> None:
    """Fetched one after the other, as rules would."""
    for title in titles:
        await database_of(one.client).write(add_automatic, await one.track_id(title), now_ms=1)
        await one.client.downloads.run(until_idle=True)


async def here(one: Shelf) -> set[str]:
    """The titles that are cached."""
    page = await one.client.library.tracks(limit=100)
    return {track.title for track in page.tracks if track.status.value == "cached"}


# A song of a second: 176 kB.
SONG = 176_444


def test_the_least_recently_used_automatic_copy_goes_first(tmp_path: Path) -> None:
    async def story() -> None:
        # Almost room for all four: one has to go, and that is spare room enough.
        async with shelf(tmp_path, songs=4, seconds=1.0, cache_limit_bytes=4 * SONG - 1) as one:
            await automatic(one, "song0", "song1", "song2")
            sources = await one.client.library.track_sources([await one.track_id("song0")])
            path = next(iter(sources.values()))[0].path
            assert path is not None
            async with one.client.downloads.store.opened(path):
                pass
            await one.fetch("title:song3")
            assert await here(one) == {"song0", "song2", "song3"}
            await assert_the_law(one.client)

    run(story())


def test_what_is_open_or_was_asked_for_is_never_evicted(tmp_path: Path) -> None:
    """Then what comes has to wait, and says so."""

    async def story() -> None:
        async with shelf(tmp_path, songs=3, seconds=1.0, cache_limit_bytes=2 * SONG + 1000) as one:
            await one.fetch("title:song0")
            await automatic(one, "song1")
            sources = await one.client.library.track_sources([await one.track_id("song1")])
            path = next(iter(sources.values()))[0].path
            assert path is not None
            async with one.client.downloads.store.opened(path):
                await one.fetch("title:song2")
                assert await here(one) == {"song0", "song1"}
                (item,) = await one.client.downloads.list()
                assert item.reason == "waits for room: the limit or the disk is full"
            await one.client.downloads.run(until_idle=True)
            assert await here(one) == {"song0", "song2"}

    run(story())


def test_automatic_downloads_evict_nothing_that_weighs_as_much(tmp_path: Path) -> None:
    """Else two rules would fetch and evict each other's tracks for ever."""

    async def story() -> None:
        async with shelf(tmp_path, songs=3, seconds=1.0, cache_limit_bytes=2 * SONG + 1000) as one:
            await one.client.downloads.rules.add("all", "title:song", weight=50)
            await one.client.downloads.run(until_idle=True)
            first = await here(one)
            carried = one.proxy.carried_bytes
            for _ in range(3):
                await one.client.downloads.rules.evaluate()
                await one.client.downloads.retry()
                await one.client.downloads.run(until_idle=True)
            assert (await here(one), one.proxy.carried_bytes) == (first, carried)
            assert len(first) >= 1

    run(story())


def test_letting_go_frees_what_nothing_else_keeps(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path, songs=2, seconds=1.0) as one:
            await one.fetch("title:song0")
            await one.fetch("title:song")
            gone, freed = await one.client.downloads.let_go("title:song", wish_of("title:song").condition)
            assert (gone.kept, freed, await here(one)) == (1, SONG, {"song0"})
            gone, freed = await one.client.downloads.let_go("song0", wish_of("song0").condition)
            assert (gone.kept, freed, await here(one)) == (0, SONG, set())
            assert list((tmp_path / "client/downloads/copies").iterdir()) == []

    run(story())
