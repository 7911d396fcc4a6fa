"""Two real servers that hold the same song, each behind a line that can be cut, and a client that knows both."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from soul_player.client import Audio, Client, LocalTrackId, SourceId
from soul_player.database.access import Reader
from tests.client.clients import opened_client
from tests.edges.cut_line import CutLine, cut_line
from tests.makers_audio import make_audio
from tests.server.running import RunningServer, running_server

LONG_AGO_S = 1_700_000_000
TAGS = {"title": "Night Drive", "artist": "Amber"}


@dataclass(frozen=True)
class Player:
    """A client that plays; `lines` and `servers` in the order of its sources, the first of which is the active one."""

    client: Client
    track_id: LocalTrackId
    song: bytes
    lines: Sequence[CutLine]
    servers: Sequence[RunningServer]
    source_ids: Sequence[SourceId]

    def restart_counts(self) -> None:
        """Only what comes from here on counts for the lines."""
        for line in self.lines:
            line.carried_bytes = 0


@asynccontextmanager
async def player(
    home: Path,
    *,
    servers: int = 2,
    name: str = "wav",
    seconds: float = 20.0,
    retagged: bool = False,
    other_name: str | None = None,
) -> AsyncGenerator[Player, None]:
    """`retagged`: the second server's file has the same audio and other bytes; `other_name`: it is of this format."""
    song = make_audio(home / "song", name, seconds=seconds, tags=TAGS)
    async with AsyncExitStack() as stack:
        running: list[RunningServer] = []
        lines: list[CutLine] = []
        client = await stack.enter_async_context(opened_client(home / "client"))
        ids: list[SourceId] = []
        for number in range(servers):
            music = home / f"music{number}"
            music.mkdir()
            if other_name is not None and number:
                make_audio(music / "song", other_name, seconds=seconds, tags=TAGS)
            elif retagged and number:
                make_audio(music / "song", name, seconds=seconds, tags={**TAGS, "album": "Another"})
            else:
                shutil.copy(song, music / song.name)
            for file in music.iterdir():
                os.utime(file, (LONG_AGO_S, LONG_AGO_S))
            one = await stack.enter_async_context(running_server(home / f"server{number}", music=(music,)))
            await one.server.scanner.scan()
            await one.server.scanner.hash_all()
            line = await stack.enter_async_context(cut_line(one.url))
            source = await client.sources.add(line.url, username=one.username, password=one.password, name=f"S{number}")
            running.append(one)
            lines.append(line)
            ids.append(source.id)
        await sync_until_hashed(client, running)
        await client.matching.run()
        (track,) = (await client.library.tracks()).tracks
        found = Player(client, track.id, song.read_bytes(), lines, running, ids)
        found.restart_counts()
        yield found


async def sync_until_hashed(client: Client, servers: Sequence[RunningServer]) -> None:
    """A server leaves off hashing while it scans, as it does by itself at its start: then once more."""
    async with asyncio.timeout(30):
        while True:
            for one in servers:
                await one.server.scanner.hash_all()
            for result in await client.sync.run():
                assert result.error is None, result
            if await client.library.read(_count_unhashed) == 0:
                return


async def _count_unhashed(library: Reader) -> int:
    row = await library.one("SELECT COUNT(*) FROM track_sources WHERE file_hash IS NULL")
    assert row is not None
    return int(row[0])


async def heard(audio: Audio) -> bytes:
    """All that comes."""
    return b"".join([piece async for piece in audio])
