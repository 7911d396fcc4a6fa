"""Fingerprints are had for the few tracks that need them, and decide what words left open; old servers have none."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from soul_player.audio.ffmpeg import run_ffmpeg
from soul_player.client.app import Client
from soul_player.client.dedupe.asking import withdraw
from soul_player.client.dedupe.said import Names, say
from soul_player.client.dedupe.wanted import to_fetch, to_listen_to
from soul_player.client.library.model import Source
from soul_player.client.sync.fingerprints import FETCHED_AT_ONCE
from soul_player.database.access import Reader, Writer
from soul_player.folders.prints import find_fingerprints
from tests.client.clients import add, database_of, opened_client
from tests.client.dedupe.libraries import clusters, rows_of
from tests.conftest import run
from tests.edges.fake_server import FakeServer, fake_server, make_track
from tests.makers_audio import ENCODERS, retag
from tests.makers_tune import tune
from tests.server.running import PASSWORD, USERNAME, RunningServer, running_server

OTHER = "01890000-0000-7000-8000-00000000000b"
ALBUMS = ("First", "Collected", "Live and Loud")
STORED = "SELECT entry_id, length(words) > 0 FROM fingerprints ORDER BY entry_id"


def song(folder: Path, seed: int, name: str, **tags: str) -> Path:
    """The tune of this seed as a file in one of the formats."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = tune(folder.parent / f"{folder.name}-{seed}.wav", seed)
    suffix, arguments = ENCODERS[name]
    target = folder / f"{seed}{suffix}"
    run_ffmpeg(("-i", plain, *arguments, target))
    return retag(target, target, {"artist": "Amber", **tags})


async def heard(running: RunningServer) -> None:
    """Scanned, hashed and listened to."""
    prints = find_fingerprints()
    assert prints is not None
    async with asyncio.timeout(60):
        # The server scans by itself as well, and nothing is hashed meanwhile.
        while await running.server.store.database.read(_unheard):
            await running.server.scanner.scan()
            await running.server.scanner.hash_all()
            await running.server.fingerprinting.make_all(prints)


async def _unheard(store: Reader) -> bool:
    row = await store.one("SELECT COUNT(*), COALESCE(SUM(is_fingerprint_tried), 0) FROM tracks")
    assert row is not None
    return bool(row[0] == 0 or row[0] > row[1])


@asynccontextmanager
async def two_servers(folder: Path) -> AsyncGenerator[list[RunningServer], None]:
    """With the music of `one` and `two`; each hears its files when a test says so."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                running_server(folder / f"home-{name}", music=(folder / name,), fingerprints=False)
            )
            for name in ("one", "two")
        ]


@asynccontextmanager
async def two_fake_servers() -> AsyncGenerator[tuple[FakeServer, FakeServer], None]:
    """Old ones: they know nothing of fingerprints."""
    async with fake_server() as one, fake_server(server_id=OTHER) as two:
        yield one, two


async def synced(client: Client, *servers: RunningServer) -> list[Source]:
    """Everything pulled and matched."""
    sources = await client.sources.list() or [
        await client.sources.add(server.url, name=f"s{place}", username=USERNAME, password=PASSWORD)
        for place, server in enumerate(servers)
    ]
    await client.sync.run()
    await client.matching.run()
    return list(sources)


async def questions(client: Client) -> int:
    """How many pairs a person is asked about."""
    return len(await rows_of(database_of(client), "SELECT entry_id FROM proposals"))


def test_a_question_is_answered_by_the_sound_when_it_comes(tmp_path: Path) -> None:
    """Asked by words; answered without a person once both servers have heard it. What nobody asks about is not had."""
    song(tmp_path / "one", 1, "flac", title="Night Drive", album="First")
    song(tmp_path / "two", 1, "mp3", title="Night Drive", artist="Ember Choir", album="Collected Works")
    song(tmp_path / "one", 2, "flac", title="Quite another", album="First")

    async def story() -> None:
        async with two_servers(tmp_path) as (one, two), opened_client(tmp_path / "client") as client:
            for server in (one, two):
                await server.server.scanner.scan()
            await synced(client, one, two)
            library = database_of(client)
            assert len(await clusters(library)) == 3
            assert await questions(client) == 1
            assert await rows_of(library, STORED) == []
            # One of the two alone says nothing, so nothing is fetched.
            await heard(one)
            await synced(client)
            assert await rows_of(library, STORED) == []
            await heard(two)
            await synced(client)
            assert len(await rows_of(library, STORED)) == 2
            assert sorted(len(entries) for entries in await clusters(library)) == [1, 2]
            assert await questions(client) == 0
            # Nothing more is asked of anybody.
            for source in await client.sources.list():
                assert await library.read(to_fetch, source.id, count=FETCHED_AT_ONCE) == []

    run(story())


def test_what_words_nearly_tell_the_sound_may_still_tell(tmp_path: Path) -> None:
    """Too unlike to bother a person with, and yet one recording: heard, it is joined."""
    song(tmp_path / "one", 1, "flac", title="Night Drive", album="First")
    song(tmp_path / "two", 1, "mp3", title="Nightly Drive", artist="Ember Choir", album="Collected Works")

    async def story() -> None:
        async with two_servers(tmp_path) as (one, two), opened_client(tmp_path / "client") as client:
            for server in (one, two):
                await server.server.scanner.scan()
            await synced(client, one, two)
            library = database_of(client)
            assert len(await clusters(library)) == 2
            assert await questions(client) == 0
            assert await rows_of(library, "SELECT entry_id, other_entry_id FROM near_misses") == [(2, 1)]
            for server in (one, two):
                await heard(server)
            await synced(client)
            assert await clusters(library) == [{1, 2}]

    run(story())


def test_other_music_stays_a_question(tmp_path: Path) -> None:
    """The same words on two recordings: their sound does not join them."""
    song(tmp_path / "one", 1, "flac", title="Night Drive", album="First")
    song(tmp_path / "two", 2, "mp3", title="Night Drive", artist="Ember Choir", album="Collected Works")

    async def story() -> None:
        async with two_servers(tmp_path) as (one, two), opened_client(tmp_path / "client") as client:
            for server in (one, two):
                await heard(server)
            await synced(client, one, two)
            library = database_of(client)
            assert len(await rows_of(library, STORED)) == 2
            assert len(await clusters(library)) == 2
            assert await questions(client) == 1

    run(story())


def test_a_persons_answer_is_not_asked_again(tmp_path: Path) -> None:
    """Two that a person said are not the same stay two, whatever they sound like."""
    song(tmp_path / "one", 1, "flac", title="Night Drive", album="First")
    song(tmp_path / "two", 1, "mp3", title="Night Drive", artist="Ember Choir", album="Collected Works")

    async def story() -> None:
        async with two_servers(tmp_path) as (one, two), opened_client(tmp_path / "client") as client:
            for server in (one, two):
                await server.server.scanner.scan()
            await synced(client, one, two)
            await database_of(client).write(_say_they_differ)
            for server in (one, two):
                await heard(server)
            await synced(client)
            assert len(await clusters(database_of(client))) == 2
            assert await questions(client) == 0

    run(story())


async def _say_they_differ(library: Writer) -> None:
    """As the answer to the question about the first two tracks."""
    rows = await library.all("SELECT remote_id, audio_hash FROM track_sources ORDER BY id")
    await say(library, *(Names(*row) for row in rows), is_same=False, now_ms=1)
    await withdraw(library, (1, 2))


def test_a_file_that_is_here_is_listened_to_here(tmp_path: Path) -> None:
    """Where no server tells, and only then; one that is no music has none, and is not tried again."""
    files = [song(tmp_path / "one", 1, "flac"), song(tmp_path / "two", 1, "mp3"), tmp_path / "bad.mp3"]
    files[2].write_bytes(b"no music at all" * 100)

    async def put_files(library: Writer) -> None:
        for album, file in zip(ALBUMS, files, strict=True):
            sql = "UPDATE track_sources SET path = :path, status = 'cached' WHERE album = :album"
            await library.run(sql, path=str(file), album=album)

    async def story() -> None:
        async with (
            fake_server() as one,
            fake_server(server_id=OTHER) as two,
            opened_client(tmp_path / "client") as client,
        ):
            one.put(make_track(1, title="Night Drive", artist="Amber", album="First", duration_seconds=40.0))
            two.put(make_track(2, title="Night Drive", artist="Ember Choir", album="Collected", duration_seconds=40.0))
            two.put(make_track(3, title="Night Drives", album="Live and Loud", duration_seconds=41.0))
            for place, server in enumerate((one, two)):
                await add(client, server, name=f"s{place}")
            await client.sync.run()
            await client.matching.run()
            library = database_of(client)
            asked = await questions(client)
            assert asked
            assert await rows_of(library, STORED) == []
            await library.write(put_files)
            await client.matching.run()
            assert sorted(len(entries) for entries in await clusters(library)) == [1, 2]
            (bad,) = await rows_of(library, "SELECT id FROM track_sources WHERE album = 'Live and Loud'")
            assert (*bad, 1) not in await rows_of(library, STORED)
            assert {*bad} in await clusters(library)
            assert await library.read(to_listen_to, count=10) == []

    run(story())


async def has_none(request: web.Request) -> web.StreamResponse | None:
    """Whatever its tracks say."""
    if request.path != "/api/tracks/fingerprints":
        return None
    return web.json_response({"fingerprints": [], "missing": (await request.json())["ids"]})


@pytest.mark.parametrize("answer", ["no such route", "fewer than it said"])
def test_a_server_without_them_is_no_error(tmp_path: Path, answer: str) -> None:
    """An old one answers 404; one that has lost them is not asked twice about the same audio."""

    async def story() -> None:
        async with (
            fake_server() as one,
            fake_server(server_id=OTHER) as two,
            opened_client(tmp_path / "client") as client,
        ):
            one.put(make_track(1, title="Night Drive", artist="Amber", album="First", fingerprinted=True))
            two.put(make_track(2, title="Night Drive", artist="Ember Choir", album="Collected", fingerprinted=True))
            if answer == "fewer than it said":
                one.misbehave = two.misbehave = has_none
            for place, server in enumerate((one, two)):
                await add(client, server, name=f"s{place}")
            await client.sync.run()
            await client.matching.run()
            assert await questions(client) == 1
            assert one.paths().count("/api/tracks/fingerprints") == 1
            await client.matching.run()
            times = 1 if answer == "fewer than it said" else 2
            assert one.paths().count("/api/tracks/fingerprints") == times
            # It says that it has none, and later that it has one after all.
            for has_one in (False, True):
                one.put(make_track(1, title="Night Drive", artist="Amber", album="First", fingerprinted=has_one))
                await client.sync.run()
            await client.matching.run()
            assert one.paths().count("/api/tracks/fingerprints") == times + 1

    run(story())
