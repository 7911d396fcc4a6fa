"""Crash at every step, also by kill -9: whatever is left, no row lies, and the next run ends whole."""

import asyncio
from pathlib import Path

import pytest

from tests.client.downloads.shelves import assert_the_law, downloading_client, shelf, statuses, wish_of
from tests.conftest import run
from tests.edges.faulty_disk import FaultyDisk, PowerCut
from tests.forked import start_module

SONGS = 3


def is_power_cut(error: BaseException) -> bool:
    """Nothing else: what else is in a group is a fault of the program."""
    rest = error.split(PowerCut)[1] if isinstance(error, BaseExceptionGroup) else None
    if rest is not None:
        raise rest
    return True


def test_a_power_cut_at_any_step_leaves_nothing_that_is_wrong(tmp_path: Path) -> None:
    """The sweep ends when a run got through without reaching the step at which it would have been cut."""

    async def story() -> None:
        async with shelf(tmp_path, songs=SONGS, seconds=1.5) as one:
            cuts = 0
            for cut_at in range(200):
                home = tmp_path / f"client-{cut_at}"
                disk = FaultyDisk()
                disk.cut_at = cut_at
                was_cut = False
                async with downloading_client(home, disk=disk, downloads_at_once=2) as client:
                    await client.sources.add(
                        one.proxy.url, username=one.running.username, password=one.running.password
                    )
                    await client.sync.run()
                    await client.downloads.ask(wish_of(""))
                    try:
                        await client.downloads.run(until_idle=True)
                    except (PowerCut, BaseExceptionGroup) as error:
                        was_cut = is_power_cut(error)
                    await assert_the_law(client)
                async with downloading_client(home) as client:
                    await assert_the_law(client)
                    await client.downloads.run(until_idle=True)
                    assert await statuses(client) == ["cached"] * SONGS, cut_at
                    await assert_the_law(client)
                    assert list((home / "downloads/parts").iterdir()) == []
                if not was_cut:
                    break
                cuts += 1
            assert cuts >= 3 * 4, "fewer steps than three files have: the sweep sweeps nothing"

    run(story(), timeout_seconds=240)


@pytest.mark.slow
def test_a_killed_process_is_gone_on_from(tmp_path: Path) -> None:
    """kill -9 again and again: the law holds in between, and what was there is not fetched again."""

    async def story() -> None:
        async with shelf(tmp_path, songs=2, seconds=8.0) as one:
            await one.ask("")
            total = sum(path.stat().st_size for path in one.files.values())
            home = tmp_path / "client"
            one.proxy.seconds_per_piece = 0.02
            kills = 0
            for number in range(60):
                process = start_module("tests.client.downloads.downloading_process", home)
                # By what it received, for a busy machine takes its time to start: sooner than anything was written
                # down, and later.
                enough = one.proxy.carried_bytes + 300_000 * (1 + number % 7)
                async with asyncio.timeout(60):
                    while process.poll() is None and one.proxy.carried_bytes < enough:  # noqa: ASYNC110  # no event
                        await asyncio.sleep(0.02)
                if process.poll() is not None:
                    break
                process.kill()
                process.wait(timeout=30)
                kills += 1
                await assert_the_law(one.client)
            else:
                raise AssertionError("it never came to its end")
            assert process.returncode == 0
            assert await statuses(one.client) == ["cached"] * 2
            await assert_the_law(one.client)
            assert kills >= 1
            # A batch of a megabyte for each file may be on its way when the process dies.
            assert one.proxy.carried_bytes < total + kills * 2 * 1_300_000

    run(story(), timeout_seconds=240)
