"""A file that was asked for stays and plays when the source that it came from is removed."""

from pathlib import Path

from soul_player.client import AvailabilityStatus, Client, LocalTrackId
from tests.client.clients import assert_words_agree
from tests.client.downloads.shelves import Shelf, rows, shelf, statuses, wish_of
from tests.conftest import run


async def played(client: Client, track_id: LocalTrackId) -> bytes:
    """Every byte that a player gets."""
    async with client.playback.open(track_id) as audio:
        return b"".join([piece async for piece in audio])


async def remove_source(one: Shelf) -> None:
    """Gone, and its server is asked for nothing any more."""
    (source,) = await one.client.sources.list()
    await one.client.sources.remove(source.id)


def test_what_was_downloaded_plays_without_its_source(tmp_path: Path) -> None:
    """In the lists, found by its words, told as a file of this device; the other songs of the source are gone."""

    async def story() -> None:
        async with shelf(tmp_path, songs=2) as one:
            await one.fetch("title:song0")
            track_id = await one.track_id()
            await remove_source(one)
            assert await one.track_id() == track_id
            assert await statuses(one.client) == ["cached"]
            (found,) = await one.client.library.search("song0", limit=5)
            assert found.id == track_id
            (held,) = (await one.client.library.track_sources([track_id]))[track_id]
            assert (held.source_name, held.status) == ("This device", AvailabilityStatus.CACHED)
            assert await played(one.client, track_id) == one.files["song0"].read_bytes()
            await assert_words_agree(one.client)

    run(story())


def test_it_goes_when_a_person_lets_it_go(tmp_path: Path) -> None:
    """Then no row says that it is here, and no file is left."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            await one.fetch("title:song0")
            await remove_source(one)
            await one.client.downloads.let_go("title:song0", wish_of("title:song0").condition)
            assert await statuses(one.client) == ["unavailable"]
            assert await rows(one.client, "SELECT 1 FROM copies") == []
            assert list((tmp_path / "client/downloads/copies").iterdir()) == []

    run(story())


def test_a_file_that_is_lost_is_not_told_to_be_here(tmp_path: Path) -> None:
    """Nobody can fetch it again: the row says so after the next look."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            await one.fetch("title:song0")
            await remove_source(one)
            (copy,) = (tmp_path / "client/downloads/copies").iterdir()
            copy.unlink()
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["unavailable"]

    run(story())


def test_it_is_its_sources_again_when_that_is_added_again(tmp_path: Path) -> None:
    """One recording, linked to the file that is here, and not a byte fetched."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            await one.fetch("title:song0")
            await remove_source(one)
            await one.client.sources.add(
                one.proxy.url, username=one.running.username, password=one.running.password, name="Home"
            )
            (result,) = await one.client.sync.run()
            assert result.error is None, result
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached"]
            assert await one.states() == []
            (held,) = (await one.client.library.track_sources([await one.track_id()]))[await one.track_id()]
            assert held.source_name == "Home"

    run(story())
