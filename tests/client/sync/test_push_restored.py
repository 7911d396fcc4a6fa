"""Copied homes and restored servers: every edit that was acknowledged is still there."""

import shutil
from pathlib import Path

from soul_player.client import SyncStatus
from tests.client.sync.devices import a_device, put_library
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.server.running import running_server


def test_a_copied_home_takes_a_name_of_its_own_and_loses_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with running_server(tmp_path / "server", clock=clock) as running:
            await put_library(running, 2)
            async with a_device(tmp_path / "phone", running, clock=clock) as phone:
                await phone.new_playlist("Before")
                await phone.sync()
            shutil.copytree(tmp_path / "phone", tmp_path / "copy")
            async with a_device(tmp_path / "phone", running, clock=clock) as phone:
                await phone.new_playlist("On the phone")
                await phone.sync()
                await phone.new_playlist("Later on the phone")
                await phone.sync()
                clock.advance(60)
                async with a_device(tmp_path / "copy", running, clock=clock) as copy:
                    await copy.new_playlist("On the copy")
                    result = await copy.sync(SyncStatus.FAILED)
                    assert result.error is not None
                    assert (result.error.code, await copy.client.playlists.waiting_edits()) == ("sign_in_needed", 1)
                    await copy.client.sources.login(await copy.source_id(), password=running.password)
                    assert (await copy.sync()).pushed == 1
                    await phone.sync()
                    names = {"Before", "On the phone", "Later on the phone", "On the copy"}
                    assert set(await copy.shown()) == set(await phone.shown()) == names

    run(story())


def test_an_edit_on_a_copy_from_before_the_originals_watermark_is_not_lost(tmp_path: Path) -> None:
    """It was made before what the original was answered to, under a number that the original has used since."""

    async def story() -> None:
        clock = FakeClock()
        async with running_server(tmp_path / "server", clock=clock) as running:
            async with a_device(tmp_path / "phone", running, clock=clock) as phone:
                await phone.new_playlist("Before")
                await phone.sync()
            shutil.copytree(tmp_path / "phone", tmp_path / "copy")
            async with (
                a_device(tmp_path / "phone", running, clock=clock) as phone,
                a_device(tmp_path / "copy", running, clock=clock) as copy,
            ):
                await copy.new_playlist("On the copy")
                clock.advance(60)
                for name in ("On the phone", "Later", "Last"):
                    await phone.new_playlist(name)
                    await phone.sync()
                (result,) = await copy.client.sync.run()
                assert result.error is not None
                assert result.error.code == "sign_in_needed"
                await copy.client.sources.login(await copy.source_id(), password=running.password)
                assert (await copy.sync()).pushed == 1
                await phone.sync()
                names = {"Before", "On the phone", "Later", "Last", "On the copy"}
                assert set(await copy.shown()) == set(await phone.shown()) == names

    run(story())


def test_a_server_restored_from_a_backup_is_healed_by_its_devices(tmp_path: Path) -> None:
    """What it had acknowledged and lost is offered again; nobody sees a count fall or a playlist go."""

    async def story() -> None:
        clock = FakeClock()
        home = tmp_path / "server"
        async with running_server(home, clock=clock) as running:
            await put_library(running, 3)
            async with a_device(tmp_path / "phone", running, clock=clock) as phone:
                await phone.new_playlist("Before")
                await phone.sync()
        shutil.copytree(home, tmp_path / "backup")
        port = int(running.url.rpartition(":")[2])
        async with (
            running_server(home, clock=clock, port=port) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            tracks = await phone.tracks()
            playlist = await phone.new_playlist("After")
            await phone.client.edits.add_entries(playlist, tracks)
            await phone.client.edits.set_rating(tracks[0], 5)
            await phone.client.edits.record_play(tracks[0])
            await phone.client.edits.record_play(tracks[0])
            assert (await phone.sync()).pushed == 7
            assert await phone.queue() != []
        shutil.rmtree(home)
        shutil.copytree(tmp_path / "backup", home)
        clock.advance(60)
        async with (
            running_server(home, clock=clock, port=port, new_era=True) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
            a_device(tmp_path / "desk", running, clock=clock) as desk,
        ):
            await phone.sync()
            await desk.sync()
            whole = {"Before": [], "After": ["Title 00", "Title 01", "Title 02"]}
            assert await phone.shown() == await desk.shown() == whole
            for device in (phone, desk):
                marks = await device.marks((await device.tracks())[0])
                assert (marks.rating, marks.play_count) == (5, 2)
                assert await device.client.questions.list() == []
            assert (await phone.sync()).requests == 1

    run(story())


def test_what_nobody_offers_again_after_a_restore_is_kept_and_asked_about(tmp_path: Path) -> None:
    """The desk sees what only the phone had made; the phone is gone, and so is the server's memory of it."""

    async def story() -> None:
        clock = FakeClock()
        home = tmp_path / "server"
        async with running_server(home, clock=clock) as running:
            await put_library(running, 3)
        shutil.copytree(home, tmp_path / "backup")
        port = int(running.url.rpartition(":")[2])
        async with (
            running_server(home, clock=clock, port=port) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
            a_device(tmp_path / "desk", running, clock=clock) as desk,
        ):
            await phone.sync()
            playlist = await phone.new_playlist("Of the phone")
            await phone.client.edits.add_entries(playlist, await phone.tracks())
            await phone.client.edits.set_favourite((await phone.tracks())[1])
            await phone.sync()
            await desk.sync()
        shutil.rmtree(home)
        shutil.copytree(tmp_path / "backup", home)
        async with (
            running_server(home, clock=clock, port=port, new_era=True) as running,
            a_device(tmp_path / "desk", running, clock=clock) as desk,
        ):
            await desk.client.sources.login(await desk.source_id(), password=running.password)
            await desk.sync()
            assert await desk.shown() == {"Of the phone": ["Title 00", "Title 01", "Title 02"]}
            (question,) = await desk.client.questions.list()
            assert (question.kind, question.evidence["restored"]) == ("playlist_deleted", True)
            assert (await desk.marks((await desk.tracks())[1])).favourite
            await desk.client.questions.answer(question.id, "mine")
            await desk.sync()
            assert await desk.shown() == {"Of the phone": ["Title 00", "Title 01", "Title 02"]}
            async with a_device(tmp_path / "third", running, clock=clock) as third:
                await third.sync()
                assert await third.shown() == await desk.shown()
                assert (await third.marks((await third.tracks())[1])).favourite

    run(story())


def test_a_deletion_offered_again_after_a_restore_asks_about_what_came_meanwhile(tmp_path: Path) -> None:
    """What the phone had seen when it deleted is not what stands at these positions now."""

    async def story() -> None:
        clock = FakeClock()
        home = tmp_path / "server"
        async with (
            running_server(home, clock=clock) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
            a_device(tmp_path / "desk", running, clock=clock) as desk,
        ):
            await put_library(running, 3)
            await phone.sync()
            await phone.new_playlist("Shared")
            await phone.new_playlist("Quiet")
            await phone.sync()
            await desk.sync()
        shutil.copytree(home, tmp_path / "backup")
        port = int(running.url.rpartition(":")[2])
        async with (
            running_server(home, clock=clock, port=port) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            for stars in (1, 2, 3, 4, 5):
                await phone.client.edits.set_rating((await phone.tracks())[0], stars)
                await phone.sync()
            for name in ("Shared", "Quiet"):
                await phone.client.edits.delete_playlist(await phone.playlist(name))
            await phone.sync()
            assert await phone.shown() == {}
        shutil.rmtree(home)
        shutil.copytree(tmp_path / "backup", home)
        clock.advance(60)
        async with (
            running_server(home, clock=clock, port=port, new_era=True) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
            a_device(tmp_path / "desk", running, clock=clock) as desk,
        ):
            await desk.client.edits.add_entries(await desk.playlist("Shared"), (await desk.tracks())[:2])
            await desk.sync()
            await phone.sync()
            (question,) = await phone.client.questions.list()
            assert (question.kind, question.evidence["name"]) == ("playlist_changed", "Shared")
            await desk.sync()
            assert await desk.shown() == {"Shared": ["Title 00", "Title 01"]}
            await phone.client.questions.answer(question.id, "theirs")
            await phone.sync()
            assert await phone.shown() == await desk.shown()

    run(story())
