"""A hostile server, or a broken one: a clear error, no crash, no growth, and the library as it was."""

import asyncio
import gzip
import resource
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
import zstandard
from aiohttp import web

from soul_player.client import Client, SyncStatus
from soul_player.client.sync.guard import GuardLimits
from tests.client.clients import add, assert_consistent, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import FakeServer, fake_server, make_id, make_track
from tests.edges.raw_server import raw_server

Answer = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
JSON = "application/json"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def body(content: bytes, *, encoding: str = "", content_type: str = JSON, status: int = 200) -> Answer:
    """The same answer to every request for a page."""

    async def answer(request: web.Request) -> web.StreamResponse | None:
        headers = {"Content-Encoding": encoding} if encoding else {}
        if request.path != "/api/sync/tracks":
            return None
        return web.Response(body=content, content_type=content_type, headers=headers, status=status)

    return answer


def page(*, has_more: bool = False, cursor: str = "c", **changed: object) -> bytes:
    """A page that is well formed."""
    return msgspec.json.encode({"next_cursor": cursor, "has_more": has_more, **changed})


BOMB = b'{"next_cursor":"c","has_more":false,"x":"' + b"x" * 200_000_000 + b'"}'
CASES: dict[str, tuple[Answer, str]] = {
    "no json": (body(b"hello"), "protocol"),
    "wrong shape": (body(b'{"tracks":5}'), "protocol"),
    "a list": (body(b"[1,2,3]"), "protocol"),
    "deep": (body(b'{"x":' + b"[" * 1_000_000), "protocol"),
    "huge": (body(b" " * 20_000_000), "answer_too_large"),
    "zstd bomb": (body(zstandard.ZstdCompressor().compress(BOMB), encoding="zstd"), "answer_too_large"),
    "gzip bomb": (body(gzip.compress(BOMB), encoding="gzip"), "answer_too_large"),
    "broken zstd": (body(b"not zstd", encoding="zstd"), "protocol"),
    "unknown encoding": (body(page(), encoding="br"), "protocol"),
    "path as id": (body(page(deleted_tracks=["../../../etc/passwd"])), "protocol"),
    "track twice": (body(page(tracks=[make_track(1), make_track(1)], total=2)), "protocol"),
    "too many rows": (body(page(tracks=[make_track(n) for n in range(1001)], total=1001)), "protocol"),
    "more than announced": (body(page(tracks=[make_track(n, seq=n) for n in range(9)], total=8)), "protocol"),
    "a library of no end": (body(page(tracks=[make_track(1)], total=10**12, has_more=True)), "protocol"),
    "cursor stands still": (body(page(has_more=True)), "protocol"),
    "captive portal": (body(b"<html>pay</html>", content_type="text/html"), "offline"),
    "portal as json": (body(b'{"login":"http://portal"}'), "protocol"),
    "error without code": (body(b"{}", status=500), "offline"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_malformed_answer_is_a_clear_error_and_changes_nothing(tmp_path: Path, name: str) -> None:
    answer, code = CASES[name]

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(*(make_track(number) for number in range(60)))
            await add(client, server)
            await sync_one(client)
            server.put(make_track(100))
            server.misbehave = answer
            before = peak_memory_mebibytes()
            result = await sync_one(client)
            assert result.error is not None
            assert result.error.code == code, result
            assert result.error.message
            assert result.status is (SyncStatus.OFFLINE if code == "offline" else SyncStatus.FAILED)
            assert peak_memory_mebibytes() - before < 100
            assert await client.library.count() == 60
            server.misbehave = None
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            await assert_consistent(client, server)

    run(story())


def peak_memory_mebibytes() -> float:
    """Of this process, so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _endless(client: Client, server: FakeServer, make_page: Callable[[int], bytes]) -> tuple[str, int]:
    """The error's code, and how many pages were asked for."""
    asked = 0

    async def misbehave(request: web.Request) -> web.StreamResponse | None:
        nonlocal asked
        if request.path != "/api/sync/tracks":
            return None
        asked += 1
        return web.Response(body=make_page(asked), content_type=JSON)

    server.misbehave = misbehave
    await add(client, server)
    server.put(make_track(1))
    result = await sync_one(client)
    assert result.error is not None, result
    return result.error.code, asked


ENDLESS: dict[str, Callable[[int], bytes]] = {
    "empty pages": lambda n: page(has_more=True, cursor=f"c{n}"),
    "two cursors in turn": lambda n: page(has_more=True, cursor=f"c{n % 2}"),
    "the same rows": lambda n: page(has_more=True, cursor=f"c{n}", updated_tracks=[make_track(1, seq=1)]),
    "new rows for ever": lambda n: page(has_more=True, cursor=f"c{n}", new_tracks=[make_track(n, seq=n)]),
    "deletions for ever": lambda n: page(has_more=True, cursor=f"c{n}", deleted_tracks=[make_id(n)]),
    "more than the total": lambda n: page(has_more=True, cursor=f"c{n}", tracks=[make_track(n, seq=n)], total=10),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_feed_ends(tmp_path: Path, name: str) -> None:
    async def story() -> None:
        limits = GuardLimits(pages=50)
        async with fake_server() as server, opened_client(tmp_path, limits=limits) as client:
            code, asked = await _endless(client, server, ENDLESS[name])
            assert code == "protocol"
            # Once more after the first failure, and one page ahead each time.
            assert asked <= 2 * (limits.pages + 2)

    run(story())


@pytest.mark.parametrize(
    ("answer", "keeps_open", "code"),
    [
        (b"220 mail.example ESMTP\r\n", True, "offline"),
        (
            OK + b"Content-Length: 999\r\n\r\n{",
            False,
            "connection_lost",
        ),
        (OK + b"Content-Length: 999\r\n\r\n{", True, "timeout"),
        (b"", False, "connection_lost"),
        (None, True, "timeout"),
        (OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n", True, "offline"),
        (
            OK + b"Content-Length: 99999999999\r\n\r\n",
            True,
            "answer_too_large",
        ),
    ],
)
def test_what_is_no_answer_at_all_has_its_class(
    tmp_path: Path, answer: bytes | None, keeps_open: bool, code: str
) -> None:
    async def story() -> None:
        async with (
            fake_server() as server,
            raw_server(answer, keeps_open=keeps_open) as url,
            opened_client(tmp_path, read_seconds=0.6) as client,
        ):
            source = await add(client, server)
            await move(client, source.id, url)
            result = await sync_one(client)
            assert result.error is not None
            assert result.error.code == code, result

    run(story())


async def move(client: Client, source_id: int, url: str) -> None:
    """The source answers at another address from here on."""
    sources = client.sources
    await sources._library.write(_set_url, source_id, url)
    await sources._connections.drop(source_id)  # type: ignore[arg-type]  # an id is an int underneath


async def _set_url(library: object, source_id: int, url: str) -> None:
    await library.run("UPDATE addresses SET url = :url WHERE source_id = :id", url=url.encode(), id=source_id)  # type: ignore[attr-defined]  # a Writer


def test_a_black_hole_delays_no_other_source(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            fake_server(name="Good") as good,
            fake_server(name="Hole", server_id=make_id(77)) as other,
            raw_server(None) as hole,
            opened_client(tmp_path, read_seconds=1.0) as client,
        ):
            good.put(*(make_track(number) for number in range(500)))
            bad = await add(client, other)
            await move(client, bad.id, hole)
            await add(client, good)
            began = asyncio.get_running_loop().time()
            with client.events.subscribe() as events:
                results = await client.sync.run()
                finished = []
                while (event := events.take()) is not None:
                    if type(event).__name__ == "SyncFinished":
                        finished.append(event.result)  # type: ignore[union-attr]  # by its name
            assert [result.name for result in finished] == ["Good", "Hole"]
            assert [result.status for result in results] == [SyncStatus.FAILED, SyncStatus.SYNCED]
            # Four attempts of a second each, and no more; the good one needed none of that time.
            assert finished[0].seconds < finished[1].seconds / 2
            assert 3.9 < asyncio.get_running_loop().time() - began < 20

    run(story())
