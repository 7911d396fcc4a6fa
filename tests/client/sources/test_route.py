"""One server under several addresses: over real sockets that come and go, and past servers that only pretend."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path

import pytest

from soul_player.client import Client, Connectivity, LiveConnected, Source, SourceId, SyncStatus
from soul_player.client.errors import (
    CertificateChanged,
    ConnectionLost,
    OfflineError,
    ServerUnavailable,
    SyncError,
)
from soul_player.client.sources.addresses import parse_address
from soul_player.client.sources.route import most_telling
from tests.client.clients import add, opened_client, sync_one, titles
from tests.client.sources.test_live_client import next_of
from tests.conftest import run
from tests.edges.cut_line import CutLine, cut_line
from tests.edges.fake_server import FakeServer, fake_server, make_track
from tests.server.running import running_server


@asynccontextmanager
async def at_two_addresses(home: Path) -> AsyncGenerator[tuple[Client, FakeServer, SourceId, CutLine, CutLine], None]:
    """A server that is reached over two lines, of which the client used the first one last."""
    async with (
        fake_server() as server,
        cut_line(server.url) as first,
        cut_line(server.url) as second,
        opened_client(home) as client,
    ):
        server.put(make_track(1))
        source = await client.sources.add(first.url, username="ann", password="correct horse battery staple")
        await client.sources.addresses.add(source.id, second.url)
        assert (await sync_one(client)).status is SyncStatus.SYNCED
        yield client, server, source.id, first, second


async def the_source(client: Client) -> Source:
    (source,) = await client.sources.list()
    return source


def test_when_one_address_goes_the_other_is_used_in_the_same_sync(tmp_path: Path) -> None:
    """A laptop that left home: nobody sees Offline, and nothing has to be tried again."""

    async def story() -> None:
        async with at_two_addresses(tmp_path) as (client, server, source_id, first, second):
            assert (await the_source(client)).url == first.url
            first.die()
            server.put(make_track(2))
            result = await sync_one(client)
            assert (result.status, result.tracks_synced) == (SyncStatus.SYNCED, 1)
            source = await the_source(client)
            assert (source.url, source.connectivity) == (second.url, Connectivity.ONLINE)
            away = source.addresses[1]
            assert (away.url, away.seen) == (first.url, Connectivity.OFFLINE)
            # What worked last goes first in the next process too.
            async with opened_client(tmp_path) as other:
                assert (await the_source(other)).url == second.url
            second.die()
            assert (await sync_one(client)).status is SyncStatus.OFFLINE
            source = await the_source(client)
            assert (source.connectivity, source.is_offline) == (Connectivity.OFFLINE, True)
            assert source.id == source_id

    run(story())


def test_a_download_goes_on_at_the_other_address(tmp_path: Path) -> None:
    async def story() -> None:
        async with at_two_addresses(tmp_path) as (client, server, _, first, _second):
            track = make_track(1)
            server.files[track.id] = b"sound" * 200 + b"!"
            page = await client.library.tracks(limit=1)
            first.die()
            fetched = await client.downloads.fetch(page.tracks[0].id, tmp_path / "song")
            assert (tmp_path / "song").read_bytes() == server.files[track.id]
            assert fetched is not None

    run(story())


def test_a_stranger_at_one_of_the_addresses_is_never_sent_anything(tmp_path: Path) -> None:
    """In another network the numbers of home belong to somebody else. It is told, and the other address is used."""

    async def story() -> None:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(opened_client(tmp_path))
            at_home = await stack.enter_async_context(fake_server())
            line = await stack.enter_async_context(cut_line(at_home.url))
            source = await add(client, at_home)
            await client.sources.addresses.add(source.id, line.url)
            at_home.put(make_track(1))
            await sync_one(client)
            # The server itself moves away: behind the line it is the same, at its own port is another one.
            async with fake_server(server_id="01890000-0000-7000-8000-00000000000b", name="Stranger") as stranger:
                await client.sources._library.write(_swap, at_home.url, stranger.url, source.id)
                assert (await sync_one(client)).status is SyncStatus.SYNCED
                assert set(stranger.paths()) == {"/api/server"}
                assert all(one.authorization is None and one.body == b"" for one in stranger.seen)
                known = await the_source(client)
                assert (known.url, known.connectivity) == (line.url, Connectivity.ONLINE)
                wrong = known.addresses[1]
                assert (wrong.seen, wrong.error_code) == (Connectivity.OFFLINE, "server_changed")
                assert "nothing was sent" in (wrong.error or "")
                # Nobody is asked what it is while the right one answers.
                assert await client.questions.count() == 0

    run(story())


async def _swap(library: object, before: str, after: str, source_id: int) -> None:
    await library.run(  # type: ignore[attr-defined]  # a Writer
        "UPDATE addresses SET url = :after, turn = turn + 100 WHERE url = :before AND source_id = :id",
        before=before.encode(), after=after.encode(), id=source_id,
    )  # fmt: skip


def test_a_captive_portal_in_front_of_one_address_sends_nobody_astray(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, fake_server() as portal, opened_client(tmp_path) as client:
            from aiohttp import web  # noqa: PLC0415  # only this story speaks HTTP itself

            source = await add(client, server)
            await client.sources.addresses.add(source.id, portal.url)

            async def welcome(_: object) -> web.Response:
                return web.Response(text="<html>Welcome to the hotel", content_type="text/html")

            portal.misbehave = welcome
            await client.sources._library.write(_swap, portal.url, portal.url, source.id)
            server.put(make_track(1))
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            assert list((await titles(client)).values()) == ["Title 1"]
            assert all(one.authorization is None for one in portal.seen)

    run(story())


def test_the_live_connection_moves_to_the_other_address(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running_server(tmp_path / "server") as running,
            cut_line(running.url) as first,
            cut_line(running.url) as second,
            opened_client(tmp_path / "phone") as client,
        ):
            source = await client.sources.add(first.url, username=running.username, password=running.password)
            await client.sources.addresses.add(source.id, second.url)
            async with aclosing(client.live.listen(source.id)) as events:
                assert await next_of(events, LiveConnected)
                first.die()
                assert await next_of(events, LiveConnected)
                assert second.carried_bytes
            assert (await the_source(client)).url == second.url

    run(story())


def test_every_address_that_is_silent_costs_seconds_and_no_minutes(tmp_path: Path) -> None:
    """A black hole at the address that worked last: the other one is asked beside it after half a second."""

    async def story() -> None:
        async with at_two_addresses(tmp_path) as (client, server, _, first, _second):
            first.silent_after = 0
            server.put(make_track(2))
            async with opened_client(tmp_path) as other, asyncio.timeout(4):
                assert (await sync_one(other)).tracks_synced == 1
            assert client is not None

    run(story())


def test_a_proxy_with_a_dead_server_behind_it_is_passed_over(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, fake_server() as proxy, opened_client(tmp_path) as client:
            from aiohttp import web  # noqa: PLC0415  # only this story speaks HTTP itself

            source = await add(client, proxy)
            await client.sources.addresses.add(source.id, server.url)

            async def bad_gateway(_: object) -> web.Response:
                return web.Response(status=502, text="Bad Gateway")

            proxy.misbehave = bad_gateway
            server.access_tokens |= proxy.access_tokens
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            known = await the_source(client)
            assert (known.url, known.addresses[1].seen) == (server.url, Connectivity.LIMITED)

    run(story())


def test_a_sync_that_is_given_up_takes_no_address_for_dead_later(tmp_path: Path) -> None:
    """It had met nobody at the first address and was waiting for the second one. Now the first one is back."""

    async def story() -> None:
        async with at_two_addresses(tmp_path) as (client, server, _, first, second):
            first.die()
            second.silent_after = 0
            async with opened_client(tmp_path) as other:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await sync_one(other)
                first.is_dead = False
                server.put(make_track(2))
                async with asyncio.timeout(4):
                    assert (await sync_one(other)).tracks_synced == 1
            assert (await the_source(client)).url == first.url

    run(story())


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ((OfflineError("a"), ServerUnavailable("b")), "b"),
        ((ServerUnavailable("a"), CertificateChanged("b", fingerprint="x")), "b"),
        ((OfflineError("a"), OfflineError("b")), "a"),
        ((ConnectionLost("a"), OfflineError("b")), "a"),
    ],
)
def test_when_no_address_works_the_most_telling_reason_is_told(errors: tuple[SyncError, ...], told: str) -> None:
    assert most_telling(errors).message == told


def test_only_a_certificate_or_this_machine_proves_who_answers() -> None:
    urls = ("https://music.example", "http://127.0.0.1:8420", "http://[::1]:1", "http://192.168.1.5", "http://music")
    assert [parse_address(url).proves_itself for url in urls] == [True, True, True, False, False]
