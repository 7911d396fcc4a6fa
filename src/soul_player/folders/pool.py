"""The worker processes, supervised: bounded in number and in time, replaced when they crash or hang."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Protocol, Self

import msgspec

from soul_player.audio.niced import end_process
from soul_player.folders.messages import (
    ArtworkRequest,
    Failed,
    Hashed,
    HashRequest,
    Picture,
    Reply,
    Request,
    TagsRead,
    TagsRequest,
)  # fmt: skip
from soul_player.folders.worker import LENGTH_BYTES

WORKERS = 2
# -P: a folder in which the program was started must not lend its modules to it.
WORKER_COMMAND = (sys.executable, "-P", "-m", "soul_player.folders.worker")
_REPLY_BYTES_MAX = 64 << 20
_TAGS_SECONDS = 30.0
_ARTWORK_SECONDS = 30.0
# A disk that is slower than this is taken for one that hangs.
_HASH_SECONDS = 60.0
_HASH_BYTES_PER_SECOND_MIN = 1_000_000

Answers = list[TagsRead | Hashed | Picture | Failed]


class Readers(Protocol):
    """Who reads files: processes in a program, anything in a simulation. Answers come in the order of the paths."""

    async def read_tags(self, root: bytes, paths: Sequence[bytes]) -> list[TagsRead | Failed]:
        """The tags of some files of one root."""
        ...

    async def hash_files(self, root: bytes, paths: Sequence[bytes], *, size_bytes: int) -> list[Hashed | Failed]:
        """The hashes of some files, `size_bytes` in all."""
        ...


class WorkerLost(Exception):
    """The process crashed, or took too long and was ended."""


class WorkersUnavailable(Exception):
    """No process can be started now (memory, descriptors): no file is to blame, trying again later may help."""


class WorkerPool:
    """`Readers` in processes that start when they are first needed. Close it, or use it as a context manager."""

    def __init__(self, workers: int = WORKERS, *, command: Sequence[str] = WORKER_COMMAND) -> None:
        self._command = tuple(command)
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        self._workers = [_Worker(self._command) for _ in range(workers)]
        # The last in is the first out: a small scan starts one process only.
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def read_tags(
        self, root: bytes, paths: Sequence[bytes], *, timeout_seconds: float = _TAGS_SECONDS
    ) -> list[TagsRead | Failed]:
        """The tags of some files of one root. A file that a worker dies of is `Failed`; the others are not."""
        answers = await self._ask(TagsRequest(root, tuple(paths)), timeout_seconds)
        if answers is None:
            answers = [
                await self._alone(TagsRequest(root, (path,)), timeout_seconds) for path in paths
            ]  # one by one, to find the one
        return [answer for answer in answers if isinstance(answer, TagsRead | Failed)]

    async def hash_files(self, root: bytes, paths: Sequence[bytes], *, size_bytes: int) -> list[Hashed | Failed]:
        """The hashes of some files, `size_bytes` in all."""
        timeout_seconds = _HASH_SECONDS + size_bytes / _HASH_BYTES_PER_SECOND_MIN
        answers = await self._ask(HashRequest(root, tuple(paths)), timeout_seconds)
        if answers is None:
            answers = [await self._alone(HashRequest(root, (path,)), timeout_seconds) for path in paths]
        return [answer for answer in answers if isinstance(answer, Hashed | Failed)]

    async def artwork(self, root: bytes, path: bytes, *, size: int | None) -> Picture | Failed:
        """The picture of a track, decoded and made smaller where a bomb can do no harm."""
        answer = await self._alone(ArtworkRequest(root, path, size), _ARTWORK_SECONDS)
        assert isinstance(answer, Picture | Failed), answer
        return answer

    async def close(self) -> None:
        """End every process."""
        for worker in self._workers:
            await worker.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _alone(self, request: Request, timeout_seconds: float) -> TagsRead | Hashed | Picture | Failed:
        answers = await self._ask(request, timeout_seconds)
        return answers[0] if answers else Failed("reading it crashed or hung; it was given up")

    async def _ask(self, request: Request, timeout_seconds: float) -> Answers | None:
        """None when the worker was lost over it."""
        worker = await self._idle.get()
        try:
            return list((await worker.ask(request, timeout_seconds)).answers)
        except WorkerLost:
            return None
        finally:
            self._idle.put_nowait(worker)


class _Worker:
    """One process, started anew whenever it was lost."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Reply)

    async def ask(self, request: Request, timeout_seconds: float) -> Reply:
        """Raises `WorkerLost`. Cancelled, it ends the process: what it would answer is nobody's."""
        is_answered = False
        try:
            async with asyncio.timeout(timeout_seconds):
                reply = await self._exchange(self._encoder.encode(request))
            is_answered = True
        except (TimeoutError, OSError, asyncio.IncompleteReadError, msgspec.MsgspecError) as error:
            raise WorkerLost from error
        finally:
            if not is_answered:
                await self.stop()
        return reply

    async def stop(self) -> None:
        """End the process, without asking it."""
        process, self._process = self._process, None
        if process is None:
            return
        await end_process(process)

    async def _exchange(self, message: bytes) -> Reply:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(len(message).to_bytes(LENGTH_BYTES, "big") + message)
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES), "big")
        if length > _REPLY_BYTES_MAX:
            raise OSError("a reply of unreasonable size")
        return self._decoder.decode(await process.stdout.readexactly(length))

    async def _start(self) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                # Ctrl-C at a terminal is for this program, which then ends the requests.
                start_new_session=True,
            )
        except OSError as error:
            raise WorkersUnavailable(f"no process to read music with can be started: {error}") from error
