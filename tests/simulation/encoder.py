"""ffmpeg of a world: makes music in another quality of the file that it is handed, in virtual time; and pictures."""

import asyncio
import hashlib
import os
import random
from collections.abc import Sequence
from typing import Any

from soul_player.audio.niced import Argv, Ended
from soul_player.folders.messages import Failed, Picture
from tests.simulation.audio_server import Song, picture_of

PIECE_BYTES = 1_500
PIECE_SECONDS = (0.05, 2.0)
QUALITIES = {96_000: "low", 160_000: "medium", 256_000: "high"}
VERSION = b"ffmpeg of a world\n"


class Encoder:
    """`songs`: of every content that any file ever had, by sha256. `made`: the quality of all that was made so far."""

    def __init__(self) -> None:
        self.songs: dict[str, Song] = {}
        self.made: dict[str, str] = {}
        self.numbers: dict[str, int] = {}
        self._chooser = random.Random("encoder")

    async def start(self, argv: Argv, *, descriptors: Sequence[int] = ()) -> Any:
        """In place of `start_niced`: what stands for the process."""
        (descriptor,) = descriptors
        bits = int(argv[list(argv).index("-b:a") + 1])
        song = self.songs.get(hashlib.sha256(os.pread(descriptor, 1 << 24, 0)).hexdigest())
        return Encoding(b"" if song is None else self._encoded(song, bits), self._chooser)

    async def run(self, argv: Argv, **_: object) -> Ended:
        """In place of `run_niced`: its version."""
        assert argv[1] == "-version", argv
        return Ended(0, VERSION, b"")

    def _encoded(self, song: Song, bits: int) -> bytes:
        """Of the audio alone: the tags change nothing."""
        size = 1_100 + len(song.audio) * bits // 600_000
        content = random.Random(f"{song.audio_hash.hex()} at {bits}").randbytes(size)
        digits = hashlib.sha256(content).hexdigest()
        self.made[digits], self.numbers[digits] = QUALITIES[bits], song.number
        return content

    async def artwork(self, root: bytes, path: bytes, *, size: int | None) -> Picture | Failed:
        """In place of the server's workers: the picture in a file."""
        del size
        await asyncio.sleep(0.1)
        try:
            with open(os.path.join(root, path), "rb") as file:  # noqa: ASYNC230, PTH118, PTH123  # a moment, and bytes
                song = self.songs.get(hashlib.sha256(file.read()).hexdigest())
        except FileNotFoundError:
            song = None
        if song is None:
            return Failed("no picture", is_gone=True)
        return picture_of(song.number)


class Encoding:
    """One process: what it prints comes piece by piece."""

    def __init__(self, content: bytes, chooser: random.Random) -> None:
        loop = asyncio.get_running_loop()
        self.stdout, self.stderr = asyncio.StreamReader(), asyncio.StreamReader()
        self.returncode: int | None = None
        self._ended = asyncio.Event()
        self._timers: list[asyncio.TimerHandle] = []
        at = 0.0
        for first in range(0, len(content), PIECE_BYTES):
            at += chooser.uniform(*PIECE_SECONDS)
            self._timers.append(loop.call_later(at, self.stdout.feed_data, content[first : first + PIECE_BYTES]))
        self._timers.append(loop.call_later(at + 0.1, self._end, 0 if content else 1))

    async def wait(self) -> int:
        """How it ended."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def _end(self, returncode: int) -> None:
        if self.returncode is None:
            self.returncode = returncode
            self.stdout.feed_eof()
            if returncode:
                self.stderr.feed_data(b"this is no music")
            self.stderr.feed_eof()
            self._ended.set()

    def kill(self) -> None:
        """At once."""
        for timer in self._timers:
            timer.cancel()
        self._end(-9)


async def end_encoding(process: Encoding) -> None:
    """In place of `end_process`."""
    process.kill()
