"""The hash of an opened file, which its strong tag is made of: it must not lie (S7)."""

import asyncio
from collections import OrderedDict
from concurrent.futures import Executor, ThreadPoolExecutor

from soul_player.audio.file_hash import FileChanged, hash_descriptor
from soul_player.audio.source import Stamp
from soul_player.edges import Clock
from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused
from soul_player.server.media.files import OpenedFile

# Time stamps of files are as coarse as the kernel's tick, and two seconds on some file systems (FAT): a file written to
# so lately may be written to again without a new stamp, so nothing that is remembered of it counts.
SETTLED_NS = 2_000_000_000
REMEMBERED_MAX = 4096
AT_ONCE = 2
ATTEMPTS_MAX = 3


def tag_of(file_hash: bytes) -> str:
    """The strong tag of these bytes."""
    return f'"sha256-{file_hash.hex()}"'


class FileHashing:
    """Hashes opened files, on threads, a few at once, and remembers what it found by the file's stamp."""

    def __init__(self, clock: Clock, executor: Executor | None = None) -> None:
        self._clock = clock
        self._executor = executor or ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing")
        self._known: OrderedDict[tuple[int, Stamp], bytes] = OrderedDict()
        self.files_hashed = 0

    def known(self, file: OpenedFile, *, stored: Stamp, stored_hash: bytes | None, stored_at_ms: int) -> bytes | None:
        """The hash of the opened file if it is certain without reading it."""
        if not _had_settled(file.stamp, self._clock.now_ms()):
            return None
        # A hash that was stored too soon after the file was written may be that of the bytes before.
        if stored_hash is not None and stored == file.stamp and _had_settled(stored, stored_at_ms):
            return stored_hash
        return self._known.get((file.device, file.stamp))

    async def hash(self, file: OpenedFile) -> bytes:
        """Read it whole, from the very descriptor that is sent. Raises `RequestRefused` while it keeps changing."""
        for _ in range(ATTEMPTS_MAX):
            has_settled = _had_settled(file.stamp, self._clock.now_ms())
            self.files_hashed += 1
            try:
                hashes = await asyncio.get_running_loop().run_in_executor(
                    self._executor, hash_descriptor, file.descriptor
                )
            except FileChanged:
                file.look_again()
                continue
            except OSError as error:
                raise RequestRefused(ProblemCode.FILE_UNREADABLE, "the file cannot be read now") from error
            if not file.is_unchanged():
                file.look_again()
                continue
            if has_settled:
                self._remember(file, hashes.file)
            return hashes.file
        raise RequestRefused(
            ProblemCode.FILE_UNREADABLE, "the file is being written to", headers=((b"retry-after", b"10"),)
        )

    def close(self) -> None:
        """Wait for what runs."""
        self._executor.shutdown()

    def _remember(self, file: OpenedFile, file_hash: bytes) -> None:
        self._known[file.device, file.stamp] = file_hash
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)


def _had_settled(stamp: Stamp, at_ms: int) -> bool:
    return stamp.mtime_ns + SETTLED_NS < at_ms * 1_000_000
