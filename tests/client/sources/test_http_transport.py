"""Requests over real sockets: redirects, plain HTTP, and what is counted."""

import asyncio
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from soul_player.client import InsecureAddress, OfflineError, SyncStatus
from soul_player.client.errors import ConnectionLost
from soul_player.client.sources.addresses import parse_address
from soul_player.client.sources.http_transport import HttpTransport
from soul_player.client.sources.private_resolver import PrivateResolver
from soul_player.client.sources.transport import Request, Timeouts
from tests.client.clients import add, assert_consistent, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import PASSWORD, USERNAME, FakeServer, fake_server, make_track

HEADS = "/api/sync/heads"


def test_a_redirect_to_another_origin_is_refused_and_nothing_is_sent_there(tmp_path: Path) -> None:
    """A captive portal, or a thief of tokens."""

    async def story() -> None:
        async with fake_server() as server, fake_server() as thief, opened_client(tmp_path) as client:
            await add(client, server)
            for target in (
                f"{thief.url}{HEADS}",
                thief.url.replace("http:", ""),
                "https://127.0.0.1/x",
                "//x/",
                "ftp://x",
            ):
                for status in (301, 302, 303, 307, 308):
                    server.misbehave = redirecting(target, status=status)
                    result = await sync_one(client)
                    assert (result.status, result.requests) == (SyncStatus.OFFLINE, 1)
            assert thief.seen == []

    run(story())


def redirecting(target: str, *, status: int = 307) -> Any:
    """Every request for the heads is sent on."""

    async def misbehave(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=status, headers={"Location": target}) if request.path == HEADS else None

    return misbehave


def test_a_redirect_within_the_origin_is_followed_three_times(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(make_track(1))
            await add(client, server)
            for hops, status in ((3, SyncStatus.SYNCED), (4, SyncStatus.OFFLINE)):
                server.misbehave = hopping(server, hops)
                assert (await sync_one(client, full=True)).status is status

    run(story())


def hopping(server: FakeServer, hops: int) -> Any:
    """The heads are found after so many redirects, each relative."""

    async def misbehave(request: web.Request) -> web.StreamResponse | None:
        if not request.path.startswith(HEADS):
            return None
        hop = int(request.query.get("hop", "0"))
        if hop < hops:
            return web.Response(status=307, headers={"Location": f"{HEADS}?hop={hop + 1}"})
        return None

    return misbehave


def test_a_redirect_of_what_changes_something_is_not_followed(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:

            async def misbehave(request: web.Request) -> web.StreamResponse | None:
                if request.path == "/api/auth/login":
                    return web.Response(status=307, headers={"Location": "/api/auth/login"})
                return None

            server.misbehave = misbehave
            with pytest.raises(OfflineError):
                await add(client, server)
            assert server.paths().count("/api/auth/login") == 1

    run(story())


def test_plain_http_to_a_public_address_needs_a_yes(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            for url in ("http://192.0.2.1:8420", "http://[2001:db8::1]"):
                with pytest.raises(InsecureAddress):
                    await client.sources.add(url, username="ann", password="secret")
            assert await client.sources.list() == []

    run(story())


@pytest.mark.parametrize(
    ("addresses", "is_good"),
    [(["192.168.1.5"], True), (["192.0.2.1"], False), (["192.168.1.5", "192.0.2.1"], False), ([], True)],
)
def test_a_name_that_means_a_public_address_needs_one_too(addresses: list[str], is_good: bool) -> None:
    """One public address among private ones is enough: it may be the one that is connected to."""

    async def story() -> None:
        resolver = PrivateResolver(FixedNames(addresses))
        if is_good:
            assert [one["host"] for one in await resolver.resolve("music.example", 80)] == addresses
        else:
            with pytest.raises(InsecureAddress):
                await resolver.resolve("music.example", 80)

    run(story())


class FixedNames(AbstractResolver):
    """Every name means these addresses."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        """The same for all."""
        return [
            ResolveResult(hostname=host, host=one, port=port, family=int(family), proto=0, flags=0)
            for one in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


def test_a_private_name_needs_none(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(make_track(1))
            server.url = server.url.replace("127.0.0.1", "localhost")
            await add(client, server)
            result = await sync_one(client)
            assert result.status is SyncStatus.SYNCED
            assert result.bytes_received > 200
            await assert_consistent(client, server)

    run(story())


def test_a_server_below_a_path_is_asked_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server(base_path="/soul") as server, opened_client(tmp_path) as client:
            server.put(make_track(1))
            source = await client.sources.add(f"{server.url}/soul/", username=USERNAME, password=PASSWORD)
            assert source.url == f"{server.url}/soul"
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            await assert_consistent(client, server)
            with pytest.raises(OfflineError):
                await client.sources.add(server.url, username=USERNAME, password=PASSWORD)

    run(story())


def test_what_is_asked_while_the_connections_are_let_go_of_connects_anew() -> None:
    """A person turns the switch, or a source gets another address, in the moment in which something is asked."""

    async def story() -> None:
        async with fake_server() as server:
            transport = HttpTransport(
                parse_address(server.url), fingerprint=None, is_insecure=False, timeouts=Timeouts(5.0, 5.0, 5.0)
            )
            try:
                for _ in range(5):
                    await transport.ask(Request("/api/health"), bytes_max=1_000)
                    async with asyncio.TaskGroup() as tasks:
                        tasks.create_task(transport.close())
                        asked = tasks.create_task(transport.ask(Request("/api/health"), bytes_max=1_000))
                    assert asked.result().status == 200
            finally:
                await transport.close()

    run(story())


@pytest.mark.parametrize("has_begun", [False, True])
def test_who_reads_while_the_connections_are_let_go_of_is_told_and_waits_no_longer(has_begun: bool) -> None:
    """A sync waits for an answer, a download for its bytes, and a person turns the switch: neither hangs."""
    reached = asyncio.Semaphore(0)

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if has_begun:
            await response.prepare(request)
            await response.write(b"{")
        reached.release()
        await asyncio.sleep(60.0)
        return response

    async def story() -> None:
        async with fake_server() as server:
            server.misbehave = slow
            transport = HttpTransport(
                parse_address(server.url), fingerprint=None, is_insecure=False, timeouts=Timeouts(50.0, 50.0, 50.0)
            )

            async def stream() -> None:
                async with transport.stream(Request("/api/health")) as streamed:
                    async for _ in streamed.pieces:
                        pass

            asked = [transport.ask(Request("/api/health"), bytes_max=1_000), stream()]
            async with asyncio.timeout(10.0), asyncio.TaskGroup() as tasks:
                for one in asked:
                    tasks.create_task(_lost(one))
                    await reached.acquire()
                # So that what has begun is being read.
                await asyncio.sleep(0.05)
                await transport.close()

    run(story())


async def _lost(asked: Coroutine[Any, Any, object]) -> None:
    with pytest.raises(ConnectionLost):
        await asked
