"""A client that stays open in a process of its own and syncs when it is told to: what a running player does.

`python -m benchmarks.client_driver HOME`: each line on stdin is one sync, answered by one line of JSON.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from soul_player.client import load_config, open_client


@dataclass(frozen=True)
class OneSync:
    """What one sync did and cost the client's process."""

    cpu_seconds: float
    wall_seconds: float
    requests: int
    tracks_updated: int
    tracks_deleted: int


class Driver:
    """The other end of the driven process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def sync(self) -> OneSync:
        """One sync."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("sync\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the client ended with {self._process.wait()}"
        return OneSync(**json.loads(line))


@contextmanager
def driven(home: Path) -> Iterator[Driver]:
    """The client of this home, open while the block runs."""
    command = [sys.executable, "-m", "benchmarks.client_driver", str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Driver(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


async def _drive(home: Path) -> None:
    async with open_client(load_config(home)) as client:
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, sys.stdin.readline):
            wall, cpu = time.perf_counter(), time.process_time()
            (result,) = await client.sync.run()
            cost = (time.process_time() - cpu, time.perf_counter() - wall)
            assert result.error is None, result
            done = OneSync(*cost, result.requests, result.tracks_updated, result.tracks_deleted)
            print(json.dumps(asdict(done)), flush=True)


if __name__ == "__main__":
    asyncio.run(_drive(Path(sys.argv[1])))
