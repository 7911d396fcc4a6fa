"""`python -m benchmarks.bare_download PLAN.json`: the least that a verified, durable download can cost in Python.

The same HTTP library and the same writes, four connections; the bytes are hashed and written on threads, each file is
synced and renamed, the folder synced once. No queue, no library, no retries, no resuming: what ours costs beyond it is
ours.
"""

import asyncio
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import aiohttp

from soul_player.client.downloads.writing import FileWriter, Piece, cut_at_block

ALONGSIDE = 4
BATCH_BYTES = 1 << 20
READ_BYTES = 256 * 1024
WRITER = FileWriter()


class BareFile:
    """Written, hashed, made durable."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.digest = hashlib.sha256()
        self._file: BinaryIO | None = None

    def append(self, pieces: list[Piece]) -> None:
        """On a thread."""
        if self._file is None:
            self._file = self.target.with_suffix(".part").open("wb", buffering=0)
        WRITER.append(self._file, pieces)
        for piece in pieces:
            self.digest.update(piece)

    def finish(self, pieces: list[Piece]) -> None:
        """On a thread."""
        self.append(pieces)
        assert self._file is not None
        os.fsync(self._file.fileno())
        self._file.close()
        self.target.with_suffix(".part").rename(self.target)


async def _fetch(session: aiohttp.ClientSession, url: str, token: str, target: Path) -> None:
    loop = asyncio.get_running_loop()
    file, size, done = BareFile(target), 0, 0
    batch: list[Piece] = []
    writing: asyncio.Future[None] | None = None
    async with session.get(url, headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}) as answer:
        assert answer.status == 200, answer.status
        while piece := await answer.content.readany():
            batch.append(piece)
            size += len(piece)
            done += len(piece)
            if size >= BATCH_BYTES:
                if writing is not None:
                    await writing
                whole, batch = cut_at_block(batch, done)
                writing = loop.run_in_executor(None, file.append, whole)
                size = sum(map(len, batch))
    if writing is not None:
        await writing
    await loop.run_in_executor(None, file.finish, batch)
    assert answer.headers["ETag"] == f'"sha256-{file.digest.hexdigest()}"'


async def _fetch_some(
    session: aiohttp.ClientSession, plan: dict[str, Any], numbered: Iterator[tuple[int, str]]
) -> None:
    for number, url in numbered:
        await _fetch(session, url, plan["token"], Path(plan["folder"]) / str(number))


async def _run(plan: dict[str, Any]) -> float:
    async with aiohttp.ClientSession(auto_decompress=False, read_bufsize=READ_BYTES) as session:
        began = time.perf_counter()
        numbered = iter(enumerate(plan["urls"]))
        async with asyncio.TaskGroup() as group:
            for _ in range(ALONGSIDE):
                group.create_task(_fetch_some(session, plan, numbered))
        folder = os.open(plan["folder"], os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        return time.perf_counter() - began


def main() -> int:
    """Prints how long it took, and the CPU time of it."""
    plan = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    before = time.process_time()
    seconds = asyncio.run(_run(plan))
    print(json.dumps({"wall_seconds": seconds, "cpu_seconds": time.process_time() - before}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
