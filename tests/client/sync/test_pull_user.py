"""Whose data it is, and from when: a sync never mixes two accounts, and a device that was long away loses no edit."""

from pathlib import Path

import pytest

from soul_player.client import SyncStatus
from soul_player.client.errors import SignInNeeded
from soul_player.database.access import Writer
from soul_player.server.housekeeping import purge_once
from soul_player.server.store.changes import TOMBSTONE_DAYS
from tests.client.sync.devices import a_device, put_library
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.server.running import add_user, running_server

STRANGER = {"username": "stranger", "password": "a stranger's password"}


def test_an_account_that_another_process_signed_in_is_read_with_its_own_token(tmp_path: Path) -> None:
    """The process that goes on running still knows a token of the former account, which is good for a while."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as running, a_device(tmp_path / "phone", running) as phone:
            await put_library(running, 2)
            await add_user(running.server, STRANGER["username"], STRANGER["password"])
            await phone.sync()
            await phone.new_playlist("Of the first")
            track = (await phone.tracks())[0]
            await phone.client.edits.record_play(track)
            await phone.sync()
            async with a_device(tmp_path / "phone", running) as beside:
                await beside.client.sources.login(await beside.source_id(), **STRANGER)
            await phone.sync()
            assert await phone.shown() == {}
            assert (await phone.marks(track)).play_count == 0
            await phone.new_playlist("Of the stranger")
            assert (await phone.sync()).pushed == 1
        async with running_server(tmp_path / "server") as running, a_device(tmp_path / "tablet", running) as tablet:
            await tablet.sync()
            assert set(await tablet.shown()) == {"Of the first"}
            assert (await tablet.marks((await tablet.tracks())[0])).play_count == 1

    run(story())


def test_nothing_is_fetched_or_sent_for_one_account_with_the_sign_in_of_another(tmp_path: Path) -> None:
    """A sync that is under way, or tries again, ends when somebody else signs in; the next one is theirs."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as running, a_device(tmp_path / "phone", running) as phone:
            await put_library(running, 1)
            await add_user(running.server, STRANGER["username"], STRANGER["password"])
            await phone.sync()
            (source,) = await phone.client.sources.list()
            former = phone.client.sources._connections.to(source)  # what a sync under way holds
            await phone.client.sources.login(source.id, **STRANGER)
            (source,) = await phone.client.sources.list()
            assert source.account_id is not None
            with pytest.raises(SignInNeeded, match="somebody else has signed in"):
                former.require_account(source.account_id)
            result = await phone.sync()
            assert result.status is SyncStatus.SYNCED

    run(story())


@pytest.mark.parametrize("code", ["cursor_expired", "cursor_invalid"])
def test_a_device_that_was_away_for_too_long_loses_no_edit_and_drops_what_is_gone(tmp_path: Path, code: str) -> None:
    """Deletions that nobody tells any more: what is gone goes, but for a playlist with edits, which is asked about."""

    async def story() -> None:
        clock = FakeClock()
        async with (
            running_server(tmp_path / "server", clock=clock) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
            a_device(tmp_path / "desk", running, clock=clock) as desk,
        ):
            await put_library(running, 3)
            await phone.sync()
            tracks = await phone.tracks()
            for name in ("Kept", "Gone", "Edited"):
                await phone.client.edits.add_entries(await phone.new_playlist(name), tracks)
            await phone.client.edits.record_play(tracks[0])
            await phone.sync()
            await desk.sync()
            for name in ("Gone", "Edited"):
                await desk.client.edits.delete_playlist(await desk.playlist(name))
            await desk.client.edits.remove_entry(await desk.playlist("Kept"), (await desk.entry_ids("Kept"))[0])
            await desk.sync()
            await phone.client.edits.rename_playlist(await phone.playlist("Edited"), "Edited here")
            await phone.client.edits.set_rating(tracks[1], 4)
            if code == "cursor_expired":
                clock.advance((TOMBSTONE_DAYS - 1) * 86_400)
                for device in (phone, desk):
                    await device.client.sources.login(await device.source_id(), password=running.password)
                clock.advance(2 * 86_400)
                await purge_once(running.server.store.database, clock=clock)
                for device in (phone, desk):
                    await device.client.sources.login(await device.source_id(), password=running.password)
            else:
                await phone.library.write(_spoil)
            assert (await phone.sync()).pushed == 1
            await phone.sync()
            assert await phone.shown() == {
                "Kept": ["Title 01", "Title 02"],
                "Edited here": ["Title 00", "Title 01", "Title 02"],
            }
            (question,) = await phone.client.questions.list()
            assert question.kind == "playlist_deleted"
            marks = [await phone.marks(track) for track in tracks]
            assert [(one.play_count, one.rating) for one in marks] == [(1, None), (0, 4), (0, None)]
            await phone.client.questions.answer(question.id, "mine")
            await phone.sync()
            await desk.sync()
            assert await desk.shown() == await phone.shown()

    run(story())


async def _spoil(library: Writer) -> None:
    await library.run("UPDATE sync_state SET cursor = 'of another server', head = 0 WHERE feed <> 'tracks'")
