"""What a sync of a folder found is known to the next process: only what changed is read."""

from pathlib import Path

from soul_player.client.library.folder_looks import read_look
from tests.client.clients import database_of
from tests.client.sync.folders import reading, sync_folder
from tests.client.sync.rebuilt import make_album
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.makers_scan import InlineReaders


def test_a_file_that_cannot_be_read_is_told_of_each_time_and_read_again_when_it_changes(tmp_path: Path) -> None:
    async def story() -> None:
        music = tmp_path / "music"
        make_album(music / "good", 3)
        (music / "bad.flac").write_bytes(b"not yet")
        (music / "good" / "worse.mp3").write_bytes(b"no music at all" * 100)
        readers = InlineReaders()
        told = []
        for round_number in range(4):
            async with reading(tmp_path / "home", readers) as (client, _):
                if round_number == 0:
                    await client.sources.add_folder(music)
                result = await sync_folder(client)
                told.append((result.tracks_synced, sorted(Path(one.path).name for one in result.unreadable)))
                assert len(readers.tags_read) == (0 if round_number else 5)
                readers.tags_read.clear()
        bad = ["bad.flac", "worse.mp3"]
        assert told == [(3, bad), (0, bad), (0, bad), (0, bad)]
        make_audio(music / "bad.flac", "flac")
        async with reading(tmp_path / "home", readers) as (client, _):
            result = await sync_folder(client)
            assert (result.tracks_synced, [Path(one.path).name for one in result.unreadable]) == (1, ["worse.mp3"])
            # By hand, everything is read anew.
            readers.tags_read.clear()
            result = await sync_folder(client, full=True)
            assert len(readers.tags_read) == 5
            assert [Path(one.path).name for one in result.unreadable] == ["worse.mp3"]

    run(story())


def test_a_look_is_forgotten_as_soon_as_a_file_of_the_folder_is_known_otherwise(tmp_path: Path) -> None:
    async def story() -> None:
        music = tmp_path / "music"
        make_album(music, 3)
        async with reading(tmp_path / "home") as (client, _):
            source = await client.sources.add_folder(music)
            library = database_of(client)
            await sync_folder(client)
            assert await library.read(read_look, source.id) == {}
            await sync_folder(client)
            seen = await library.read(read_look, source.id)
            assert seen.keys() == {b""}
            make_audio(music / "new", "flac")
            result = await sync_folder(client)
            assert result.tracks_synced == 1
            assert await library.read(read_look, source.id) == {}
            for _ in range(2):
                assert (await sync_folder(client)).tracks_synced == 0
            assert await library.read(read_look, source.id) not in ({}, seen)

    run(story())
