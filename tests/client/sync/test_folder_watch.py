"""A change in a folder among the sources is noticed by itself."""

import asyncio
from pathlib import Path

from soul_player.client.sync.folder_watch import watch_folder
from tests.client.sync.folders import reading, rows_of, sync_folder
from tests.conftest import run
from tests.makers_audio import make_audio


def test_a_new_file_is_noticed_and_the_sync_finds_it(tmp_path: Path) -> None:
    async def story() -> None:
        music = tmp_path / "music"
        make_audio(music / "one.mp3", tags={"title": "One"})
        async with reading(tmp_path / "home") as (client, _):
            source = await client.sources.add_folder(music)
            asked: asyncio.Queue[None] = asyncio.Queue()
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(watch_folder(source, lambda: asked.put_nowait(None)))
                async with asyncio.timeout(20):
                    await asked.get()
                    await sync_folder(client)
                    make_audio(music / "two.mp3", hertz=900, tags={"title": "Two"})
                    await asked.get()
                await sync_folder(client)
                watching.cancel()
            assert [row[0] for row in await rows_of(client)] == ["One", "Two"]

    run(story())
