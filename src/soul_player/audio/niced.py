"""Other programs, run beside the music: niced, bounded in what they print, and gone when nobody waits for them."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass

NICENESS = 10
COMPLAINT_BYTES_MAX = 2_000
_PIECE_BYTES = 1 << 16

Argv = Sequence[str | bytes]


class SaidTooMuch(Exception):
    """The program printed more than what it is for."""


@dataclass(frozen=True)
class Ended:
    """How a program ended, all that it printed, and the end of what it complained about."""

    returncode: int
    said: bytes
    complained: bytes


async def start_niced(argv: Argv, *, descriptors: Sequence[int] = ()) -> asyncio.subprocess.Process:
    """Start it with both of its outputs to be read here, and these open files under their own numbers.

    Raises `OSError`. Whoever starts it ends it, with `end_process`.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=tuple(descriptors),
        # Ctrl-C at a terminal is for this program, which then ends the others.
        start_new_session=True,
    )
    # Not by a function in the child: between fork and exec, next to other threads, nearly nothing is safe. It has
    # ended already: then there is nobody left to be nice.
    with contextlib.suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PGRP, process.pid, NICENESS)
    return process


async def end_process(process: asyncio.subprocess.Process) -> None:
    """Kill it and what it started, and wait until the kernel has let go of it, also when this task is cancelled.

    Nobody reads what it prints any more.
    """
    if process.returncode is None:
        # It may end by itself at this very moment; of one that has, some systems say that it is not ours to kill.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    await asyncio.shield(_let_go(process))


async def _let_go(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    # First, because the wait is for the pipes as well, and one that holds more than anybody asked for is never closed.
    for stream in (process.stdout, process.stderr):
        while stream is not None and await stream.read(_PIECE_BYTES):
            pass
    await process.wait()


async def run_niced(argv: Argv, *, descriptors: Sequence[int] = (), seconds: float, bytes_max: int) -> Ended:
    """Run it to its end. Raises `OSError` when it does not start, `TimeoutError`, or `SaidTooMuch`."""
    async with asyncio.timeout(seconds):
        process = await start_niced(argv, descriptors=descriptors)
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            async with asyncio.TaskGroup() as group:
                said = group.create_task(_read_all(process.stdout, bytes_max))
                complained = group.create_task(read_end(process.stderr))
            return Ended(await process.wait(), said.result(), complained.result())
        except* SaidTooMuch as group_of_one:
            raise group_of_one.exceptions[0] from None
        finally:
            await end_process(process)


async def read_end(stream: asyncio.StreamReader, bytes_max: int = COMPLAINT_BYTES_MAX) -> bytes:
    """The last bytes of a stream. It is read to its end, so that nobody who writes much waits for ever."""
    end = b""
    while piece := await stream.read(_PIECE_BYTES):
        end = (end + piece)[-bytes_max:]
    return end


async def _read_all(stream: asyncio.StreamReader, bytes_max: int) -> bytes:
    pieces: list[bytes] = []
    size_bytes = 0
    while piece := await stream.read(_PIECE_BYTES):
        pieces.append(piece)
        size_bytes += len(piece)
        if size_bytes > bytes_max:
            raise SaidTooMuch(f"more than {bytes_max} bytes")
    return b"".join(pieces)
