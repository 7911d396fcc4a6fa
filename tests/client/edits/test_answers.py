"""A playlist deleted on one side and edited on the other: asked once, answered in three ways, taken back."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from soul_player.client import Question, QuestionKind, QuestionNotFound
from soul_player.client.edits.answers import UNDO_DAYS
from soul_player.database.access import Writer
from tests.client.sync.devices import Device, a_device, put_library
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.server.running import running_server

DAY_SECONDS = 86_400


@asynccontextmanager
async def two_devices(folder: Path, url: str = "") -> AsyncGenerator[tuple[Device, Device, FakeClock], None]:
    """Both show one playlist of two tracks."""
    clock = FakeClock()
    async with (
        running_server(folder / "server", database=url, clock=clock) as running,
        a_device(folder / "phone", running, clock=clock) as phone,
        a_device(folder / "desk", running, clock=clock) as desk,
    ):
        await put_library(running)
        await phone.sync()
        playlist = await phone.new_playlist()
        await phone.client.edits.add_entries(playlist, (await phone.tracks())[:2])
        await phone.sync()
        await desk.sync()
        clock.advance(5)
        yield phone, desk, clock


async def deleted_and_edited(phone: Device, desk: Device) -> Question:
    """The desk deletes it, the phone adds to it; the phone is asked."""
    await desk.client.edits.delete_playlist(await desk.playlist())
    await desk.sync()
    await phone.client.edits.add_entries(await phone.playlist(), [(await phone.tracks())[2]])
    await phone.client.edits.rename_playlist(await phone.playlist(), "Mine")
    result = await phone.sync()
    assert result.conflicts == 2
    (question,) = await phone.client.questions.list()
    assert (question.kind, question.evidence["name"]) == (QuestionKind.PLAYLIST_DELETED, "Night Drive")
    assert question.choices == ("mine", "local", "theirs")
    return question


MINE = {"Mine": ["Title 00", "Title 01", "Title 02"]}


def test_the_local_copy_stays_until_a_person_answers_and_is_asked_about_once(tmp_path: Path, store_url: str) -> None:
    async def story() -> None:
        async with two_devices(tmp_path, store_url) as (phone, desk, _):
            question = await deleted_and_edited(phone, desk)
            assert await phone.shown() == MINE
            (playlist,) = await phone.client.playlists.list()
            assert playlist.is_orphan
            # Further edits and syncs ask nothing new, and nothing else waits.
            await phone.client.edits.add_entries(playlist.id, [(await phone.tracks())[3]])
            await phone.client.edits.set_favourite((await phone.tracks())[0])
            assert (await phone.sync()).pushed == 1
            assert [one.id for one in await phone.client.questions.list()] == [question.id]

    run(story())


def test_put_back_it_is_a_new_playlist_with_all_that_was_in_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with two_devices(tmp_path) as (phone, desk, _):
            question = await deleted_and_edited(phone, desk)
            await phone.client.questions.answer(question.id, "mine")
            assert await phone.shown() == MINE
            await phone.sync()
            await desk.sync()
            assert await desk.shown() == await phone.shown() == MINE
            assert await phone.client.questions.list() == []

    run(story())


@pytest.mark.parametrize(("name", "kept"), [("x" * 700, "x" * 500), ("  ", "playlist"), (" Mix ", " Mix ")])
def test_a_name_that_a_server_would_not_take_today_keeps_nobody_from_an_answer(
    tmp_path: Path, name: str, kept: str
) -> None:
    """A later version of the server may have let another client give it."""

    async def story() -> None:
        async with two_devices(tmp_path) as (phone, desk, _):
            await desk.client.edits.delete_playlist(await desk.playlist())
            await desk.sync()
            await phone.client.edits.add_entries(await phone.playlist(), [(await phone.tracks())[2]])
            await phone.sync()
            (question,) = await phone.client.questions.list()
            await phone.library.write(_call, name)
            await phone.client.questions.answer(question.id, "mine")
            assert await phone.shown() == {kept: MINE["Mine"]}
            await phone.sync()
            await desk.sync()
            assert await desk.shown() == await phone.shown()

    run(story())


async def _call(library: Writer, name: str) -> None:
    await library.run("UPDATE server_playlists SET name = :name", name=name)
    await library.run("UPDATE playlists SET name = :name", name=name)


def test_kept_on_this_device_only_no_server_hears_of_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with two_devices(tmp_path) as (phone, desk, _):
            question = await deleted_and_edited(phone, desk)
            await phone.client.questions.answer(question.id, "local")
            assert (await phone.sync()).pushed == 0
            await desk.sync()
            assert (await phone.shown(), await desk.shown()) == (MINE, {})
            assert (await phone.client.playlists.list())[0].source_id is None

    run(story())


@pytest.mark.parametrize("choice", ["mine", "local", "theirs"])
def test_an_answer_can_be_taken_back_for_thirty_days(tmp_path: Path, choice: str) -> None:
    async def story() -> None:
        async with two_devices(tmp_path) as (phone, desk, clock):
            question = await deleted_and_edited(phone, desk)
            await phone.client.questions.answer(question.id, choice)
            if choice == "theirs":
                assert await phone.shown() == {}
            await phone.sync()
            clock.advance((UNDO_DAYS - 1) * DAY_SECONDS)
            await phone.sync()
            await phone.client.questions.undo(question.id)
            assert await phone.shown() == MINE
            assert [one.id for one in await phone.client.questions.list()] == [question.id]
            await phone.sync()
            await desk.sync()
            assert (await phone.shown(), await desk.shown()) == (MINE, {})
            await phone.client.questions.answer(question.id, "theirs")
            clock.advance((UNDO_DAYS + 1) * DAY_SECONDS)
            await phone.sync()
            with pytest.raises(QuestionNotFound):
                await phone.client.questions.undo(question.id)

    run(story())


def test_a_deletion_that_meets_an_edit_is_asked_back(tmp_path: Path, store_url: str) -> None:
    async def story() -> None:
        async with two_devices(tmp_path, store_url) as (phone, desk, _):
            await desk.client.edits.add_entries(await desk.playlist(), [(await desk.tracks())[4]])
            await desk.sync()
            await phone.client.edits.delete_playlist(await phone.playlist())
            assert (await phone.sync()).conflicts == 1
            (question,) = await phone.client.questions.list()
            assert (question.kind, question.evidence["entries"]) == (QuestionKind.PLAYLIST_CHANGED, 3)
            assert await phone.shown() == {}
            await phone.client.questions.answer(question.id, "theirs")
            both = {"Night Drive": ["Title 00", "Title 01", "Title 04"]}
            assert await phone.shown() == both
            await phone.client.questions.undo(question.id)
            assert await phone.shown() == {}
            await phone.client.questions.answer(question.id, "mine")
            await phone.client.questions.undo(question.id)
            await phone.client.questions.answer(question.id, "mine")
            await phone.sync()
            await desk.sync()
            assert (await phone.shown(), await desk.shown()) == ({}, {})
            # Too late to call back: what was deleted is made again.
            await phone.client.questions.undo(question.id)
            await phone.sync()
            await desk.sync()
            assert await phone.shown() == await desk.shown() == both

    run(story())


def test_deleted_on_both_sides_nobody_is_asked(tmp_path: Path) -> None:
    async def story() -> None:
        async with two_devices(tmp_path) as (phone, desk, _):
            for device in (phone, desk):
                await device.client.edits.delete_playlist(await device.playlist())
            for device in (phone, desk, phone):
                await device.sync()
                assert await device.client.questions.list() == []
                assert await device.shown() == {}

    run(story())
