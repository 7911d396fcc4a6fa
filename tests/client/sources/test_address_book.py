"""The addresses of a source: what two of this home do at one moment keeps their bounds."""

import asyncio
from pathlib import Path

import pytest

from soul_player.client.errors import AddressInvalid
from soul_player.client.library.connectivity import SourceAddress
from soul_player.client.sources.address_book import ADDRESSES_MAX
from tests.client.clients import add, opened_client
from tests.conftest import run
from tests.edges.cut_line import cut_line
from tests.edges.fake_server import fake_server
from tests.server.running import running_server


def test_one_address_stays_though_both_are_removed_at_one_moment(tmp_path: Path) -> None:
    """In two tabs, or by two processes: each saw that there is another one."""

    async def story() -> None:
        async with fake_server() as server, cut_line(server.url) as line, opened_client(tmp_path) as client:
            source = await add(client, server)
            await client.sources.addresses.add(source.id, line.url)
            refused: list[str] = []

            async def remove(url: str) -> None:
                try:
                    await client.sources.addresses.remove(source.id, url)
                except AddressInvalid:
                    refused.append(url)

            async with asyncio.TaskGroup() as tasks:
                for url in (server.url, line.url):
                    tasks.create_task(remove(url))
            (left,) = await client.sources.list()
            assert len(refused) == 1, refused
            assert [one.url for one in left.addresses] == refused

    run(story())


def test_a_path_at_which_there_is_no_server_is_told_as_that(tmp_path: Path) -> None:
    """A server knows no such route, says the server; a person has mistyped an address."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as server, opened_client(tmp_path / "client") as client:
            with pytest.raises(AddressInvalid, match=r"no Soul Player server is at http.*/elsewhere"):
                await client.sources.addresses.meet(f"{server.url}/elsewhere")

    run(story())


def test_two_that_are_added_at_one_moment_do_not_pass_the_bound(tmp_path: Path) -> None:
    """Each saw room for one more."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)
            for number in range(2, ADDRESSES_MAX):
                await client.sources.addresses.keep(source, SourceAddress(f"http://127.0.0.1:{number}"))
            said: list[str] = []

            async def keep(url: str) -> None:
                try:
                    await client.sources.addresses.keep(source, SourceAddress(url))
                except AddressInvalid as error:
                    said.append(error.message)

            async with asyncio.TaskGroup() as tasks:
                for url in ("http://127.0.0.1:9", "http://127.0.0.1:10"):
                    tasks.create_task(keep(url))
            (full,) = await client.sources.list()
            assert len(full.addresses) == ADDRESSES_MAX
            assert len(said) == 1, said

    run(story())


def test_an_address_that_was_removed_meanwhile_is_not_said_to_be_the_only_one(tmp_path: Path) -> None:
    """And a certificate is not trusted where nothing is asked any more."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)
            away = "https://127.0.0.1:9"
            await client.sources.addresses.keep(source, SourceAddress(away))
            said: list[str] = []

            async def remove() -> None:
                try:
                    await client.sources.addresses.remove(source.id, away)
                except AddressInvalid as error:
                    said.append(error.message)

            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(remove())
                tasks.create_task(remove())
            assert said == [f"{source.name} has no address {away}"]
            with pytest.raises(AddressInvalid):
                await client.sources.addresses.trust(source.id, "ab" * 32, url=away)

    run(story())
