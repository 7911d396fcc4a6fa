"""A burst of file events becomes one signal, soon enough, and an endless burst is cut."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from soul_player.folders.watch import CannotWatch, next_burst, watch_folders
from tests.conftest import run


def fake_events(script: Sequence[tuple[float, int]]) -> "object":
    """Events that come after so many seconds each; then silence."""
    waiting = list(script)

    async def next_events(seconds: float) -> int:
        if not waiting or waiting[0][0] > seconds:
            if waiting:
                waiting[0] = (waiting[0][0] - seconds, waiting[0][1])
            await asyncio.sleep(seconds)
            return 0
        delay, events = waiting.pop(0)
        await asyncio.sleep(delay)
        return events

    return next_events


def test_a_burst_is_one_and_silence_is_none() -> None:
    """An album is copied file by file: one scan, not twelve."""

    async def body() -> None:
        events = fake_events([(0.02, 3), (0.05, 4), (0.3, 5)])
        waits = {"wait_seconds": 0.2, "quiet_seconds": 0.1, "burst_seconds_max": 5.0}
        assert await next_burst(events, **waits) == 7  # type: ignore[arg-type]  # a fake of the callable
        assert await next_burst(events, **waits) == 5  # type: ignore[arg-type]  # a fake of the callable
        assert await next_burst(events, **waits) == 0  # type: ignore[arg-type]  # a fake of the callable

    run(body())


def test_an_endless_burst_is_cut() -> None:
    """A long copy must not keep the library from seeing its beginning."""

    async def body() -> None:
        events = fake_events([(0.01, 1)] * 1000)
        clock = asyncio.get_running_loop().time
        begun = clock()
        assert 5 < await next_burst(
            events,  # type: ignore[arg-type]  # a fake of the callable
            wait_seconds=1.0, quiet_seconds=0.5, burst_seconds_max=0.3,
        ) < 40  # fmt: skip
        assert clock() - begun < 1.0

    run(body())


def test_real_files_are_noticed_in_new_folders_and_under_odd_names(tmp_path: Path) -> None:
    """inotify watches folders one by one: also those that come later, and names that are no UTF-8."""

    async def body() -> None:
        async with watch_folders([os.fsencode(tmp_path)]) as next_events:
            (tmp_path / ".part").write_bytes(b"x")
            assert await next_burst(next_events, wait_seconds=0.6, quiet_seconds=0.3) == 0
            (tmp_path / "new" / "deep").mkdir(parents=True)
            assert await next_burst(next_events, wait_seconds=5.0, quiet_seconds=0.5) > 0
            (tmp_path / "new" / "deep" / "song.mp3").write_bytes(b"x")
            assert await next_burst(next_events, wait_seconds=5.0, quiet_seconds=0.5) > 0
            (tmp_path / os.fsdecode(b"caf\xe9.mp3")).write_bytes(b"x")
            assert await next_burst(next_events, wait_seconds=5.0, quiet_seconds=0.5) > 0
            (tmp_path / "new" / "deep" / "song.mp3").unlink()
            assert await next_burst(next_events, wait_seconds=5.0, quiet_seconds=0.5) > 0

    run(body())


def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    """The caller looks again by the clock."""

    async def body() -> None:
        with pytest.raises(CannotWatch):
            async with watch_folders([os.fsencode(tmp_path / "gone")]):
                raise AssertionError("it cannot be watched")

    run(body())
