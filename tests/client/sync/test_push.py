"""Edits on their way: lost answers and poisoned batches lose none and double none."""

import asyncio
import json
import random
from pathlib import Path

import pytest

from soul_player.client import SyncStatus
from soul_player.client.sources.transport import Request
from soul_player.database.access import Reader, Writer
from tests.client.sync.devices import Device, a_device, put_library
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.edges.faulty_transport import Fault
from tests.server.running import add_user, running_server

DAY_SECONDS = 86_400
PUSH = "/api/sync/push"


def operations(request: Request) -> list[dict[str, object]]:
    """Of a push."""
    if request.path != PUSH:
        return []
    found: list[dict[str, object]] = json.loads(request.body or b"{}")["operations"]
    return found


async def until_synced(device: Device, attempts: int = 60) -> None:
    """Again and again, as a device does."""
    for _ in range(attempts):
        (result,) = await device.client.sync.run()
        await device.check()
        if result.status is SyncStatus.SYNCED:
            return
    raise AssertionError("it never came to an end")


def test_plays_add_up_exactly_however_many_answers_are_lost(tmp_path: Path) -> None:
    """Five devices, a third of their answers lost; and on each of them the count that is shown never falls."""

    async def story() -> None:
        dice = random.Random(7)
        plays = 120

        def weather(request: Request) -> Fault | None:
            if request.path.startswith("/api/sync") and dice.random() < 0.3:
                return Fault.LOST_ANSWER if dice.random() < 0.7 else Fault.LOST_REQUEST
            return None

        async with running_server(tmp_path / "server") as running:
            await put_library(running, 2)
            for number in range(5):
                async with a_device(tmp_path / f"device-{number}", running, weather=weather) as device:
                    await until_synced(device)
                    track = (await device.tracks())[0]
                    shown = (await device.marks(track)).play_count
                    for _ in range(plays):
                        await device.client.edits.record_play(track)
                    for _ in range(60):
                        before, shown = shown, (await device.marks(track)).play_count
                        assert shown >= before
                        (result,) = await device.client.sync.run()
                        if result.status is SyncStatus.SYNCED:
                            break
                    assert await device.client.playlists.waiting_edits() == 0
            for number in range(5):
                async with a_device(tmp_path / f"device-{number}", running) as device:
                    await device.sync()
                    track = (await device.tracks())[0]
                    assert (await device.marks(track)).play_count == 5 * plays

    run(story())


def test_two_programs_of_one_home_edit_while_one_of_them_syncs_and_each_play_counts_once(tmp_path: Path) -> None:
    """Half of the answers are lost meanwhile: the numbers are given to both from one place."""

    async def story() -> None:
        dice, plays = random.Random(3), 40

        def weather(request: Request) -> Fault | None:
            return Fault.LOST_ANSWER if request.path == PUSH and dice.random() < 0.5 else None

        async with (
            running_server(tmp_path / "server") as running,
            a_device(tmp_path / "phone", running, weather=weather) as page,
            a_device(tmp_path / "phone", running, weather=weather) as terminal,
        ):
            await put_library(running, 1)
            await until_synced(page)
            (track,) = await page.tracks()

            async def play(device: Device) -> None:
                for number in range(plays):
                    await device.client.edits.record_play(track)
                    if number % 4 == 0 and device is page:
                        await device.client.sync.run()

            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(play(page))
                tasks.create_task(play(terminal))
            await until_synced(terminal)
            assert await page.client.playlists.waiting_edits() == 0
            assert (await page.marks(track)).play_count == (await terminal.marks(track)).play_count == 2 * plays
            rows = await page.library.read(_numbers)
            assert sorted(rows) == list(range(1, 2 * plays + 1))
            async with a_device(tmp_path / "tablet", running) as tablet:
                await tablet.sync()
                assert (await tablet.marks((await tablet.tracks())[0])).play_count == 2 * plays

    run(story())


async def _numbers(library: Reader) -> list[int]:
    return [n for (n,) in await library.all("SELECT n FROM sync_queue")]


def test_a_batch_without_an_answer_is_sent_again_and_holds_back_the_users_pages(tmp_path: Path) -> None:
    """A page might hold its effect a second time; the library goes on."""

    async def story() -> None:
        loses = [False]

        def weather(request: Request) -> Fault | None:
            return Fault.LOST_ANSWER if loses[0] and request.path == PUSH else None

        async with running_server(tmp_path / "server") as running:
            await put_library(running, 2)
            async with a_device(tmp_path / "phone", running, weather=weather) as phone:
                await phone.sync()
                loses[0] = True
                track = (await phone.tracks())[0]
                await phone.client.edits.record_play(track)
                result = await phone.sync(SyncStatus.FAILED)
                assert result.error is not None
                assert result.error.code == "connection_lost"
                assert (await phone.marks(track)).play_count == 1
                assert await phone.queue() == [("play.add", "sent", 1, None)]
            # The program ended; the answer is still owed.
            loses[0] = False
            async with a_device(tmp_path / "phone", running, weather=weather) as phone:
                assert (await phone.sync()).pushed == 1
                assert (await phone.marks(track)).play_count == 1
                assert await phone.queue() == [("play.add", "settled", 0, None)]

    run(story())


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.FAILED, "server_failed"),
        (Fault.REFUSED, "admin_only"),
        (Fault.UNPROCESSABLE, "invalid"),
        (Fault.FULL, "server_failed"),
    ],
)
def test_one_poisoned_edit_holds_up_no_other_and_waits_for_a_person(tmp_path: Path, fault: Fault, reason: str) -> None:
    async def story() -> None:
        heals = [False]

        def weather(request: Request) -> Fault | None:
            is_poisoned = any(one.get("name") == "poison" for one in operations(request))
            return fault if is_poisoned and not heals[0] else None

        async with (
            running_server(tmp_path / "server") as running,
            a_device(tmp_path / "phone", running, weather=weather) as phone,
            a_device(tmp_path / "desk", running) as desk,
        ):
            for number in range(20):
                await phone.sync() if number == 0 else None
                await phone.new_playlist("poison" if number == 7 else f"Playlist {number:02}")
            await until_synced(phone)
            (failed,) = await phone.client.questions.failed_edits()
            assert (failed.operation, failed.reason, failed.can_edit) == ("playlist.create", reason, True)
            assert len(await phone.shown()) == 19
            await desk.sync()
            assert await desk.shown() == await phone.shown()
            # Put right, it goes where the others went.
            await phone.client.questions.correct(failed.id, name="Cured")
            assert "Cured" in await phone.shown()
            await phone.sync()
            await desk.sync()
            assert await desk.shown() == await phone.shown()
            assert await phone.client.questions.failed_edits() == []

    run(story())


@pytest.mark.parametrize("fault", [Fault.FAILED, Fault.REFUSED, Fault.LIMITED, Fault.BUSY, Fault.FULL, Fault.TOO_LARGE])
def test_a_server_that_fails_on_everything_condemns_no_edit(tmp_path: Path, fault: Fault) -> None:
    """Whatever it says, and however often: once it is well, each edit is taken, once."""

    async def story() -> None:
        heals = [False]

        def weather(request: Request) -> Fault | None:
            return fault if request.path == PUSH and not heals[0] else None

        async with (
            running_server(tmp_path / "server") as running,
            a_device(tmp_path / "phone", running, weather=weather) as phone,
        ):
            await phone.new_playlist("First")
            await phone.new_playlist("Second")
            for _ in range(4):
                await phone.sync(SyncStatus.FAILED)
            assert await phone.client.questions.failed_edits() == []
            assert await phone.client.playlists.waiting_edits() == 2
            heals[0] = True
            assert (await phone.sync()).pushed == 2
            assert set(await phone.shown()) == {"First", "Second"}

    run(story())


def test_a_server_that_takes_no_edits_is_read_and_they_go_on_waiting(tmp_path: Path) -> None:
    """It is too old for them; one day it is brought up to date."""

    async def story() -> None:
        is_old = [True]

        def weather(request: Request) -> Fault | None:
            return Fault.NOT_THERE if request.path == PUSH and is_old[0] else None

        async with (
            running_server(tmp_path / "server") as running,
            a_device(tmp_path / "phone", running, weather=weather) as phone,
        ):
            await put_library(running, 2)
            await phone.new_playlist()
            for _ in range(3):
                await phone.sync()
            assert len(await phone.tracks()) == 2
            assert await phone.queue() == [("playlist.create", "waiting", 1, None)]
            is_old[0] = False
            assert (await phone.sync()).pushed == 1

    run(story())


def test_a_device_that_its_server_takes_for_another_signs_in_again_and_loses_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        is_confused = [True]

        def weather(request: Request) -> Fault | None:
            return Fault.MISMATCHED if request.path == PUSH and is_confused[0] else None

        async with (
            running_server(tmp_path / "server") as running,
            a_device(tmp_path / "phone", running, weather=weather) as phone,
        ):
            await phone.new_playlist()
            result = await phone.sync(SyncStatus.FAILED)
            assert result.error is not None
            assert (result.error.code, await phone.client.playlists.waiting_edits()) == ("sign_in_needed", 1)
            is_confused[0] = False
            await phone.client.sources.login(await phone.source_id(), password=running.password)
            assert (await phone.sync()).pushed == 1

    run(story())


def test_a_batch_that_is_too_large_goes_in_halves(tmp_path: Path) -> None:
    async def story() -> None:
        def weather(request: Request) -> Fault | None:
            return Fault.TOO_LARGE if len(operations(request)) > 3 else None

        async with (
            running_server(tmp_path / "server") as running,
            a_device(tmp_path / "phone", running, weather=weather) as phone,
        ):
            for number in range(10):
                await phone.new_playlist(f"Playlist {number}")
            assert (await phone.sync()).pushed == 10

    run(story())


def test_a_thousand_waiting_edits_are_a_sync_of_at_most_four_requests(tmp_path: Path) -> None:
    async def story() -> None:
        pushes: list[int] = []

        def weather(request: Request) -> Fault | None:
            if request.path == PUSH:
                pushes.append(len(operations(request)))
            return None

        async with (
            running_server(tmp_path / "server") as running,
            a_device(tmp_path / "phone", running, weather=weather) as phone,
        ):
            await put_library(running, 1)
            await phone.sync()
            playlist = await phone.new_playlist()
            await phone.client.edits.add_entries(playlist, (await phone.tracks()) * 999)
            drained = await phone.sync()
            # Two pushes, the second of which tells the heads, and what they came to in the feed that they are in.
            assert (pushes, drained.requests) == ([500, 500], 3)
            assert (await phone.sync()).requests == 1
            await phone.client.edits.rename_playlist(playlist, "Late Drive")
            assert (await phone.sync()).requests == 2
            await phone.client.edits.record_play((await phone.tracks())[0])
            await phone.client.edits.rename_playlist(playlist, "Early Drive")
            assert (await phone.sync()).requests == 3


def test_a_feed_is_read_when_anything_but_this_devices_edits_moved_in_it(tmp_path: Path) -> None:
    """However much of its own it has just sent."""

    async def story() -> None:
        async with (
            running_server(tmp_path / "server") as running,
            a_device(tmp_path / "phone", running) as phone,
            a_device(tmp_path / "desk", running) as desk,
        ):
            await put_library(running, 2)
            await phone.sync()
            await phone.new_playlist("Shared")
            await phone.sync()
            await desk.sync()
            await desk.client.edits.set_rating((await desk.tracks())[0], 3)
            await desk.sync()
            for _ in range(3):
                await phone.new_playlist("Own")
            assert (await phone.sync()).requests == 3
            assert (await phone.marks((await phone.tracks())[0])).rating == 3
            await desk.client.edits.rename_playlist(await desk.playlist("Shared"), "Renamed")
            await desk.sync()
            for stars in (1, 2, 3):
                await phone.client.edits.set_rating((await phone.tracks())[1], stars)
            assert (await phone.sync()).requests == 3
            assert "Renamed" in await phone.shown()
            assert (await phone.sync()).requests == 1

    run(story())


def test_what_one_account_did_is_never_seen_or_sent_by_another(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running_server(tmp_path / "server") as running,
            a_device(tmp_path / "phone", running) as phone,
        ):
            await put_library(running, 2)
            await add_user(running.server, "stranger", "a stranger's password")
            await phone.sync()
            await phone.new_playlist("Sent")
            await phone.sync()
            await phone.new_playlist("Waiting")
            track = (await phone.tracks())[0]
            await phone.client.edits.set_rating(track, 3)
            source_id = await phone.source_id()
            await phone.client.sources.login(source_id, username="stranger", password="a stranger's password")
            assert (await phone.shown(), (await phone.marks(track)).rating) == ({}, None)
            assert (await phone.sync()).pushed == 0
            await phone.new_playlist("Strange")
            await phone.sync()
            assert set(await phone.shown()) == {"Strange"}
            await phone.client.sources.login(source_id, username=running.username, password=running.password)
            assert set(await phone.shown()) == {"Waiting"}
            assert (await phone.sync()).pushed == 2
            assert set(await phone.shown()) == {"Sent", "Waiting"}
            assert (await phone.marks(track)).rating == 3

    run(story())


def test_an_edit_of_what_the_server_does_not_know_waits_thirty_days(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with (
            running_server(tmp_path / "server", clock=clock) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            await put_library(running, 2)
            await phone.sync()
            track = (await phone.tracks())[0]

            async def forget(store: Writer) -> None:
                await store.run("DELETE FROM tracks")

            await running.server.store.database.write(forget)
            await phone.client.edits.set_rating(track, 5)
            for _ in range(2):
                await phone.sync()
                assert await phone.queue() == [("rating.set", "waiting", 1, "unknown_track")]
            clock.advance(31 * DAY_SECONDS)
            await phone.sync()
            (failed,) = await phone.client.questions.failed_edits()
            assert (failed.reason, (await phone.marks(track)).rating) == ("unknown_track", 5)
            await phone.client.questions.discard(failed.id)
            assert (await phone.marks(track)).rating is None
            assert await phone.client.questions.failed_edits() == []

    run(story())
