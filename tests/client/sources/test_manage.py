"""Adding, finding, choosing and removing sources."""

from pathlib import Path

import pytest

from soul_player.client import EVERYTHING, SourceAmbiguous, SourceExists, SourceNotFound, SyncStatus
from soul_player.client.errors import ProtocolError
from tests.client.clients import add, assert_words_agree, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import PASSWORD, USERNAME, fake_server, make_id, make_track


def test_a_source_keeps_what_was_said_of_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server(name="Home Server") as server:
            async with opened_client(tmp_path) as client:
                server.put(make_track(1))
                added = await add(client, server)
            async with opened_client(tmp_path) as client:
                (source,) = await client.sources.list()
                assert source == added
                assert (source.name, source.url, source.username) == ("Home Server", server.url, USERNAME)
                assert (source.is_active, source.needs_sign_in, source.tracks) == (True, False, 0)
                await sync_one(client)
                (source,) = await client.sources.list()
                assert source.tracks == 1
                assert source.last_sync_at_ms is not None

    run(story())


def test_the_same_account_is_one_source(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            await add(client, server, name="One")
            with pytest.raises(SourceExists):
                await add(client, server, name="Two")
            assert [source.name for source in await client.sources.list()] == ["One"]

    run(story())


def test_names_are_unique_whatever_their_case(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            fake_server(server_id=make_id(1)) as first,
            fake_server(server_id=make_id(2)) as second,
            opened_client(tmp_path) as client,
        ):
            await add(client, first, name="Home")
            with pytest.raises(SourceExists):
                await add(client, second, name="HOME")
            await add(client, second)
            assert [source.name for source in await client.sources.list()] == ["Home", "Fake"]

    run(story())


def test_a_source_is_found_by_name_by_id_and_by_the_beginning_of_its_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            for number, name in enumerate(("Home", "Home Server", "Work"), start=1):
                async with fake_server(server_id=make_id(number)) as server:
                    await add(client, server, name=name)
            for text, name in (("home", "Home"), ("2", "Home Server"), ("WO", "Work"), ("home s", "Home Server")):
                assert (await client.sources.find(text)).name == name
            with pytest.raises(SourceAmbiguous) as caught:
                await client.sources.find("hom")
            assert caught.value.ids == (1, 2)
            with pytest.raises(SourceNotFound):
                await client.sources.find("school")

    run(story())


def test_one_source_is_the_active_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            for number in (1, 2):
                async with fake_server(server_id=make_id(number)) as server:
                    await add(client, server, name=f"Server {number}")
            first, second = await client.sources.list()
            assert (first.is_active, second.is_active) == (True, False)
            await client.sources.activate(second.id)
            assert [source.is_active for source in await client.sources.list()] == [False, True]
            await client.sources.remove(second.id)
            assert [source.is_active for source in await client.sources.list()] == [True]

    run(story())


def test_a_removed_source_takes_its_tracks_and_tokens_and_no_others(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            fake_server(server_id=make_id(1)) as first,
            fake_server(server_id=make_id(2)) as second,
            opened_client(tmp_path) as client,
        ):
            first.put(*(make_track(number) for number in range(30)))
            second.put(*(make_track(number, title=f"Other {number}") for number in range(40)))
            one = await add(client, first, name="One")
            await add(client, second, name="Two")
            assert [result.tracks_synced for result in await client.sync.run()] == [30, 40]
            assert await client.library.count() == 70
            assert await client.sources.remove(one.id)
            assert first.paths()[-1] == "/api/auth/logout"
            assert await client.library.count(condition=EVERYTHING) == 40
            assert await client.library.search("title") == []
            await assert_words_agree(client)
            assert [path.name for path in (tmp_path / "tokens").iterdir()] == ["2.json"]  # a test
            (other,) = await client.sources.list()
            await client.sources.remove(other.id)
            assert await client.library.count(condition=EVERYTHING) == 0
            await assert_words_agree(client)

    run(story())


def test_a_source_that_cannot_be_told_is_removed_all_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            async with fake_server() as server:
                source = await add(client, server)
            assert not await client.sources.remove(source.id)
            assert await client.sources.list() == []

    run(story())


def test_a_home_is_one_device_at_all_its_servers(tmp_path: Path) -> None:
    async def story() -> None:
        devices = []
        for number in (1, 2):
            async with fake_server(server_id=make_id(number)) as server, opened_client(tmp_path) as client:
                await add(client, server, name=f"Server {number}")
                devices += [one.body for one in server.seen if one.path == "/api/auth/login"]
        assert devices[0] == devices[1]
        assert b'"device_id":"' in devices[0]

    run(story())


def test_a_server_of_another_version_of_the_protocol_is_told_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server(protocol=2) as server, opened_client(tmp_path) as client:
            with pytest.raises(ProtocolError, match="version 2"):
                await add(client, server)
            assert server.paths() == ["/api/server"]

    run(story())


def test_a_source_is_online_when_its_server_is_well(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            async with fake_server() as server:
                source = await add(client, server)
                assert await client.sources.is_online(source.id)
                await client.sources.change_password(source.id, current=PASSWORD, new="x")
                assert server.paths()[-1] == "/api/auth/password"
            assert not await client.sources.is_online(source.id)
            assert (await sync_one(client)).status is SyncStatus.OFFLINE

    run(story())
