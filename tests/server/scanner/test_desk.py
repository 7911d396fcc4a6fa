"""Scans that any of several processes asks for, and one does."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from soul_player.edges import SystemClock, SystemRandomness
from soul_player.folders.pool import WorkerPool
from soul_player.protocol.scan import ScanState
from soul_player.server.scanner.desk import SharedDesk
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.scanner.scan import NothingHeld, Scanner
from soul_player.server.store.open import Store
from tests.conftest import opened, run
from tests.makers_audio import make_audio

FAST_SECONDS = 0.02


def scanner_of(store: Store, readers: WorkerPool, music: Path) -> Scanner:
    """Nobody listens to what it announces."""
    parts = ScanParts(store.database, SystemClock(), SystemRandomness(), readers, announce=lambda _: None)
    return Scanner(parts, [os.fsencode(music)])


@asynccontextmanager
async def two_processes(url: str, music: Path) -> AsyncGenerator[tuple[SharedDesk, SharedDesk], None]:
    """The first leads: its scanner runs, and serves the desk."""
    async with opened(url) as one, opened(url) as other, WorkerPool() as readers, asyncio.TaskGroup() as tasks:
        scanner = scanner_of(one, readers, music)
        desk = SharedDesk(one.database, scanner, look_seconds=FAST_SECONDS)
        work = [tasks.create_task(scanner.run()), tasks.create_task(desk.serve())]
        yield desk, SharedDesk(other.database, scanner_of(other, readers, music), look_seconds=FAST_SECONDS)
        for task in work:
            task.cancel()


def test_a_scan_asked_for_elsewhere_is_done_by_the_leader(tmp_path: Path, store_url: str) -> None:
    """And has seen what was there when it was asked for."""
    music = tmp_path / "music"
    make_audio(music / "one", "wav")

    async def story() -> None:
        async with two_processes(store_url, music) as (_, follower):
            await (await follower.ask(full=False))()
            for name in ("two", "three"):
                make_audio(music / name, "wav")
                ended = await follower.ask(full=False)
                assert await ended()
                last = (await follower.status()).last
                assert last is not None
                assert last.added == 1
            assert await (await follower.ask(full=True))()
            last = (await follower.status()).last
            assert last is not None
            assert (last.added, last.updated) == (0, 0)

    run(story())


def test_many_ask_at_once_and_each_is_answered(tmp_path: Path, store_url: str) -> None:
    music = tmp_path / "music"
    make_audio(music / "one", "wav")

    async def story() -> None:
        async with two_processes(store_url, music) as desks, asyncio.TaskGroup() as tasks:

            async def ask(number: int) -> bool:
                return await (await desks[number % 2].ask(full=number % 3 == 0))()

            asked = [tasks.create_task(ask(number)) for number in range(20)]
        assert all(task.result() for task in asked)

    run(story())


def test_what_is_held_is_confirmed_through_any_process(tmp_path: Path, store_url: str) -> None:
    """Only what is held, and only so many."""
    music = tmp_path / "music"
    file = make_audio(music / "one", "wav")

    async def story() -> None:
        async with two_processes(store_url, music) as (_, follower):
            await (await follower.ask(full=False))()
            with pytest.raises(NothingHeld):
                await follower.confirm(str(music), 1)
            file.unlink()
            await (await follower.ask(full=False))()
            held = await follower.status()
            assert (held.state, held.root, held.missing) == (ScanState.HELD, str(music), 1)
            with pytest.raises(NothingHeld):
                await follower.confirm("/elsewhere", 1)
            await follower.confirm(str(music), 1)
            await (await follower.ask(full=False))()
            done = await follower.status()
            assert done.state is not ScanState.HELD
            assert done.last is not None
            assert done.last.removed == 1

    run(story())


def test_a_request_that_the_leader_died_of_is_done_by_the_next(tmp_path: Path, store_url: str) -> None:
    music = tmp_path / "music"
    make_audio(music / "one", "wav")

    async def story() -> None:
        async with opened(store_url) as store, WorkerPool() as readers:
            nobody = SharedDesk(store.database, scanner_of(store, readers, music), look_seconds=FAST_SECONDS)
            ended = await nobody.ask(full=True)
            async with two_processes(store_url, music):
                assert await ended()

    run(story())
