"""Programs beside the music end when they are told to, whatever they have printed that nobody read."""

import asyncio
import os
import sys

import pytest

from soul_player.audio.niced import SaidTooMuch, end_process, run_niced, start_niced
from tests.conftest import run

ENDLESS = (sys.executable, "-c", "while True: print('x' * 10_000)")


def test_one_that_prints_more_than_is_read_can_be_ended() -> None:
    """Its pipe is full, and so is what was read ahead: neither may hold up the end."""

    async def body() -> None:
        for _ in range(5):
            process = await start_niced(ENDLESS)
            assert process.stdout is not None
            assert await process.stdout.read(100)
            await asyncio.sleep(0.2)
            async with asyncio.timeout(10):
                await end_process(process)
            with pytest.raises(ProcessLookupError):
                os.kill(process.pid, 0)

    run(body())


def test_what_it_started_ends_with_it() -> None:
    """A script around the real program must not leave that behind."""
    script = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True); sys.stdin.read()"

    async def body() -> None:
        process = await start_niced((sys.executable, "-c", script + "\nimport time; time.sleep(60)"))
        assert process.stdout is not None
        child = int(await process.stdout.readline())
        async with asyncio.timeout(10):
            await end_process(process)
        async with asyncio.timeout(10):
            while _is_there(child):  # noqa: ASYNC110  # a process rings no bell
                await asyncio.sleep(0.02)

    run(body())


def _is_there(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123  # a file of the kernel's
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_bounds_hold() -> None:
    """In what is said, and in time."""

    async def body() -> None:
        with pytest.raises(SaidTooMuch):
            await run_niced(ENDLESS, seconds=30.0, bytes_max=100_000)
        with pytest.raises(TimeoutError):
            await run_niced((sys.executable, "-c", "import time; time.sleep(60)"), seconds=0.5, bytes_max=1)
        ended = await run_niced((sys.executable, "-c", "print(1); exit(7)"), seconds=30.0, bytes_max=10)
        assert (ended.returncode, ended.said, ended.complained) == (7, b"1\n", b"")

    run(body())
