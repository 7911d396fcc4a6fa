"""A favourite or rating made here goes to every source that holds the recording, whenever it comes to hold it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from soul_player.client import LocalTrackId, SyncStatus
from soul_player.client.library.overlay import Marks
from tests.client.sync.devices import Device, a_device, put_library
from tests.conftest import run
from tests.server.running import PASSWORD, USERNAME, RunningServer, running_server


@dataclass
class Late:
    """A device whose friend's server holds nothing at first."""

    folder: Path
    home: RunningServer
    friend: RunningServer
    phone: Device

    async def sync(self) -> list[int]:
        """Both, then what they hold is matched, and what follows from that is sent: how much went to each."""
        pushed = [0, 0]
        for _ in range(2):
            for place, result in enumerate(await self.phone.client.sync.run()):
                assert result.status is SyncStatus.SYNCED, result
                pushed[place] += result.pushed
            await self.phone.client.matching.run()
            await self.phone.check()
        return pushed

    async def tracks(self) -> list[LocalTrackId]:
        """By their titles."""
        return await self.phone.tracks()

    async def at(self, running: RunningServer, number: int = 0) -> Marks:
        """What a server says of a track, seen by another device."""
        async with self.elsewhere(running) as desk:
            return await desk.marks((await desk.tracks())[number])

    @asynccontextmanager
    async def elsewhere(self, running: RunningServer) -> AsyncGenerator[Device, None]:
        """Another device, which knows this server alone."""
        self.folder = self.folder.with_name(self.folder.name + "x")
        async with a_device(self.folder, running) as desk:
            await desk.sync()
            yield desk
            await desk.sync()


@asynccontextmanager
async def late(folder: Path, *, home: int = 2) -> AsyncGenerator[Late, None]:
    """Synced with what is there now."""
    async with (
        running_server(folder / "home") as at_home,
        running_server(folder / "friend") as at_friend,
        a_device(folder / "phone", at_home) as phone,
    ):
        await put_library(at_home, home)
        await phone.client.sources.add(at_friend.url, username=USERNAME, password=PASSWORD, name="Friend")
        world = Late(folder / "desk", at_home, at_friend, phone)
        await world.sync()
        yield world


def test_a_source_that_comes_to_hold_a_recording_is_told_what_was_said_of_it(tmp_path: Path) -> None:
    """Once, with the time at which it was said, and never back."""

    async def story() -> None:
        async with late(tmp_path) as world:
            first, second = await world.tracks()
            await world.phone.client.edits.set_favourite(first)
            await world.phone.client.edits.set_rating(first, 4)
            await world.phone.client.edits.set_rating(second, 2)
            await world.phone.client.edits.set_rating(second, None)
            assert await world.sync() == [4, 0]
            before = await world.phone.marks(first)
            await put_library(world.friend, 2)
            assert await world.sync() == [0, 2]
            assert await world.sync() == [0, 0]
            said = await world.at(world.friend)
            assert (said.favourite, said.rating) == (True, 4)
            assert said.favourited_at is not None
            assert before.favourited_at is not None
            assert abs(said.favourited_at - before.favourited_at) < 2_000
            assert (await world.at(world.friend, 1)).rating is None
            after = await world.phone.marks(first)
            assert (after.favourite, after.rating) == (True, 4)

    run(story())


def test_what_another_device_said_goes_nowhere(tmp_path: Path) -> None:
    """Neither what came from a server, nor a word of this device that another one has replaced."""

    async def story() -> None:
        async with late(tmp_path) as world:
            await world.phone.client.edits.set_favourite((await world.tracks())[0])
            await world.sync()
            async with world.elsewhere(world.home) as desk:
                first, second = await desk.tracks()
                await desk.client.edits.set_favourite(first, favourite=False)
                await desk.client.edits.set_rating(second, 5)
            assert await world.sync() == [0, 0]
            await put_library(world.friend, 2)
            assert await world.sync() == [0, 0]
            shown = [await world.phone.marks(one) for one in await world.tracks()]
            assert [(one.favourite, one.rating) for one in shown] == [(False, None), (False, 5)]
            for number in (0, 1):
                said = await world.at(world.friend, number)
                assert (said.favourite, said.favourited_at, said.rating) == (False, None, None)

    run(story())


def test_a_later_word_of_the_source_itself_stands(tmp_path: Path) -> None:
    async def story() -> None:
        async with late(tmp_path) as world:
            track = (await world.tracks())[0]
            await world.phone.client.edits.set_rating(track, 2)
            await put_library(world.friend, 1)
            async with world.elsewhere(world.friend) as desk:
                await desk.client.edits.set_rating((await desk.tracks())[0], 5)
            assert await world.sync() == [1, 0]
            assert (await world.phone.marks(track)).rating == 5
            assert (await world.at(world.home)).rating == 2

    run(story())


def test_a_split_takes_back_what_was_carried_and_a_merge_brings_it_again(tmp_path: Path) -> None:
    """Each server says of its own track what it said before; shown is the same."""

    async def story() -> None:
        async with late(tmp_path, home=1) as world:
            await put_library(world.friend, 1)
            async with world.elsewhere(world.friend) as desk:
                await desk.client.edits.set_rating((await desk.tracks())[0], 3)
            (await world.phone.client.sync.run())[0]
            mine, theirs = sorted(one.id for one in (await world.phone.client.library.tracks(limit=9)).tracks)
            await world.phone.client.edits.set_favourite(mine)
            await world.phone.client.edits.set_rating(mine, 5)
            # Matching joins them: the friend's server holds it now.
            assert await world.sync() == [2, 2]
            (kept,) = await world.tracks()
            entries = [part["entry_id"] for part in await world.phone.client.recordings.parts(kept)]
            own = await world.phone.client.recordings.split(kept, entries[1])
            shown = [await world.phone.marks(one) for one in (kept, own)]
            assert [(one.favourite, one.rating) for one in shown] == [(True, 5), (False, 3)]
            assert await world.sync() == [0, 2]
            said = [await world.at(running) for running in (world.home, world.friend)]
            assert [(one.favourite, one.rating) for one in said] == [(True, 5), (False, 3)]
            assert await world.sync() == [0, 0]
            await world.phone.client.recordings.merge(kept, own)
            marks = await world.phone.marks(kept)
            assert (marks.favourite, marks.rating) == (True, 5)
            assert await world.sync() == [0, 2]
            said = [await world.at(running) for running in (world.home, world.friend)]
            assert [(one.favourite, one.rating) for one in said] == [(True, 5), (True, 5)]
            assert {theirs, mine} == {kept, own}

    run(story())


def test_words_of_a_removed_source_are_for_other_sources_only_if_they_were_said_here(tmp_path: Path) -> None:
    async def story() -> None:
        async with late(tmp_path) as world:
            first, _ = await world.tracks()
            await world.phone.client.edits.set_favourite(first)
            async with world.elsewhere(world.home) as desk:
                await desk.client.edits.set_rating((await desk.tracks())[1], 4)
            await world.sync()
            await put_library(world.friend, 2)
            await world.phone.client.sources.remove(await world.phone.source_id())
            (result,) = await world.phone.client.sync.run()
            (again,) = await world.phone.client.sync.run()
            assert [result.pushed, again.pushed] == [0, 1]
            assert [(one.favourite, one.rating) for one in [await world.at(world.friend, n) for n in (0, 1)]] == [
                (True, None),
                (False, None),
            ]
            shown = [await world.phone.marks(one) for one in await world.tracks()]
            assert [(one.favourite, one.rating) for one in shown] == [(True, None), (False, 4)]

    run(story())
