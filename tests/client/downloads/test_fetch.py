"""A track's bytes: the right ones under the real name, or nothing there at all."""

import asyncio
import hashlib
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from soul_player.client import Client, LocalTrackId, SyncError, TrackNotFound
from soul_player.client.errors import BytesDiffer, ConnectionLost, FileUnwritable, GoneError, ProtocolError
from tests.client.clients import add, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import FakeServer, fake_server, make_id, make_track

CONTENT = random.Random(1).randbytes(700_000)
HASH = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


@asynccontextmanager
async def one_track(
    home: Path, *, file_hash: str | None = HASH
) -> AsyncGenerator[tuple[FakeServer, Client, LocalTrackId]]:
    """A server with one file, and a client that knows of it."""
    async with fake_server() as server, opened_client(home) as client:
        server.put(make_track(1, file_size=len(CONTENT), file_hash=file_hash))
        server.files[make_id(1)] = CONTENT
        await add(client, server)
        await sync_one(client)
        (track,) = (await client.library.tracks()).tracks
        yield server, client, track.id


def names_in(folder: Path) -> list[str]:
    """What is there, by name."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("file_hash", [HASH, None])
def test_a_file_arrives_whole_and_verified(tmp_path: Path, file_hash: str | None) -> None:
    """Also when the library does not know its hash yet: then the server's tag must agree."""

    async def story() -> None:
        async with one_track(tmp_path / "home", file_hash=file_hash) as (_, client, track_id):
            fetched = await client.downloads.fetch(track_id, tmp_path / "song.flac")
            assert (tmp_path / "song.flac").read_bytes() == CONTENT
            assert (fetched.size_bytes, f"sha256:{fetched.sha256}") == (len(CONTENT), HASH)
            assert names_in(tmp_path) == ["home", "song.flac"]

    run(story())


Spoil = Callable[[FakeServer, web.Request], Awaitable[web.StreamResponse | None]]


def sending(content: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> Spoil:
    """These bytes instead of the file's."""

    async def spoil(_: FakeServer, request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=status, body=content, headers=headers or {}, content_type="audio/flac")

    return spoil


async def cut_short(_: FakeServer, request: web.Request) -> web.StreamResponse:
    """The connection ends in the middle."""
    response = web.StreamResponse(headers={"Content-Length": str(len(CONTENT)), "Content-Type": "audio/flac"})
    await response.prepare(request)
    await response.write(CONTENT[:300_000])
    assert request.transport is not None
    request.transport.abort()
    return response


async def gone(server: FakeServer, request: web.Request) -> web.StreamResponse | None:
    """Deleted meanwhile."""
    server.files.clear()
    return None


SPOILED: dict[str, tuple[Spoil, type[SyncError]]] = {
    "one bit": (sending(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])), BytesDiffer),
    "too short": (sending(CONTENT[:-1]), BytesDiffer),
    "too long": (sending(CONTENT + b"x"), BytesDiffer),
    "endless": (sending(CONTENT * 20), BytesDiffer),
    "another tag": (sending(CONTENT, headers={"ETag": f'"sha256-{"0" * 64}"'}), BytesDiffer),
    "a part": (sending(CONTENT[:10], status=206), ProtocolError),
    "cut short": (cut_short, ConnectionLost),
    "gone": (gone, GoneError),
}


@pytest.mark.parametrize("name", SPOILED)
def test_wrong_bytes_never_get_the_real_name(tmp_path: Path, name: str) -> None:
    spoil, kind = SPOILED[name]

    async def story() -> None:
        async with one_track(tmp_path / "home") as (server, client, track_id):
            (tmp_path / "song.flac").write_bytes(b"what was there before")

            async def misbehave(request: web.Request) -> web.StreamResponse | None:
                return await spoil(server, request) if request.path.endswith("/download") else None

            server.misbehave = misbehave
            with pytest.raises(kind):
                await client.downloads.fetch(track_id, tmp_path / "song.flac")
            assert (tmp_path / "song.flac").read_bytes() == b"what was there before"
            assert names_in(tmp_path) == ["home", "song.flac"]

    run(story())


def test_a_cancelled_fetch_leaves_nothing_under_the_real_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_track(tmp_path / "home") as (server, client, track_id):

            async def misbehave(request: web.Request) -> web.StreamResponse | None:
                if request.path.endswith("/download"):
                    await asyncio.sleep(60)
                return None

            server.misbehave = misbehave
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await client.downloads.fetch(track_id, tmp_path / "song.flac")
            assert names_in(tmp_path) == ["home"]

    run(story())


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_track(tmp_path / "home") as (_, client, track_id):
            with pytest.raises(FileUnwritable):
                await client.downloads.fetch(track_id, tmp_path / "no such folder" / "song.flac")

    run(story())


def test_a_track_that_nobody_has_is_not_found(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_track(tmp_path / "home") as (server, client, track_id):
            server.delete(make_id(1))
            await sync_one(client)
            for unknown in (track_id, LocalTrackId(track_id + 1)):
                with pytest.raises(TrackNotFound):
                    await client.downloads.fetch(unknown, tmp_path / "song.flac")

    run(story())


@pytest.mark.parametrize(("first", "last"), [(0, 0), (5, 99), (699_990, 699_999), (699_990, 800_000)])
def test_a_range_has_the_right_bytes(tmp_path: Path, first: int, last: int) -> None:
    async def story() -> None:
        async with one_track(tmp_path / "home") as (_, client, track_id):
            got = await client.downloads.read_range(track_id, first, last)
            assert got.content == CONTENT[first : last + 1]
            assert (got.first, got.last, got.size_bytes) == (first, min(last, len(CONTENT) - 1), len(CONTENT))

    run(story())


@pytest.mark.parametrize(("first", "last"), [(-1, 5), (5, 4), (0, 10**12), (700_000, 700_001)])
def test_a_range_that_cannot_be_is_refused(tmp_path: Path, first: int, last: int) -> None:
    async def story() -> None:
        async with one_track(tmp_path / "home") as (_, client, track_id):
            with pytest.raises(ProtocolError):
                await client.downloads.read_range(track_id, first, last)

    run(story())
