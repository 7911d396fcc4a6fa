"""A server with one song, for tests of its bytes."""

import hashlib
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import run
from tests.makers_audio import make_audio
from tests.server.in_process import House, Reply, house

LONG_AGO_S = 1_700_000_000


@dataclass
class Shelf:
    """A server with one song, scanned by the real scanner."""

    it: House
    file: Path
    token: str
    track_id: str

    async def get(self, what: str = "stream", *, method: str = "GET", query: str = "", **headers: str) -> Reply:
        """`Range=...` becomes the header `Range`, `If_Range` becomes `If-Range`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.it.ask(method, f"/api/tracks/{self.track_id}/{what}{query}", token=self.token, headers=named)

    @property
    def tag(self) -> str:
        """What the tag of the file's present bytes must be."""
        return f'"sha256-{hashlib.sha256(self.file.read_bytes()).hexdigest()}"'


@asynccontextmanager
async def shelf(home: Path, *, name: str = "flac", hashed: bool = True) -> AsyncGenerator[Shelf, None]:
    """The song was written long ago, so that what is stored of it counts."""
    file = make_audio(home / "music" / "song", name, tags={"title": "Nächtliche/Fahrt", "artist": "Ämber"})
    os.utime(file, (LONG_AGO_S, LONG_AGO_S))
    async with house(home / "home", music=(home / "music",)) as it:
        await it.server.scanner.scan()
        if hashed:
            await it.server.scanner.hash_all()
        token = (await it.sign_in()).access_token
        (track,) = (await it.ask("GET", "/api/sync/tracks", token=token)).json["tracks"]
        yield Shelf(it, file, token, track["id"])


def on_shelf(home: Path, story: Callable[[Shelf], Awaitable[None]], *, hashed: bool = True) -> None:
    """Run the story on a shelf of its own."""

    async def told() -> None:
        async with shelf(home, hashed=hashed) as found:
            await story(found)

    run(told())
