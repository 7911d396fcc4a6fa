"""Two devices, one server: edits made apart meet, and nothing is lost."""

from pathlib import Path

from tests.client.sync.devices import a_device, put_library
from tests.conftest import run
from tests.server.running import running_server


def test_edits_made_offline_on_two_devices_reach_both(tmp_path: Path, store_url: str) -> None:
    async def story() -> None:
        async with (
            running_server(tmp_path / "server", database=store_url) as running,
            a_device(tmp_path / "phone", running) as phone,
            a_device(tmp_path / "desk", running) as desk,
        ):
            await put_library(running)
            await phone.sync()
            playlist = await phone.new_playlist()
            tracks = await phone.tracks()
            await phone.client.edits.add_entries(playlist, tracks[:2])
            assert await phone.shown() == {"Night Drive": ["Title 00", "Title 01"]}
            result = await phone.sync()
            assert (result.pushed, result.conflicts) == (3, 0)
            await desk.sync()
            assert await desk.shown() == {"Night Drive": ["Title 00", "Title 01"]}
            # Apart.
            first = (await phone.entry_ids())[0]
            await phone.client.edits.add_entries(playlist, tracks[2:4], after=first)
            await phone.client.edits.set_rating(tracks[0], 4)
            await phone.client.edits.record_play(tracks[0])
            there = await desk.tracks()
            await desk.client.edits.add_entries(await desk.playlist(), [there[4], there[4]], after=first)
            await desk.client.edits.rename_playlist(await desk.playlist(), "Late Drive")
            await desk.client.edits.set_favourite(there[0])
            await desk.client.edits.record_play(there[0])
            assert (await desk.marks(there[0])).play_count == 1
            for device in (phone, desk, phone):
                await device.sync()
            apart = {"Late Drive": ["Title 00", "Title 04", "Title 04", "Title 02", "Title 03", "Title 01"]}
            assert await phone.shown() == await desk.shown() == apart
            for device, track in ((phone, tracks[0]), (desk, there[0])):
                marks = await device.marks(track)
                assert (marks.favourite, marks.rating, marks.play_count) == (True, 4, 2)
            for device in (phone, desk):
                assert [row for row in await device.queue() if row[1:3] != ("settled", 0)] == []
                idle = await device.sync()
                assert (idle.requests, idle.pushed) == (1, 0)

    run(story())


def test_ten_added_at_one_place_on_each_of_two_devices_never_interleave(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running_server(tmp_path / "server") as running,
            a_device(tmp_path / "phone", running) as phone,
            a_device(tmp_path / "desk", running) as desk,
        ):
            await put_library(running, 4)
            await phone.sync()
            playlist = await phone.new_playlist()
            await phone.client.edits.add_entries(playlist, (await phone.tracks())[:2])
            await phone.sync()
            await desk.sync()
            anchor = (await desk.entry_ids())[0]
            for device, which in ((phone, 2), (desk, 3)):
                track = (await device.tracks())[which]
                await device.client.edits.add_entries(await device.playlist(), [track] * 10, after=anchor)
            for device in (phone, desk, phone):
                await device.sync()
            shown = (await phone.shown())["Night Drive"]
            assert shown == (await desk.shown())["Night Drive"]
            assert shown == ["Title 00", *["Title 03"] * 10, *["Title 02"] * 10, "Title 01"]

    run(story())


def test_an_edit_is_kept_and_shown_with_the_server_down_and_sent_when_it_is_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_server(tmp_path / "server") as running, a_device(tmp_path / "phone", running) as phone:
            await put_library(running)
            await phone.sync()
        port = int(running.url.rpartition(":")[2])
        async with a_device(tmp_path / "phone", running) as phone:
            await phone.new_playlist()
            (result,) = await phone.client.sync.run()
            assert result.status == "offline"
            assert await phone.client.playlists.waiting_edits() == 1
        # The program ended in between.
        async with (
            running_server(tmp_path / "server", port=port) as running,
            a_device(tmp_path / "phone", running) as phone,
        ):
            assert await phone.shown() == {"Night Drive": []}
            assert (await phone.sync()).pushed == 1
            assert await phone.client.playlists.waiting_edits() == 0
            assert await phone.shown() == {"Night Drive": []}

    run(story())
