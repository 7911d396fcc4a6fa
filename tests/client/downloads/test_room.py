"""Room for what comes, at the price of what may go, and of nothing else."""

import asyncio
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as given_by

from soul_player.client.downloads.room import SPARE_SHARE, Evict, Fits, Limits, decide, no_room
from soul_player.client.downloads.wishes import ask
from soul_player.client.errors import DiskFull
from soul_player.client.library.download_tasks import add_automatic
from soul_player.database.access import Writer
from tests.client.clients import database_of
from tests.client.downloads.shelves import Shelf, assert_the_law, downloading_client, shelf, wish_of, write_song
from tests.conftest import run

amounts = given_by.integers(0, 10**12)


@given(limits=given_by.builds(Limits, amounts, amounts), used=amounts, free=amounts, here=amounts, new=amounts)
def test_what_is_evicted_is_enough(limits: Limits, used: int, free: int, here: int, new: int) -> None:
    """Afterwards the limit holds, and the floor of the disk; without need nothing goes."""
    cache, floor, needed = limits.cache_bytes, limits.free_bytes, here + new
    match decide(limits, used_bytes=used, free_bytes=free, needed_bytes=needed, here_bytes=here):
        case Fits():
            assert used + needed <= cache
            assert free - new >= floor
        case Evict(bytes_min, bytes_wanted):
            assert used + needed - bytes_min <= cache
            assert free + bytes_min - new >= floor
            assert used + needed - (bytes_min - 1) > cache or free + (bytes_min - 1) - new < floor
            assert bytes_wanted >= bytes_min


def test_what_is_wrong_and_what_to_do_is_told() -> None:
    """The same words wherever it is read; the limit of the user is another matter than the disk."""
    limits = Limits(cache_bytes=2_000_000_000, free_bytes=1_000_000_000)
    limit = no_room(limits, needed_bytes=12_300_000, is_of_disk=False)
    assert limit.message == (
        "downloads take all the room they may: 12.3 MB more would pass 2,000.0 MB. Let go of some, or raise the limit"
    )
    assert limit.hint == "soul download --remove QUERY; soul config set client.cache_limit_bytes N"
    disk = no_room(limits, needed_bytes=12_300_000, is_of_disk=True)
    assert disk.message == (
        "the disk is nearly full: 12.3 MB more would leave less than 1,000.0 MB free. "
        "Make room on it, and this goes on by itself"
    )


@given(size=given_by.integers(1, 50), files=given_by.integers(200, 400), limit=given_by.integers(1_000, 5_000))
def test_it_evicts_now_and_then_and_not_for_each_file(size: int, files: int, limit: int) -> None:
    """Filled to its limit, it goes down to the low mark at once; until it is full again, nothing goes."""
    limits = Limits(cache_bytes=limit, free_bytes=0)
    used, evictions, since = 0, 0, 0
    for _ in range(files):
        since += size
        match decide(limits, used_bytes=used, free_bytes=1 << 60, needed_bytes=size):
            case Fits():
                pass
            case Evict(bytes_min, bytes_wanted):
                spare = bytes_wanted - bytes_min
                assert spare == round(limit * SPARE_SHARE)
                assert not evictions or since > spare, "it evicts again before what it made room for has come"
                used, evictions, since = used - bytes_wanted, evictions + 1, 0
        used += size
        assert used <= limit
    come = size * files
    assert evictions <= max(0, come - limit) // max(size, round(limit * SPARE_SHARE)) + 1


def test_a_file_that_goes_on_takes_the_room_of_all_of_it(tmp_path: Path) -> None:
    """What is here of it counted for nothing so far: it was no copy. The disk has to hold only the rest."""

    async def story() -> None:
        async with downloading_client(tmp_path) as client:
            await client.downloads.run(until_idle=True)
            room = client.downloads._room
            room.limits = Limits(cache_bytes=999, free_bytes=0)
            with pytest.raises(DiskFull):
                await room.make(1_000, key=1, below_weight=1, here_bytes=900)
            free_bytes = await room.free_bytes()
            room.limits = Limits(cache_bytes=1 << 60, free_bytes=free_bytes - 1_000_000)
            with pytest.raises(DiskFull):
                await room.make(2_000_000_000, key=1, below_weight=1)
            await room.make(2_000_000_000, key=1, below_weight=1, here_bytes=2_000_000_000)
            room.limits = Limits(cache_bytes=2_000_000_999, free_bytes=0)
            # Until its row stands it counts, whole.
            with pytest.raises(DiskFull):
                await room.make(1_000, key=2, below_weight=1)

    run(story())


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
                assert item.reason is not None
                assert item.reason.startswith("downloads take all the room they may: ")
                assert item.reason.endswith("Let go of some, or raise the limit")
            await one.client.downloads.run(until_idle=True)
            assert await here(one) == {"song0", "song2"}

    run(story())


def test_what_can_never_fit_costs_nothing_that_is_here(tmp_path: Path) -> None:
    """Else one file that is too large empties the cache, and is not there either."""

    async def story() -> None:
        write_song(tmp_path / "music" / "song3.wav", 3, seconds=2.1)
        async with shelf(tmp_path, songs=4, seconds=1.0, cache_limit_bytes=3 * SONG + 1000) as one:
            await one.fetch("title:song0")
            await automatic(one, "song1", "song2")
            await one.fetch("title:song3")
            assert await one.states() == ["waiting"]
            assert await here(one) == {"song0", "song1", "song2"}

    run(story())


def test_what_is_asked_for_while_room_is_made_stays(tmp_path: Path) -> None:
    """It was chosen to go a moment before: the file of a person's wish must not be deleted all the same."""

    async def story() -> None:
        async with shelf(tmp_path, songs=2, seconds=1.0, cache_limit_bytes=2 * SONG + 1000) as one:
            await automatic(one, "song0", "song1")
            room = one.client.downloads._room
            room.limits = Limits(cache_bytes=1_000, free_bytes=0)

            async def ask_slowly(library: Writer) -> None:
                """Whoever looks before this commits sees two copies that nobody asked for."""
                await ask(library, wish_of("title:song1"), now_ms=1)
                # On the writer's own thread.
                time.sleep(0.5)  # noqa: ASYNC251  # there, and not in the loop

            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(database_of(one.client).write(ask_slowly))
                await asyncio.sleep(0.05)
                await room.trim()
            assert await here(one) == {"song1"}
            await assert_the_law(one.client)

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
