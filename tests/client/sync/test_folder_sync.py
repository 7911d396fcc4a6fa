"""A folder of this device is a source like a server: read by a scan like the server's, its files never touched."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from soul_player.client import SyncStatus
from soul_player.client.dedupe.matching import match_everything
from soul_player.client.library.local_files import forget_file
from soul_player.edges import SystemClock
from soul_player.folders.messages import Failed, TagsRead
from soul_player.folders.pool import WorkerPool
from tests.client.clients import assert_words_agree, database_of
from tests.client.sync.folders import reading, rows_of, sync_folder
from tests.client.sync.rebuilt import make_album, serving
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.makers_audio import FORMATS, make_audio, retag
from tests.makers_scan import InlineReaders
from tests.server.running import PASSWORD, USERNAME


def _everything(folder: Path) -> dict[Path, tuple[bytes, int]]:
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def _size_bytes(path: str) -> int:
    return Path(path).stat().st_size


def test_a_folder_is_read_with_tags_and_hashes_and_left_as_it_is(tmp_path: Path) -> None:
    async def story() -> None:
        music = tmp_path / "music"
        for number, name in enumerate(FORMATS):
            make_audio(music / name / "one", name, hertz=300 + number, tags={"title": f"Of {name}", "artist": "Amber"})
        before = _everything(music)
        async with WorkerPool() as workers, reading(tmp_path / "home", workers) as (client, _):
            source = await client.sources.add_folder(music)
            with client.events.subscribe() as events:
                result = await sync_folder(client)
                told = []
                while (event := events.take()) is not None:
                    told.append(event)
            assert (result.status, result.tracks_synced, result.requests) == (SyncStatus.SYNCED, len(FORMATS), 0)
            assert {getattr(event, "kind", None) for event in told} >= {"files", "tracks", "hashes"}
            rows = await rows_of(client)
            assert [row[0] for row in rows] == sorted(f"Of {name}" for name in FORMATS)
            assert {(row[3], row[5]) for row in rows} == {("local_file", True)}
            assert {Path(row[4]) for row in rows} == set(before)
            assert {track.status for track in (await client.library.tracks()).tracks} == {"local_file"}
            assert (await client.sources.list())[0].tracks == len(FORMATS)
            await assert_words_agree(client)
            again = await sync_folder(client)
            assert (again.tracks_synced, again.tracks_updated, again.tracks_deleted) == (0, 0, 0)
            assert await rows_of(client) == rows
            (found,) = (await client.library.track_sources([rows[0][1]])).values()
            assert found[0].source_name == source.name
        assert _everything(music) == before

    run(story())


def test_a_rescan_of_what_did_not_change_reads_no_file(tmp_path: Path) -> None:
    async def story() -> None:
        make_album(tmp_path / "music", 5)
        async with reading(tmp_path / "home") as (client, readers):
            await client.sources.add_folder(tmp_path / "music")
            await sync_folder(client)
            assert (len(readers.tags_read), len(readers.hashed)) == (5, 5)
            await sync_folder(client)
            assert (len(readers.tags_read), len(readers.hashed)) == (5, 5)
            assert (await sync_folder(client, full=True)).tracks_updated == 0
            assert len(readers.tags_read) == 10

    run(story())


def test_moved_retagged_and_replaced_files_keep_what_is_theirs(tmp_path: Path) -> None:
    async def story() -> None:
        music = tmp_path / "music"
        make_album(music, 4)
        async with reading(tmp_path / "home") as (client, _):
            await client.sources.add_folder(music)
            await sync_folder(client)
            before = {row[0]: row for row in await rows_of(client)}
            await client.edits.set_favourite(before["Title 01"][1])
            (music / "elsewhere").mkdir()
            (music / "00.mp3").rename(music / "elsewhere" / "new name.mp3")
            retag(music / "01.mp3", music / "01.mp3", {"title": "Title 01", "artist": "Somebody Else"})
            # Moved and re-tagged in one go: known by its audio.
            retag(music / "02.mp3", music / "elsewhere" / "two.mp3", {"title": "Other 02", "artist": "Amber"})
            (music / "02.mp3").unlink()
            result = await sync_folder(client)
            assert (result.tracks_synced, result.tracks_updated, result.tracks_deleted) == (0, 3, 0)
            after = {row[0]: row for row in await rows_of(client)}
            assert {row[1:3] for row in after.values()} == {row[1:3] for row in before.values()}
            assert after["Title 00"][4] == str(music / "elsewhere" / "new name.mp3")
            assert after["Other 02"][1:3] == before["Title 02"][1:3]
            assert (await client.library.track(before["Title 01"][1])).artist == "Somebody Else"
            assert (await client.playlists.marks(before["Title 01"][1])).favourite
            await assert_words_agree(client)

    run(story())


def test_a_file_that_went_is_unavailable_and_is_itself_again_when_it_returns(tmp_path: Path) -> None:
    async def story() -> None:
        music = tmp_path / "music"
        make_album(music, 3)
        async with reading(tmp_path / "home") as (client, _):
            await client.sources.add_folder(music)
            await sync_folder(client)
            before = await rows_of(client)
            playlist = await client.edits.create_playlist("Mine")
            await client.edits.add_entries(playlist, [row[1] for row in before])
            (music / "01.mp3").rename(tmp_path / "away.mp3")
            assert (await sync_folder(client)).tracks_deleted == 1
            assert [row[3:5] for row in await rows_of(client)][1] == ("unavailable", None)
            assert await client.library.count() == 2
            entries = (await client.playlists.read(playlist))[1]
            assert [(entry.title, entry.status) for entry in entries][1] == ("Title 01", "unavailable")
            (tmp_path / "away.mp3").rename(music / "under another name.mp3")
            assert (await sync_folder(client)).tracks_synced == 1
            assert [row[1:4] for row in await rows_of(client)] == [row[1:4] for row in before]
            assert [entry.status for entry in (await client.playlists.read(playlist))[1]] == ["local_file"] * 3

    run(story())


@pytest.mark.parametrize("fate", ["emptied", "gone"])
def test_an_emptied_or_missing_folder_loses_nothing_before_a_person_says_so(tmp_path: Path, fate: str) -> None:
    async def story() -> None:
        music, away = tmp_path / "music", tmp_path / "away"
        make_album(music, 3)
        async with reading(tmp_path / "home") as (client, _):
            await client.sources.add_folder(music)
            await sync_folder(client)
            before = await rows_of(client)
            music.rename(away)
            if fate == "emptied":
                music.mkdir()
            for _ in range(2):
                result = await sync_folder(client)
                assert result.status is (SyncStatus.SYNCED if fate == "emptied" else SyncStatus.OFFLINE)
                assert (result.tracks_deleted, result.unreadable) == (0, ())
                assert await rows_of(client) == before
                (question,) = await client.questions.list()
                assert (question.kind, question.evidence) == ("mass_deletion", {"tracks": 3, "of": 3})
            # It was only unmounted: nothing is asked any more.
            shutil.rmtree(music, ignore_errors=True)
            away.rename(music)
            assert (await sync_folder(client)).status is SyncStatus.SYNCED
            assert await client.questions.list() == []
            assert await rows_of(client) == before

    run(story())


def test_what_a_listener_found_missing_is_not_counted_again(tmp_path: Path) -> None:
    """`3 of its 2 tracks are gone` was said of a disk that somebody had tried to play from."""

    async def story() -> None:
        music = tmp_path / "music"
        make_album(music, 3)
        async with reading(tmp_path / "home") as (client, _):
            await client.sources.add_folder(music)
            await sync_folder(client)
            music.rename(tmp_path / "away")
            asked: list[object] = []
            for _ in range(4):
                await sync_folder(client)
                asked += [question.evidence for question in await client.questions.list()]
                for track in (await client.library.tracks(limit=1)).tracks:
                    (file,) = (await client.library.track_sources([track.id]))[track.id]
                    await database_of(client).write(forget_file, file)
            assert asked == [{"tracks": 3, "of": 3}, {"tracks": 2, "of": 2}, {"tracks": 1, "of": 1}]
            (tmp_path / "away").rename(music)
            await sync_folder(client)
            assert await client.library.count() == 3

    run(story())


@pytest.mark.parametrize("answer", ["apply", "keep"])
def test_a_persons_word_about_missing_files_is_kept(tmp_path: Path, answer: str) -> None:
    async def story() -> None:
        music = tmp_path / "music"
        make_album(music, 3)
        async with reading(tmp_path / "home") as (client, _):
            await client.sources.add_folder(music)
            await sync_folder(client)
            before = await rows_of(client)
            music.rename(tmp_path / "away")
            music.mkdir()
            await sync_folder(client)
            (question,) = await client.questions.list()
            await client.questions.answer(question.id, answer)
            for _ in range(2):
                assert await client.library.count() == (0 if answer == "apply" else 3)
                await sync_folder(client)
                assert await client.questions.list() == []
            music.rmdir()
            (tmp_path / "away").rename(music)
            await sync_folder(client)
            assert [row[1:5] for row in await rows_of(client)] == [row[1:5] for row in before]

    run(story())


def test_hostile_names_and_broken_files_are_told_of_and_stop_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        music = tmp_path / "music"
        good = make_audio(music / "good.mp3", "mp3", tags={"title": "Good"})
        names = [
            b"caf\xe9.mp3",
            b"new\nline.mp3",
            b"-rf.mp3",
            "\u202egnp.mp3".encode(),
            b"quote'\".mp3",
            b"x" * 250 + b".mp3",
        ]
        for number, name in enumerate(names):
            made = make_audio(tmp_path / f"{number}.mp3", "mp3", hertz=500 + number, tags={"title": f"Name {number}"})
            made.rename(os.fsdecode(os.fsencode(music) + b"/" + name))
        (music / "broken.mp3").write_bytes(b"no music at all" * 100)
        (music / "loop").symlink_to(music)
        (music / "out.mp3").symlink_to("/etc/hostname")
        os.mkfifo(music / "pipe.mp3")
        async with reading(tmp_path / "home") as (client, _):
            await client.sources.add_folder(music)
            result = await sync_folder(client)
            assert (result.status, result.tracks_synced) == (SyncStatus.SYNCED, len(names) + 1)
            assert {Path(one.path).name for one in result.unreadable} == {"broken.mp3", "out.mp3", "pipe.mp3"}
            rows = {row[0]: row for row in await rows_of(client)}
            for number, name in enumerate(names):
                ((source,),) = (await client.library.track_sources([rows[f"Name {number}"][1]])).values()
                assert source.path is not None
                assert os.fsencode(source.path) == os.fsencode(music) + b"/" + name
                assert _size_bytes(source.path) == source.file_size
            assert rows["Good"][4] == str(good)
            assert (await sync_folder(client)).tracks_updated == 0

    run(story())


class _Pausing(InlineReaders):
    """Stops for good at the tenth batch of tags: by then a first transaction of rows was full."""

    def __init__(self) -> None:
        super().__init__()
        self.batches = 0
        self.is_stopped = asyncio.Event()

    async def read_tags(self, root: bytes, paths: Sequence[bytes]) -> list[TagsRead | Failed]:
        self.batches += 1
        if self.batches > 9:
            self.is_stopped.set()
            await asyncio.Event().wait()
        return await super().read_tags(root, paths)


def test_a_cancelled_sync_keeps_what_it_has_and_the_next_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        music = tmp_path / "music"
        made = make_audio(tmp_path / "one.mp3", "mp3", tags={"title": "One"})
        for number in range(700):
            (music / f"{number % 7}").mkdir(parents=True, exist_ok=True)
            os.link(made, music / f"{number % 7}" / f"{number}.mp3")
        pausing = _Pausing()
        async with reading(tmp_path / "home", pausing) as (client, _):
            await client.sources.add_folder(music)
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(sync_folder(client))
                await pausing.is_stopped.wait()
                async with asyncio.timeout(10):
                    while not await rows_of(client):  # noqa: ASYNC110  # nothing tells of a first transaction
                        await asyncio.sleep(0.01)
                client.sync.cancel()
            assert running.result().status is SyncStatus.CANCELLED
        # A transaction that was under way may have been the last.
        async with reading(tmp_path / "home") as (client, readers):
            kept = len(await rows_of(client))
            assert 0 < kept < 700
            result = await sync_folder(client)
            assert (result.status, result.tracks_synced) == (SyncStatus.SYNCED, 700 - kept)
            assert len(readers.tags_read) == 700 - kept
            assert {row[5] for row in await rows_of(client)} == {True}

    run(story())


def test_a_folder_and_a_server_with_the_same_files_are_one_recording_each(tmp_path: Path) -> None:
    async def story() -> None:
        music, copy, clock = tmp_path / "music", tmp_path / "copy", FakeClock()
        make_album(music, 4)
        shutil.copytree(music, copy)
        async with (
            serving(tmp_path / "server", music, clock=clock) as running,
            reading(tmp_path / "home", clock=clock) as (client, _),
        ):
            await client.sources.add_folder(copy)
            await sync_folder(client)
            tracks = [row[1] for row in await rows_of(client)]
            await client.edits.record_play(tracks[0])
            await client.sources.add(running.url, username=USERNAME, password=PASSWORD)
            await client.sync.run()
            await match_everything(database_of(client), SystemClock())
            assert await client.library.count() == 4
            for sources in (await client.library.track_sources(tracks)).values():
                assert [source.status for source in sources] == ["local_file", "stream_only"]
            # The play waited for a server that holds the recording.
            results = await client.sync.run()
            assert sum(result.pushed for result in results) == 1
            assert (await client.playlists.marks(tracks[0])).play_count == 1
            # The file goes: the server's stays. The server goes too: greyed, not forgotten.
            (copy / "00.mp3").unlink()
            await sync_folder(client)
            assert (await client.library.track(tracks[0])).status == "stream_only"
            assert await client.library.count() == 4

    run(story())


@pytest.mark.parametrize("was_read", [False, True])
def test_a_folder_that_is_removed_while_it_is_read_ends_its_sync_and_nothing_else(
    tmp_path: Path, was_read: bool
) -> None:
    """In the middle of its files, or when there is nothing left to read but what has gone wrong."""

    class Removing(InlineReaders):
        async def read_tags(self, root: bytes, paths: Sequence[bytes]) -> list[TagsRead | Failed]:
            answers = await super().read_tags(root, paths)
            async with reading(tmp_path / "home") as (command, _):
                (source,) = await command.sources.list()
                await command.sources.remove(source.id)
            return answers

    async def story() -> None:
        music = tmp_path / "music"
        make_audio(music / "one", "flac", tags={"title": "One"})
        async with reading(tmp_path / "home") as (opened, _):
            await opened.sources.add_folder(music)
            if was_read:
                await sync_folder(opened)
                (music / "broken.flac").write_bytes(b"no audio at all")
        async with reading(tmp_path / "home", Removing()) as (client, _):
            result = await sync_folder(client)
            assert (result.status, result.error and result.error.code) == (SyncStatus.FAILED, "run_over")
            assert await client.sources.list() == []

    run(story())
