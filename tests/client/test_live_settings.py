"""A setting changed beside a client that runs: it holds within a second, whoever changed it."""

import asyncio
from pathlib import Path

from soul_player.client import CONFIG_FILE, Client
from tests.client.downloads.shelves import shelf
from tests.client.downloads.test_worker import running, until
from tests.conftest import run


async def until_applied(client: Client, limit_bytes: int) -> None:
    """The limit of the cache stands for all of them."""

    async def is_applied() -> bool:
        return client.downloads.limits.cache_bytes == limit_bytes

    await until(is_applied, seconds=5.0)


def test_a_download_under_way_gets_the_new_rate_within_a_second(tmp_path: Path) -> None:
    """`soul config set` writes the file: what crept goes on at full speed."""

    async def story() -> None:
        path = tmp_path / "client" / CONFIG_FILE
        path.parent.mkdir()
        path.write_text("download_bytes_per_second = 20000\n")
        async with shelf(tmp_path, songs=1, seconds=20.0, download_bytes_per_second=20_000) as one:
            await one.ask("")
            async with running(one.client):
                await asyncio.sleep(1.0)
                # At that rate it would take three minutes.
                assert len(await one.client.downloads.list()) == 1
                path.write_text("download_bytes_per_second = 0\n")

                async def is_done() -> bool:
                    return await one.client.downloads.list() == []

                await until(is_done, seconds=10.0)
                assert one.client.downloads.throttler.is_open

    run(story())


def test_every_live_setting_is_followed_and_a_broken_file_changes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "client" / CONFIG_FILE
        async with shelf(tmp_path) as one, running(one.client):
            path.write_text("cache_limit_bytes = 1000000\ndownloads_at_once = 2\ndownload_bytes_per_second = 5000\n")
            await until_applied(one.client, 1_000_000)
            assert one.client.downloads.throttler.bytes_per_second == 5_000
            assert one.client.downloads.slots == 2
            path.write_text("cache_limit_bytes = ")
            await asyncio.sleep(0.8)
            assert one.client.downloads.limits.cache_bytes == 1_000_000
            path.write_text("cache_limit_bytes = 2000000\n")
            await until_applied(one.client, 2_000_000)
            assert one.client.downloads.throttler.is_open, "what is not in the file any more is what it was by itself"
            path.unlink()
            await until_applied(one.client, 50_000_000_000)

    run(story())


def test_what_was_said_otherwise_at_the_start_goes_over_the_file(tmp_path: Path) -> None:
    """By the environment, or by a flag."""

    async def story() -> None:
        path = tmp_path / "client" / CONFIG_FILE
        async with shelf(tmp_path, download_bytes_per_second=123_456) as one, running(one.client):
            path.write_text("download_bytes_per_second = 5000\ncache_limit_bytes = 1000000\n")
            await until_applied(one.client, 1_000_000)
            assert one.client.downloads.throttler.bytes_per_second == 123_456

    run(story())
