"""A client that stays open in a process of its own and syncs when it is told to: what a running player does.

`python -m benchmarks.client_driver HOME`: each line on stdin, `sync` or `match`, is answered by one line of JSON.
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from soul_player.client import Client, load_config, open_client


@dataclass(frozen=True)
class OneSync:
    """What one sync did and cost the client's process."""

    cpu_seconds: float
    wall_seconds: float
    requests: int
    tracks_updated: int
    tracks_deleted: int
    tracks_synced: int
    peak_memory_bytes: int


@dataclass(frozen=True)
class OneMatching:
    """What the matching behind the syncs did and cost the client's process; its peak memory until then."""

    cpu_seconds: float
    wall_seconds: float
    matched: int
    peak_memory_bytes: int


class Driver:
    """The other end of the driven process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def sync(self) -> OneSync:
        """One sync; what it has to match waits."""
        return OneSync(**self._told("sync"))

    def match(self) -> OneMatching:
        """Match what waits."""
        return OneMatching(**self._told("match"))

    def _told(self, command: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the client ended with {self._process.wait()}"
        told: dict[str, Any] = json.loads(line)
        return told


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
        while command := await loop.run_in_executor(None, sys.stdin.readline):
            done = await (_match(client) if command.strip() == "match" else _sync(client))
            print(json.dumps(asdict(done)), flush=True)


async def _sync(client: Client) -> OneSync:
    wall, cpu = time.perf_counter(), time.process_time()
    (result,) = await client.sync.run()
    cost = (time.process_time() - cpu, time.perf_counter() - wall)
    assert result.error is None, result
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return OneSync(*cost, result.requests, result.tracks_updated, result.tracks_deleted, result.tracks_synced, peak)


async def _match(client: Client) -> OneMatching:
    wall, cpu = time.perf_counter(), time.process_time()
    result = await client.matching.run()
    cost = (time.process_time() - cpu, time.perf_counter() - wall)
    return OneMatching(*cost, result.matched, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


if __name__ == "__main__":
    asyncio.run(_drive(Path(sys.argv[1])))
