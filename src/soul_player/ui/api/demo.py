"""`POST /api/sources/demo`: a small library of real audio, made on this device for who has none at hand."""

import asyncio
import shutil
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from soul_player.audio.ffmpeg import FfmpegFailed, FfmpegMissing
from soul_player.client import Client
from soul_player.ui.api.answers import Answer
from soul_player.ui.api.calls import Call
from soul_player.ui.api.status import told_source
from soul_player.ui.problems import Refused

# Makes the music below a folder that there is not yet. Raises `FfmpegFailed`, `FfmpegMissing`.
MakeDemo = Callable[[Path], None]
NAME = "Demo"
# Beside the home: a home is no place for music.
FOLDER = "{home}-demo-music"


class DemoRoutes:
    """`make`: None where nobody said how the music is made."""

    def __init__(self, client: Client, make: MakeDemo | None) -> None:
        self._client = client
        self._make = make
        self._turn = asyncio.Lock()

    async def add(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Make it, unless it was made before, and keep it as a source."""
        if self._make is None:
            raise Refused(HTTPStatus.NOT_FOUND, "no_demo", "this program does not make the demo's music")
        home = self._client.config.home
        folder = home.with_name(FOLDER.format(home=home.name))
        async with self._turn:
            try:
                await asyncio.to_thread(_make_whole, self._make, folder)
            except (FfmpegFailed, FfmpegMissing, OSError) as error:
                raise Refused(
                    HTTPStatus.CONFLICT, "demo_failed", f"the demo's music could not be made: {error}"
                ) from error
            source = await self._client.sources.add_folder(folder, name=NAME)
        return await told_source(self._client, source.id, status=201)


def _make_whole(make: MakeDemo, folder: Path) -> None:
    """All of it or nothing: what was interrupted is made anew."""
    if folder.exists():
        return
    part = folder.with_name(f"{folder.name}.part")
    if part.exists():
        shutil.rmtree(part)
    make(part)
    part.rename(folder)
