"""`soul serve --workers N` as real processes on a real PostgreSQL, and devices that ask through its one port."""

import json
import os
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.cli.programs import Serving, serving

TOKEN = "a scraper's own token"
WORKERS = 3


@dataclass(frozen=True)
class Many:
    """The supervisor and its port."""

    serving: Serving

    @property
    def url(self) -> str:
        """Where all of them listen."""
        return self.serving.url

    def workers(self) -> list[int]:
        """The processes that serve."""
        pid = self.serving.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children if b"server.worker" in Path(f"/proc/{child}/cmdline").read_bytes()]

    def said(self) -> list[dict[str, Any]]:
        """The log so far."""
        lines = self.serving.said.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def wait_until_all_serve(self, *, since: int = 0, count: int = WORKERS - 1) -> None:
        """So many have said so after that many lines; the first is what `serving` waits for."""
        wait_for(lambda: sum(line["message"].endswith(" serves") for line in self.said()[since:]) >= count)

    def leader(self) -> int:
        """The number of the worker that scans."""
        leaders = [line["worker"] for line in self.said() if line["message"].startswith("this process leads:")]
        return int(leaders[-1])


@contextmanager
def many(home: Path, url: str, *arguments: str | Path, workers: int = WORKERS) -> Generator[Many, None, None]:
    """Until the block ends, by SIGTERM. All of them serve when it begins."""
    flags = ("--database", url, "--workers", str(workers), "--log-format", "json", "--log-level", "info")
    with serving(home, *flags, *arguments, SOUL_SERVER_METRICS_TOKEN=TOKEN) as it:
        found = Many(it)
        found.wait_until_all_serve(count=workers - 1)
        yield found


def kill(pid: int) -> None:
    """At once, in the middle of whatever it does."""
    os.kill(pid, signal.SIGKILL)


def wait_for(is_so: Any, *, seconds: float = 20.0) -> None:
    """Look until it is."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never was"
        time.sleep(0.05)


async def sign_in(http: aiohttp.ClientSession, url: str, password: str, *, device: str = "test") -> dict[str, str]:
    """The header to send along."""
    login = {"username": "admin", "password": password, "device_id": device}
    async with http.post(f"{url}/api/auth/login", json=login) as answer:
        assert answer.status == 200, await answer.text()
        return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}


async def scraped(http: aiohttp.ClientSession, url: str) -> dict[tuple[str, ...], float]:
    """By name and the values of the labels."""
    async with http.get(url + "/metrics", headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
        assert answer.status == 200, await answer.text()
        text = await answer.text()
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def fresh() -> aiohttp.ClientSession:
    """A new connection for each request, so that each may meet another process."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
