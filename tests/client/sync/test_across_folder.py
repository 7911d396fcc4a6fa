"""A folder of this device and a server hold the same recordings: what is done to them reaches the server, once."""

import shutil
from pathlib import Path

from soul_player.client import AvailabilityStatus, Client, LocalTrackId, SyncStatus
from soul_player.edges import SystemClock
from tests.client.sync.devices import a_device
from tests.client.sync.folders import reading
from tests.client.sync.rebuilt import make_album, serving
from tests.conftest import run
from tests.server.running import PASSWORD, USERNAME


async def sync_and_match(client: Client) -> list[int]:
    """Both sources, then what they hold is matched; how many edits each was sent."""
    results = await client.sync.run()
    assert {result.status for result in results} == {SyncStatus.SYNCED}, results
    await client.matching.run()
    return [result.pushed for result in results]


async def titled(client: Client, title: str) -> LocalTrackId:
    """The one recording of this title."""
    (track,) = [one.id for one in (await client.library.tracks(limit=100)).tracks if one.title == title]
    return track


def test_what_is_done_to_a_local_file_reaches_the_server_that_holds_it_too(tmp_path: Path) -> None:
    """And what no server holds waits here, until one does."""
    here, there = tmp_path / "here", tmp_path / "there"
    make_album(here, 3)
    there.mkdir()
    for number in range(2):
        shutil.copy(here / f"{number:02}.mp3", there)

    async def story() -> None:
        clock = SystemClock()
        async with (
            serving(tmp_path / "server", there, clock=clock) as running,
            reading(tmp_path / "client") as (client, _),
        ):
            server = await client.sources.add(running.url, username=USERNAME, password=PASSWORD, name="Home")
            await client.sources.add_folder(here, name="Files")
            for _ in range(2):
                await sync_and_match(client)
            assert await client.library.count() == 3
            both, only = await titled(client, "Title 00"), await titled(client, "Title 02")
            sources = (await client.library.track_sources([both]))[both]
            assert {one.status for one in sources} == {AvailabilityStatus.LOCAL_FILE, AvailabilityStatus.STREAM_ONLY}
            for track in (both, only):
                await client.edits.set_favourite(track)
                await client.edits.record_play(track)
            playlist = await client.edits.create_playlist("Mixed", source_id=server.id)
            await client.edits.add_entries(playlist, [only, both])
            assert sum(await sync_and_match(client)) == 4
            assert [(await client.playlists.marks(track)).play_count for track in (both, only)] == [1, 1]
            async with a_device(tmp_path / "a", running) as desk:
                await desk.sync()
                assert await desk.shown() == {"Mixed": ["Title 00"]}
                marks = await desk.marks((await desk.tracks())[0])
                assert (marks.favourite, marks.play_count) == (True, 1)
            # The server gets the file: it is told of the play and the favourite, and gets the entry, in its place.
            shutil.copy(here / "02.mp3", there)
            await running.server.scanner.scan()
            await running.server.scanner.hash_all()
            await sync_and_match(client)
            assert sum(await sync_and_match(client)) == 3
            assert sum(await sync_and_match(client)) == 0
            assert await client.library.count() == 3
            assert [(await client.playlists.marks(track)).play_count for track in (both, only)] == [1, 1]
            async with a_device(tmp_path / "b", running) as desk:
                await desk.sync()
                assert await desk.shown() == {"Mixed": ["Title 02", "Title 00"]}
                marks = await desk.marks((await desk.tracks())[2])
                assert (marks.favourite, marks.play_count) == (True, 1)

    run(story())
