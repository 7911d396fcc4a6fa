"""What is done to a recording reaches every server that holds it, a play exactly one, and nothing goes in circles."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from soul_player.client import AvailabilityStatus, LocalTrackId, SourceId, SyncResult, SyncStatus
from soul_player.client.dedupe.links import split
from soul_player.database.access import Reader
from tests.client.sync.devices import Device, a_device, put_library
from tests.conftest import run
from tests.server.running import PASSWORD, USERNAME, RunningServer, running_server

LINK = "SELECT id FROM links"


@dataclass
class Two:
    """A device with two servers; `home` is the active one."""

    home: RunningServer
    friend: RunningServer
    phone: Device
    sources: tuple[SourceId, SourceId]

    async def sync(self) -> list[SyncResult]:
        """Both, then what they hold is matched."""
        results = await self.phone.client.sync.run()
        assert {result.status for result in results} == {SyncStatus.SYNCED}, results
        await self.phone.client.matching.run()
        await self.phone.check()
        return results

    async def track(self, number: int) -> LocalTrackId:
        """By its title."""
        (found,) = [
            one.id
            for one in (await self.phone.client.library.tracks(limit=100)).tracks
            if one.title == f"Title {number:02}"
        ]
        return found


@asynccontextmanager
async def two(folder: Path, *, home: int = 3, friend: int = 3) -> AsyncGenerator[Two, None]:
    """Each holds so many tracks; those of the same number are one recording."""
    async with (
        running_server(folder / "home") as at_home,
        running_server(folder / "friend") as at_friend,
        a_device(folder / "phone", at_home) as phone,
    ):
        for running, count in ((at_home, home), (at_friend, friend)):
            if count:
                await put_library(running, count)
        other = await phone.client.sources.add(at_friend.url, username=USERNAME, password=PASSWORD, name="Friend")
        world = Two(at_home, at_friend, phone, (await phone.source_id(), other.id))
        await world.sync()
        yield world


@asynccontextmanager
async def looking_at(folder: Path, running: RunningServer) -> AsyncGenerator[Device, None]:
    """Another device, which knows this server alone."""
    async with a_device(folder, running) as device:
        await device.sync()
        yield device


async def marks_at(folder: Path, running: RunningServer, number: int) -> tuple[bool, int | None, int]:
    """What the server says of a track: favourite, rating, plays."""
    async with looking_at(folder, running) as device:
        marks = await device.marks((await device.tracks())[number])
        return marks.favourite, marks.rating, marks.play_count


def test_a_favourite_and_a_rating_go_to_every_server_that_holds_the_recording(tmp_path: Path) -> None:
    """Once, and what came from one never goes to the other."""

    async def story() -> None:
        async with two(tmp_path, friend=2) as world:
            edits = world.phone.client.edits
            await edits.set_favourite(await world.track(0))
            await edits.set_rating(await world.track(0), 4)
            await edits.set_rating(await world.track(2), 2)
            assert [result.pushed for result in await world.sync()] == [3, 2]
            for _ in range(2):
                assert [(one.pushed, one.requests) for one in await world.sync()] == [(0, 1), (0, 1)]
            for name, running in (("a", world.home), ("b", world.friend)):
                assert await marks_at(tmp_path / name, running, 0) == (True, 4, 0)
            async with looking_at(tmp_path / "c", world.friend) as desk:
                await desk.client.edits.set_rating((await desk.tracks())[1], 5)
                await desk.sync()
            assert [result.pushed for result in await world.sync()] == [0, 0]
            assert (await world.phone.marks(await world.track(1))).rating == 5
            assert await marks_at(tmp_path / "d", world.home, 1) == (False, None, 0)

    run(story())


def test_a_play_goes_to_exactly_one_server_and_the_count_is_their_sum(tmp_path: Path) -> None:
    """The one it was played from; else the active one if it holds the recording, else the first that does."""

    async def story() -> None:
        async with two(tmp_path, home=2, friend=3) as world:
            home, friend = world.sources
            edits = world.phone.client.edits
            both, only = await world.track(0), await world.track(2)
            await edits.record_play(both, source_id=friend)
            await edits.record_play(both)
            await edits.record_play(both)
            await edits.record_play(only)
            await edits.record_play(only, source_id=home)
            assert (await world.phone.marks(both)).play_count == 3
            assert [result.pushed for result in await world.sync()] == [2, 3]
            await edits.record_play(both)
            assert (await world.phone.marks(both)).play_count == 4
            assert [(await marks_at(tmp_path / name, running, 0))[2] for name, running in
                    (("a", world.home), ("b", world.friend))] == [2, 1]  # fmt: skip
            assert (await marks_at(tmp_path / "c", world.friend, 2))[2] == 2
            await world.phone.client.sources.activate(friend)
            await edits.record_play(both)
            assert [result.pushed for result in await world.sync()] == [1, 1]
            assert (await world.phone.marks(both)).play_count == 5

    run(story())


def test_an_entry_that_its_server_does_not_hold_waits_at_its_place(tmp_path: Path) -> None:
    """Marked and unsent, until the server comes to hold the recording."""

    async def story() -> None:
        async with two(tmp_path, home=0, friend=3) as world:
            home, _ = world.sources
            playlist = await world.phone.client.edits.create_playlist("Mixed", source_id=home)
            tracks = [await world.track(number) for number in (2, 0, 1)]
            await world.phone.client.edits.add_entries(playlist, tracks)
            assert [result.pushed for result in await world.sync()] == [1, 0]
            shown = ["Title 02", "Title 00", "Title 01"]
            assert await world.phone.shown() == {"Mixed": shown}
            assert (await world.phone.client.playlists.list())[0].pending == 3
            async with looking_at(tmp_path / "a", world.home) as desk:
                assert await desk.shown() == {"Mixed": []}
            await put_library(world.home, 3)
            await world.sync()
            assert [result.pushed for result in await world.sync()] == [3, 0]
            assert (await world.phone.client.playlists.list())[0].pending == 0
            assert await world.phone.shown() == {"Mixed": shown}
            async with looking_at(tmp_path / "b", world.home) as desk:
                assert await desk.shown() == {"Mixed": shown}

    run(story())


def test_what_is_sent_meanwhile_does_not_come_before_an_entry_that_waits(tmp_path: Path) -> None:
    """It was put at the end of then; by the time it is sent, others stand there."""

    async def story() -> None:
        async with two(tmp_path, home=2, friend=3) as world:
            home, _ = world.sources
            playlist = await world.phone.client.edits.create_playlist("Mixed", source_id=home)
            for number in (0, 2, 1):
                await world.phone.client.edits.add_entries(playlist, [await world.track(number)])
            await world.sync()
            shown = ["Title 00", "Title 02", "Title 01"]
            assert await world.phone.shown() == {"Mixed": shown}
            async with looking_at(tmp_path / "a", world.home) as desk:
                assert await desk.shown() == {"Mixed": ["Title 00", "Title 01"]}
            await put_library(world.home, 1, first=2)
            for _ in range(2):
                await world.sync()
            assert (await world.phone.client.playlists.list())[0].pending == 0
            assert await world.phone.shown() == {"Mixed": shown}
            async with looking_at(tmp_path / "b", world.home) as desk:
                assert await desk.shown() == {"Mixed": shown}

    run(story())


def test_a_playlist_goes_to_its_own_server_and_stays_whole_when_the_other_goes(tmp_path: Path) -> None:
    async def story() -> None:
        async with two(tmp_path, home=2, friend=4) as world:
            home, friend = world.sources
            playlist = await world.phone.client.edits.create_playlist("Of home", source_id=home)
            await world.phone.client.edits.add_entries(playlist, [await world.track(n) for n in (0, 3, 1)])
            await world.sync()
            async with looking_at(tmp_path / "a", world.friend) as desk:
                assert await desk.shown() == {}
            await world.phone.client.sources.remove(friend)
            _, entries = await world.phone.client.playlists.read(playlist)
            assert [(one.title, one.status) for one in entries] == [
                ("Title 00", AvailabilityStatus.STREAM_ONLY),
                ("Title 03", AvailabilityStatus.UNAVAILABLE),
                ("Title 01", AvailabilityStatus.STREAM_ONLY),
            ]
            # The home server comes to hold it: the entry is that recording's again, and goes there.
            await put_library(world.home, 2, first=2)
            await world.sync()
            (result,) = await world.sync()
            _, entries = await world.phone.client.playlists.read(playlist)
            assert {one.status for one in entries} == {AvailabilityStatus.STREAM_ONLY}
            assert result.pushed == 1
            async with looking_at(tmp_path / "b", world.home) as desk:
                assert (await desk.shown())["Of home"] == ["Title 00", "Title 03", "Title 01"]

    run(story())


def test_a_split_gives_each_its_own_back(tmp_path: Path) -> None:
    """Each server's own word and plays are its track's again."""

    async def story() -> None:
        async with two(tmp_path, home=1, friend=1) as world:
            track = await world.track(0)
            for name, running, stars in (("a", world.home, 2), ("b", world.friend, 5)):
                async with looking_at(tmp_path / name, running) as desk:
                    (theirs,) = await desk.tracks()
                    await desk.client.edits.set_rating(theirs, stars)
                    for _ in range(stars):
                        await desk.client.edits.record_play(theirs)
                    await desk.sync()
            await world.sync()
            marks = await world.phone.marks(track)
            assert (marks.rating, marks.play_count) == (5, 7)
            await world.phone.library.write(split, await world.phone.library.read(_link))
            tracks = (await world.phone.client.library.tracks(limit=10)).tracks
            assert len(tracks) == 2
            apart = [await world.phone.marks(one.id) for one in tracks]
            assert sorted((one.rating, one.play_count) for one in apart) == [(2, 2), (5, 5)]

    run(story())


async def _link(library: Reader) -> int:
    ((link_id,),) = await library.all(LINK)
    return int(link_id)
