"""Transcodes under way: one process each, shared by all who ask for the same, gone when nobody listens any more."""

import asyncio
import errno
import hashlib
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from soul_player.audio.niced import end_process, read_end, run_niced, start_niced
from soul_player.audio.transcode import RECIPE_VERSION, Recipe, transcode_argv
from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused
from soul_player.server.media.files import OpenedFile
from soul_player.server.media.growing import GrowingFile
from soul_player.server.media.transcode_cache import Finished, TranscodeCache

log = logging.getLogger("soul_player.server")

T = TypeVar("T")

PIECE_BYTES = 1 << 16
# A program that prints nothing for so long waits for a disk that does not answer.
SILENT_SECONDS = 60.0
VERSION_SECONDS = 10.0
VERSION_BYTES_MAX = 100_000
# So little with a complaint is a head without music.
HEAD_BYTES_MAX = 1_024
FAILED_MAX = 1_000
RETRY_SECONDS = b"2"
# A song of four minutes is made in two or three seconds.
LOOK_AGAIN_SECONDS = b"1"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class TranscodeFailed(Exception):
    """Nothing came of it; the text is the end of what ffmpeg said."""


class Transcoding:
    """Open it for as long as the server runs. `ffmpeg` None: this machine has none."""

    def __init__(
        self, cache: TranscodeCache, ffmpeg: Path | None, *, processes_max: int, silent_seconds: float = SILENT_SECONDS
    ) -> None:
        self._cache = cache
        self._ffmpeg = ffmpeg
        self._processes_max = processes_max
        self._silent_seconds = silent_seconds
        self._disk: Executor = ThreadPoolExecutor(1, thread_name_prefix="transcodes")
        self._group: asyncio.TaskGroup | None = None
        self._running: dict[bytes, GrowingFile] = {}
        self._tasks: dict[GrowingFile, asyncio.Task[None]] = {}
        self._background: set[GrowingFile] = set()
        self._failed: OrderedDict[bytes, RequestRefused] = OrderedDict()
        self._version: str | None = None

    @property
    def is_possible(self) -> bool:
        """Whether this server transcodes at all."""
        return self._ffmpeg is not None and self._processes_max > 0

    @property
    def running(self) -> int:
        """How many are made now."""
        return sum(not growing.is_over for growing in self._tasks)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["Transcoding", None]:
        """What is still made when the block ends is given up, its processes ended."""
        if self.is_possible:
            await self._on_disk(self._cache.open)
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                try:
                    yield self
                finally:
                    for task in self._tasks.values():
                        task.cancel()
        except BaseExceptionGroup as failures:
            # The tasks raise nothing: it is the block's own.
            raise failures.exceptions[0] from None
        finally:
            self._group = None
            self._disk.shutdown()

    async def key_of(self, content_hash: bytes, recipe: Recipe) -> bytes:
        """What the transcode of this content is known by; another version of ffmpeg makes another one."""
        if self._version is None:
            assert self._ffmpeg is not None
            argv = [str(self._ffmpeg), "-version"]
            try:
                ended = await run_niced(argv, seconds=VERSION_SECONDS, bytes_max=VERSION_BYTES_MAX)
            except OSError as error:
                raise _no_room(error) from error
            self._version = ended.said.partition(b"\n")[0].decode(errors="replace")
        parts = (
            content_hash.hex(), recipe.format.value, str(recipe.bits_per_second), f"{recipe.start_seconds:.3f}",
            str(RECIPE_VERSION), self._version,
        )  # fmt: skip
        return hashlib.sha256("\n".join(parts).encode()).digest()

    async def find(self, key: bytes) -> Finished | None:
        """The finished one."""
        return await self._on_disk(self._cache.find, key)

    async def listen(self, key: bytes, recipe: Recipe, file: OpenedFile, *, is_kept: bool) -> GrowingFile:
        """Follow the transcode of this file, begun unless it runs; there is something to hear when this returns.

        Takes over the file. `is_kept`: once it is whole. The caller leaves what it got. Raises `RequestRefused`:
        `transcodes_busy`, `transcode_failed`.
        """
        growing = self._join(key, recipe, file, is_kept=is_kept)
        try:
            await growing.sounds()
        except BaseException:
            growing.leave()
            raise
        return growing

    def prepare(self, key: bytes, recipe: Recipe, file: OpenedFile) -> None:
        """Have it made in the background, or a little later when as many are made as may be. Takes over the file.

        Raises `RequestRefused` when it failed before: it would fail again.
        """
        failed = self._failed.get(key)
        # One place is left for whoever waits to hear something.
        is_full = len(self._background) >= max(1, self._processes_max - 1) or self.running >= self._processes_max
        running = self._running.get(key)
        if failed is not None or running in self._background or (is_full and running is None):
            file.close()
            if failed is not None:
                raise failed
            return
        self._background.add(self._join(key, recipe, file, is_kept=True))

    def _join(self, key: bytes, recipe: Recipe, file: OpenedFile, *, is_kept: bool) -> GrowingFile:
        assert self._group is not None, "not open"
        running = self._running.get(key)
        if running is not None and running.join():
            file.close()
            return running
        if self.running >= self._processes_max:
            file.close()
            raise RequestRefused(
                ProblemCode.TRANSCODES_BUSY,
                "as many transcodes are made as may be",
                headers=((b"retry-after", RETRY_SECONDS),),
            )
        growing = self._running[key] = GrowingFile(self._give_up)
        making = _Making(key, recipe, file, growing, is_kept)
        task = self._tasks[growing] = self._group.create_task(self._make(making), name="transcode")
        # Not in the task itself: one that is cancelled before its first step never runs.
        task.add_done_callback(lambda _: self._clean_up(making))
        return growing

    def _give_up(self, growing: GrowingFile) -> None:
        self._tasks[growing].cancel()

    async def _make(self, making: "_Making") -> None:
        growing = making.growing
        try:
            if not await self._begin(making):
                return
            sha256 = await self._run(making.recipe, making.file, growing)
            # Those who listen need not wait for the disk.
            growing.finish()
            if making.is_kept:
                assert making.part is not None
                await self._on_disk(self._cache.keep, making.key, making.part, sha256)
                # The name of the part is free for whoever makes it again.
                making.part = None
        except TranscodeFailed as error:
            log.warning("a transcode failed: %s", error)
            refusal = self._failed[making.key] = _failed(str(error))
            growing.finish(refusal)
            while len(self._failed) > FAILED_MAX:
                self._failed.popitem(last=False)
        except OSError as error:
            log.warning("a transcode was not made or not kept: %s", error)
            if not growing.is_over:
                growing.finish(_no_room(error))
        except Exception:
            # A fault of this program costs one transcode, not the server whose group this task is in.
            log.exception("a transcode was not made")

    async def _begin(self, making: "_Making") -> bool:
        """A part to write to. False: another process of this server makes it, or has made it just now, and whoever
        asked looks again in a moment. Who listens does not wait for that: it is made for them."""
        growing = making.growing
        begun = self._cache.claim(making.key) if making.is_kept else None
        if begun is not None:
            growing.opened(begun[0])
            making.part = begun[1]
        if growing in self._background and not growing.is_shared:
            return begun is not None and not await self._on_disk(self._cache.is_kept, making.key)
        if begun is None:
            descriptor, making.part = self._cache.begin()
            growing.opened(descriptor)
        return True

    def _clean_up(self, making: "_Making") -> None:
        growing = making.growing
        if not growing.is_over:
            growing.finish(_given_up())
        del self._tasks[growing]
        if self._running.get(making.key) is growing:
            del self._running[making.key]
        if growing in self._background:
            self._background.discard(growing)
            growing.leave()
        if making.part is not None:
            # While it is still claimed: afterwards the name may be another one's.
            making.part.unlink(missing_ok=True)
        growing.written()
        making.file.close()

    async def _run(self, recipe: Recipe, file: OpenedFile, growing: GrowingFile) -> bytes:
        """The sha256 of what came. Raises `TranscodeFailed`, or `OSError` when the disk or the system has no room."""
        assert self._ffmpeg is not None
        argv = transcode_argv(self._ffmpeg, recipe, file.descriptor)
        digest = hashlib.sha256()
        process = await start_niced(argv, descriptors=(file.descriptor,))
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            async with asyncio.timeout(None) as bound, asyncio.TaskGroup() as group:
                complained = group.create_task(read_end(process.stderr))
                while True:
                    bound.reschedule(asyncio.get_running_loop().time() + self._silent_seconds)
                    piece = await process.stdout.read(PIECE_BYTES)
                    if not piece:
                        break
                    digest.update(piece)
                    await self._append(growing, piece)
                returncode = await process.wait()
        except TimeoutError as error:
            raise TranscodeFailed(f"nothing came for {self._silent_seconds:.0f} seconds") from error
        except BaseExceptionGroup as failures:
            # The first is the cause; the others were only cancelled.
            raise failures.exceptions[0] from failures
        finally:
            await end_process(process)
        said = complained.result().decode(errors="replace").strip()
        if returncode != 0 or (said and growing.size_bytes <= HEAD_BYTES_MAX):
            raise TranscodeFailed(said or f"ffmpeg: {returncode}")
        if not file.is_unchanged():
            raise TranscodeFailed("the file was written to meanwhile")
        return digest.digest()

    async def _append(self, growing: GrowingFile, piece: bytes) -> None:
        try:
            await asyncio.to_thread(growing.append, piece)
        except OSError as error:
            if error.errno not in NO_ROOM or not await self._on_disk(self._cache.make_room):
                raise
            await asyncio.to_thread(growing.append, piece)
        growing.grow(len(piece))

    async def _on_disk(self, do: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, do, *arguments)


@dataclass
class _Making:
    """One transcode that is made, and what must be let go of at its end."""

    key: bytes
    recipe: Recipe
    file: OpenedFile
    growing: GrowingFile
    is_kept: bool
    part: Path | None = None


def _failed(reason: str) -> RequestRefused:
    return RequestRefused(
        ProblemCode.TRANSCODE_FAILED, f"this file cannot be sent in another quality: {reason or 'no reason was given'}"
    )


def _no_room(error: OSError) -> RequestRefused:
    return RequestRefused(
        ProblemCode.NOT_READY,
        f"the server has no room for a transcode now: {error.strerror or error}",
        headers=((b"retry-after", b"30"),),
    )


def _given_up() -> RequestRefused:
    return RequestRefused(
        ProblemCode.NOT_READY, "the transcode was given up", headers=((b"retry-after", RETRY_SECONDS),)
    )
