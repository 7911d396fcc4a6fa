"""The addresses of a source: what two of this home do at one moment must not leave it without any."""

import asyncio
from pathlib import Path

from soul_player.client.errors import AddressInvalid
from tests.client.clients import add, opened_client
from tests.conftest import run
from tests.edges.cut_line import cut_line
from tests.edges.fake_server import fake_server


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
