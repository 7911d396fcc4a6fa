"""`python -m benchmarks.bare_download PLAN.json`: the least that a verified, durable download can cost in Python.

The same HTTP library, the same way past it, and the same writes, four connections; the bytes are hashed and written on
threads, each file is synced and renamed, the folder synced once. No queue, no library, no retries, no resuming: what
ours costs beyond it is ours.
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

from soul_player.client.downloads.writing import FileWriter, Memories
from soul_player.client.sources.straight import StraightBody

ALONGSIDE = 4
READ_BYTES = 256 * 1024
READ_SECONDS = 60.0
WRITER = FileWriter()
MEMORIES = Memories()


class BareFile:
    """Written, hashed, made durable."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.digest = hashlib.sha256()
        self._file: BinaryIO | None = None

    def append(self, batch: memoryview) -> None:
        """On a thread."""
        if self._file is None:
            self._file = self.target.with_suffix(".part").open("wb", buffering=0)
        WRITER.append(self._file, [batch])
        self.digest.update(batch)

    def finish(self, batch: memoryview) -> None:
        """On a thread."""
        self.append(batch)
        assert self._file is not None
        os.fsync(self._file.fileno())
        self._file.close()
        self.target.with_suffix(".part").rename(self.target)


async def _fetch(session: aiohttp.ClientSession, url: str, token: str, target: Path) -> None:
    loop = asyncio.get_running_loop()
    file, at = BareFile(target), 0
    writing: asyncio.Future[None] | None = None
    spare: memoryview | None = None
    with MEMORIES.lending() as lend:
        memory = lend()
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        async with session.get(url, headers=headers) as answer:
            assert answer.status == 200, answer.status
            body = StraightBody(answer, read_seconds=READ_SECONDS)
            while count := await body.fill(memory[at:]):
                at += count
                if at == len(memory):
                    if writing is not None:
                        await writing
                    writing = loop.run_in_executor(None, file.append, memory)
                    memory, spare, at = spare or lend(), memory, 0
        if writing is not None:
            await writing
        await loop.run_in_executor(None, file.finish, memory[:at])
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
