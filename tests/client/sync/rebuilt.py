"""A server of real files that loses everything but its files, and comes back at the same address."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from soul_player.client import Client, Question, SyncStatus
from soul_player.edges import Clock
from tests.client.sync.devices import Device
from tests.makers_audio import make_audio
from tests.server.running import PASSWORD, RunningServer, running_server


def make_album(folder: Path, count: int = 4) -> None:
    """Real files, each of its own sound."""
    for number in range(count):
        tags = {"title": f"Title {number:02}", "artist": "Amber", "album": "Night Drive", "track": str(number + 1)}
        make_audio(folder / f"{number:02}.mp3", "mp3", hertz=300 + 40 * number, seconds=1.0, tags=tags)


@asynccontextmanager
async def serving(
    home: Path, music: Path, *, clock: Clock, port: int = 0, is_hashed: bool = True
) -> AsyncGenerator[RunningServer, None]:
    """A server whose files are read, and hashed too unless a test is about what comes before that."""
    async with running_server(home, clock=clock, port=port, music=(music,)) as running:
        await running.server.scanner.scan()
        if is_hashed:
            await running.server.scanner.hash_all()
        yield running


def lose_everything(home: Path) -> None:
    """But the files of the music."""
    shutil.rmtree(home)


async def server_question(client: Client) -> Question:
    """The one that is asked."""
    (question,) = [one for one in await client.questions.list() if one.kind == "server_changed"]
    return question


async def say_rebuilt(device: Device) -> None:
    """From the first look at the other server to a sync that told it everything."""
    result = await device.sync(SyncStatus.FAILED)
    assert result.error is not None
    assert result.error.code == "server_changed"
    await device.client.questions.answer((await server_question(device.client)).id, "rebuilt")
    await device.client.sources.login(await device.source_id(), password=PASSWORD)
    await device.sync()
