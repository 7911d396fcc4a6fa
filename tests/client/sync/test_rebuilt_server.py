"""A server rebuilt from nothing gets back, from every device, all that is the user's; nothing is lost or doubled."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from soul_player.client import LocalTrackId, QuestionNotFound, SyncStatus
from soul_player.client.library.overlay import Marks
from soul_player.database.access import Reader
from tests.client.clients import assert_words_agree
from tests.client.downloads.shelves import wish_of
from tests.client.sync.devices import Device, a_device
from tests.client.sync.rebuilt import lose_everything, make_album, say_rebuilt, server_question, serving
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.makers_audio import make_audio, retag
from tests.server.running import PASSWORD

ROWS = "SELECT id, track_id, remote_id, status, path FROM track_sources ORDER BY track_id"
COPIES = "SELECT id, sha256, stored_at FROM copies"


async def _rows(library: Reader) -> list[Any]:
    return await library.all(ROWS)


async def _copies(library: Reader) -> list[Any]:
    return await library.all(COPIES)


async def _live(device: Device) -> None:
    """A life: a playlist with a track twice, favourites, ratings, plays."""
    tracks = await device.tracks()
    playlist = await device.new_playlist()
    await device.client.edits.add_entries(playlist, [tracks[2], tracks[0], tracks[2], tracks[3]])
    await device.client.edits.set_favourite(tracks[0])
    await device.client.edits.set_rating(tracks[1], 4)
    for track in (tracks[0], tracks[0], tracks[3]):
        await device.client.edits.record_play(track)


async def _what_is_shown(device: Device, tracks: Sequence[LocalTrackId] | None = None) -> Any:
    """Playlists, and what is said of each track (or of these) but for when."""
    marks: list[Marks] = [await device.marks(track) for track in tracks or await device.tracks()]
    return await device.shown(), [(one.favourite, one.rating, one.play_count) for one in marks]


def test_a_rebuilt_server_gets_everything_back_and_nothing_is_lost_here(tmp_path: Path) -> None:
    async def story() -> None:
        clock, home, music = FakeClock(), tmp_path / "server", tmp_path / "music"
        make_album(music)
        async with (
            serving(home, music, clock=clock) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
            a_device(tmp_path / "desk", running, clock=clock) as desk,
        ):
            await phone.sync()
            await desk.sync()
            await _live(phone)
            await phone.sync()
            for track in (await desk.tracks())[:2]:
                await desk.client.edits.record_play(track)
            await desk.sync()
            await phone.sync()
            await phone.client.downloads.ask(wish_of('title:"Title 01"'))
            await phone.client.downloads.run(until_idle=True)
            (copy,) = await phone.library.read(_copies)
            before, rows = await _what_is_shown(phone), await phone.library.read(_rows)
            assert before == await _what_is_shown(desk)
            assert before[1] == [(True, None, 3), (False, 4, 1), (False, None, 0), (False, None, 1)]
        port = int(running.url.rpartition(":")[2])
        lose_everything(home)
        clock.advance(60)
        async with (
            serving(home, music, clock=clock, port=port) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            await say_rebuilt(phone)
            assert [row[1:2] + row[3:] for row in await phone.library.read(_rows)] == [
                row[1:2] + row[3:] for row in rows
            ]
            assert {row[2] for row in await phone.library.read(_rows)}.isdisjoint({row[2] for row in rows})
            assert [row[0] for row in await phone.library.read(_rows)] == [row[0] for row in rows]
            await assert_words_agree(phone.client)
            # What was downloaded is there, and nothing is fetched again.
            await phone.client.downloads.run(until_idle=True)
            assert await phone.library.read(_copies) == [copy]
            assert sum(row[3] == "cached" for row in rows) == 1
            # The desk's plays are the desk's to tell.
            assert (await _what_is_shown(phone))[1] == [
                (True, None, 2), (False, 4, 0), (False, None, 0), (False, None, 1)
            ]  # fmt: skip
            async with a_device(tmp_path / "desk", running, clock=clock) as desk:
                await say_rebuilt(desk)
                await phone.sync()
                await desk.sync()
                assert await _what_is_shown(phone) == await _what_is_shown(desk) == before
                assert await phone.client.playlists.waiting_edits() == 0
                assert await phone.client.questions.list() == []
                async with a_device(tmp_path / "new", running, clock=clock) as new:
                    await new.sync()
                    assert await _what_is_shown(new) == before
                assert (await phone.sync()).requests == 1

    run(story())


def test_edits_made_meanwhile_and_while_signed_out_reach_the_rebuilt_server(tmp_path: Path) -> None:
    async def story() -> None:
        clock, home, music = FakeClock(), tmp_path / "server", tmp_path / "music"
        make_album(music)
        async with (
            serving(home, music, clock=clock) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            await phone.sync()
            await _live(phone)
            await phone.sync()
        port = int(running.url.rpartition(":")[2])
        lose_everything(home)
        clock.advance(60)
        async with (
            serving(home, music, clock=clock, port=port) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            tracks, playlist = await phone.tracks(), await phone.playlist()
            # Before the question, between its answer and the sign-in, and between the sign-in and the sync.
            await phone.client.edits.remove_entry(playlist, (await phone.entry_ids())[0])
            await phone.client.edits.set_favourite(tracks[0], favourite=False)
            await phone.sync(SyncStatus.FAILED)
            await phone.client.questions.answer((await server_question(phone.client)).id, "rebuilt")
            await phone.client.edits.rename_playlist(playlist, "Day Drive")
            await phone.client.edits.record_play(tracks[2])
            await phone.client.sources.login(await phone.source_id(), password=PASSWORD)
            await phone.client.edits.set_favourite(tracks[3])
            await phone.client.edits.set_rating(tracks[3], 2)
            await phone.client.edits.record_play(tracks[3])
            await phone.client.edits.add_entries(playlist, [tracks[1]])
            # Its names wait for the new ones: until then the server can give none of them.
            assert await phone.tracks() == []
            wanted = await _what_is_shown(phone, tracks)
            assert wanted == (
                {"Day Drive": ["Title 00", "Title 02", "Title 03", "Title 01"]},
                [(False, None, 2), (False, 4, 0), (False, None, 1), (True, 2, 2)],
            )
            await phone.sync()
            assert await phone.tracks() == tracks
            assert await _what_is_shown(phone) == wanted
            assert await phone.client.playlists.waiting_edits() == 0
            async with a_device(tmp_path / "new", running, clock=clock) as new:
                await new.sync()
                assert await _what_is_shown(new) == wanted

    run(story())


def test_files_that_are_hashed_later_or_come_back_later_are_bound_then(tmp_path: Path) -> None:
    """One was re-tagged before the server knew its hash, one is not there at first: their plays and places wait."""

    async def story() -> None:
        clock, home, music = FakeClock(), tmp_path / "server", tmp_path / "music"
        make_album(music)
        async with (
            serving(home, music, clock=clock) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            await phone.sync()
            await _live(phone)
            await phone.sync()
            before, ids = await _what_is_shown(phone), await phone.tracks()
        port = int(running.url.rpartition(":")[2])
        lose_everything(home)
        away = (music / "03.mp3").rename(tmp_path / "03.mp3")
        retag(music / "02.mp3", music / "02.mp3", {"title": "Title 02", "artist": "Amber", "album": "Another Name"})
        clock.advance(60)
        async with (
            serving(home, music, clock=clock, port=port, is_hashed=False) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            await say_rebuilt(phone)
            assert await phone.shown() == {"Night Drive": ["Title 02", "Title 00", "Title 02", "Title 03"]}
            assert len(await phone.tracks()) == 3
            await running.server.scanner.hash_all()
            away.rename(music / "03.mp3")
            await running.server.scanner.scan()
            await running.server.scanner.hash_all()
            await phone.sync()
            await phone.sync()
            assert await phone.tracks() == ids
            assert await _what_is_shown(phone) == before
            assert await phone.client.playlists.waiting_edits() == 0
            await assert_words_agree(phone.client)
            async with a_device(tmp_path / "new", running, clock=clock) as new:
                await new.sync()
                assert await _what_is_shown(new) == before

    run(story())


def test_the_question_is_asked_once_and_each_answer_can_be_taken_back(tmp_path: Path) -> None:
    async def story() -> None:
        clock, home, music = FakeClock(), tmp_path / "server", tmp_path / "music"
        make_album(music, 2)
        async with (
            serving(home, music, clock=clock) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            await phone.sync()
            await _live_a_little(phone)
        port = int(running.url.rpartition(":")[2])
        (home).rename(tmp_path / "former")
        async with (
            serving(home, music, clock=clock, port=port) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            questions = phone.client.questions
            for _ in range(2):
                await phone.sync(SyncStatus.FAILED)
            question = await server_question(phone.client)
            assert question.choices == ("rebuilt", "another", "leave")
            await questions.answer(question.id, "leave")
            await phone.sync(SyncStatus.FAILED)
            assert await questions.list() == []
            await questions.undo(question.id)
            await questions.answer(question.id, "another")
            _, other = await phone.client.sources.list()
            assert (other.needs_sign_in, other.url, other.tracks) == (True, running.url, 0)
            await questions.undo(question.id)
            await questions.answer(question.id, "rebuilt")
            (source,) = await phone.client.sources.list()
            assert source.needs_sign_in
            await questions.undo(question.id)
        # The one that it was comes back: nothing is asked any more, and nothing was lost.
        lose_everything(home)
        (tmp_path / "former").rename(home)
        async with (
            serving(home, music, clock=clock, port=port) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            await phone.client.sources.login(await phone.source_id(), password=PASSWORD)
            await phone.sync()
            assert await phone.client.playlists.waiting_edits() == 0

    run(story())


def test_an_answer_cannot_be_taken_back_once_the_new_server_was_signed_in_at(tmp_path: Path) -> None:
    async def story() -> None:
        clock, home, music = FakeClock(), tmp_path / "server", tmp_path / "music"
        make_album(music, 1)
        async with (
            serving(home, music, clock=clock) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            await phone.sync()
        port = int(running.url.rpartition(":")[2])
        lose_everything(home)
        make_audio(music / "new.mp3", "mp3", hertz=900, tags={"title": "Brand New"})
        async with (
            serving(home, music, clock=clock, port=port) as running,
            a_device(tmp_path / "phone", running, clock=clock) as phone,
        ):
            await phone.sync(SyncStatus.FAILED)
            question = await server_question(phone.client)
            await phone.client.questions.answer(question.id, "rebuilt")
            await phone.client.sources.login(await phone.source_id(), password=PASSWORD)
            with pytest.raises(QuestionNotFound):
                await phone.client.questions.undo(question.id)
            result = await phone.sync()
            assert (result.tracks_synced, len(await phone.tracks())) == (1, 2)
            with pytest.raises(QuestionNotFound):
                await phone.client.questions.undo(question.id)

    run(story())


async def _live_a_little(device: Device) -> None:
    tracks = await device.tracks()
    await device.client.edits.set_favourite(tracks[0])
    await device.client.edits.add_entries(await device.new_playlist(), tracks)
