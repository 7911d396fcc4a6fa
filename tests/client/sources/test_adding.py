"""Adding sources and signing in: what two of this home do at one moment, and names in another spelling."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from soul_player.client import ClientError, Source, SourceExists, SourceNotFound, SyncStatus
from tests.client.clients import add, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import PASSWORD, fake_server, make_id
from tests.server.running import add_user, running_server


async def both(*acts: Callable[[], Awaitable[Source]]) -> list[Source | ClientError]:
    """At one moment; what each said."""
    said: list[Source | ClientError] = []

    async def do(act: Callable[[], Awaitable[Source]]) -> None:
        try:
            said.append(await act())
        except ClientError as error:
            said.append(error)

    async with asyncio.TaskGroup() as tasks:
        for act in acts:
            tasks.create_task(do(act))
    return said


def test_a_folder_that_is_added_twice_at_one_moment_is_one_source(tmp_path: Path) -> None:
    """In two tabs: the second is told, by an error of ours, that it is there already."""
    music = tmp_path / "music"
    (music / "jazz").mkdir(parents=True)

    async def story() -> None:
        async with opened_client(tmp_path / "home") as client:
            said = await both(
                lambda: client.sources.add_folder(music), lambda: client.sources.add_folder(music / "jazz")
            )
            assert sorted(type(one).__name__ for one in said) == ["Source", "SourceExists"]
            (source,) = await client.sources.list()
            assert source in said

    run(story())


def test_two_servers_of_one_name_that_are_added_at_one_moment_are_both_there(tmp_path: Path) -> None:
    """Each saw that the name was free; whoever comes second gets a number, not an error after the password was sent."""

    async def story() -> None:
        async with (
            fake_server(server_id=make_id(1)) as first,
            fake_server(server_id=make_id(2)) as second,
            opened_client(tmp_path) as client,
        ):
            await both(lambda: add(client, first), lambda: add(client, second))
            assert sorted(one.name for one in await client.sources.list()) == ["Fake", "Fake 2"]

    run(story())


def test_an_account_that_is_added_twice_at_one_moment_is_one_source_and_signed_in(tmp_path: Path) -> None:
    """Each sign-in of a device replaces the one before: the source must have the tokens of the later one."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as running, opened_client(tmp_path / "home") as client:

            async def join() -> Source:
                return await client.sources.add(running.url, username=running.username, password=running.password)

            await both(join, join)
            (source,) = await client.sources.list()
            assert not source.needs_sign_in
            assert (await sync_one(client)).status is SyncStatus.SYNCED

    run(story())


@pytest.mark.parametrize("spelled", ["AMBER", " amber "])
def test_a_known_account_in_another_spelling_is_not_signed_out(tmp_path: Path, spelled: str) -> None:
    """The server knows it by any spelling: signing in would take the tokens of the source away from it."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as running, opened_client(tmp_path / "home") as client:
            await client.sources.add(running.url, username=running.username, password=running.password)
            with pytest.raises(SourceExists):
                await client.sources.add(running.url, username=spelled, password=running.password)
            assert (await sync_one(client)).status is SyncStatus.SYNCED

    run(story())


def test_a_source_that_is_signed_out_is_signed_in_by_adding_it_again(tmp_path: Path) -> None:
    """Whoever gives the password to it has no use for being told that it is there."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)
            server.access_tokens.clear()
            server.refresh_token = "another device's"
            assert (await sync_one(client)).status is SyncStatus.FAILED
            again = await add(client, server)
            assert (again.id, again.needs_sign_in) == (source.id, False)
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            with pytest.raises(SourceExists):
                await add(client, server)

    run(story())


def test_signing_in_as_the_account_of_another_source_leaves_both_as_they_were(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_server(tmp_path / "server") as running, opened_client(tmp_path / "home") as client:
            await add_user(running.server, "bob", "night drive 1975")
            ann = await client.sources.add(running.url, username=running.username, password=running.password)
            bob = await client.sources.add(running.url, username="bob", password="night drive 1975")
            with pytest.raises(SourceExists, match=f"your source {bob.name}"):
                await client.sources.login(ann.id, username="BOB", password="night drive 1975")
            assert [one.username for one in await client.sources.list()] == [running.username, "bob"]
            assert [one.status for one in await client.sync.run()] == [SyncStatus.SYNCED] * 2

    run(story())


def test_a_source_that_is_removed_while_somebody_signs_in_leaves_no_tokens(tmp_path: Path) -> None:
    """They would be good for half a year, and nothing would ever use or forget them."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)

            async def remove_meanwhile(request: web.Request) -> None:
                if request.path == "/api/auth/login":
                    server.misbehave = None
                    # A command beside this process.
                    async with opened_client(tmp_path) as other:
                        await other.sources.remove(source.id)

            server.misbehave = remove_meanwhile
            with pytest.raises(SourceNotFound):
                await client.sources.login(source.id, password=PASSWORD)
            assert await client.sources.list() == []
            assert list((tmp_path / "tokens").iterdir()) == []

    run(story())


def test_one_source_stays_the_active_one_when_a_removed_one_is_chosen(tmp_path: Path) -> None:
    """Whoever chooses it looks at a list of a moment ago."""

    async def story() -> None:
        async with (
            fake_server(server_id=make_id(1)) as first,
            fake_server(server_id=make_id(2)) as second,
            opened_client(tmp_path) as client,
        ):
            await add(client, first, name="One")
            two = await add(client, second, name="Two")

            async def choose() -> None:
                while True:
                    await client.sources.activate(two.id)

            async def remove_while_it_is_chosen() -> None:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(choose())
                    await client.sources.remove(two.id)

            with pytest.raises(ExceptionGroup) as raised:
                await remove_while_it_is_chosen()
            assert raised.group_contains(SourceNotFound)
            assert [one.is_active for one in await client.sources.list()] == [True]

    run(story())
