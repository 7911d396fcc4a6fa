"""Clients for tests: a home in a temporary folder, no waiting between retries, files for tokens."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from soul_player.client import Client, ClientConfig, Edges, Source, SyncResult, open_client
from soul_player.client.sources.tokens import FileTokens
from soul_player.client.sync.guard import GuardLimits
from soul_player.database.access import Database, Reader, Row, Writer
from soul_player.edges import Clock, SystemClock
from tests.client.new_library import lay_library
from tests.edges.fake_server import PASSWORD, USERNAME, FakeServer
from tests.edges.seeded_randomness import SeededRandomness


class Hasty(SeededRandomness):
    """Jitter of nothing: retries follow at once. (The waits themselves are the tests' of the retry table.)"""

    def uniform(self, low: float, high: float) -> float:
        """No time at all."""
        return 0.0


@asynccontextmanager
async def opened_client(
    home: Path,
    *,
    clock: Clock | None = None,
    limits: GuardLimits | None = None,
    **settings: Any,
) -> AsyncGenerator[Client, None]:
    """A client with short timeouts."""
    defaults = {"connect_seconds": 5.0, "read_seconds": 10.0, "request_seconds": 30.0, "keyring": False}
    config = ClientConfig(home, **{**defaults, **settings})
    await lay_library(home)
    edges = Edges(clock or SystemClock(), Hasty(), tokens=FileTokens(home), limits=limits)
    async with open_client(config, edges=edges) as client:
        yield client


async def add(client: Client, server: FakeServer, **options: Any) -> Source:
    """The fake server as a source."""
    return await client.sources.add(server.url, username=USERNAME, password=PASSWORD, **options)


async def sync_one(client: Client, **options: Any) -> SyncResult:
    """The result of the only source."""
    (result,) = await client.sync.run(**options)
    return result


async def titles(client: Client) -> dict[str, str]:
    """What is shown: remote id -> title, of every available track."""
    found: dict[str, str] = {}
    after = None
    while True:
        page = await client.library.tracks(after=after, limit=500)
        for sources in (await client.library.track_sources([track.id for track in page.tracks])).values():
            found.update({source.remote_id: source.title for source in sources})
        after = page.next_after
        if after is None:
            return found


INTEGRITY = "INSERT INTO track_words (track_words, rank) VALUES ('integrity-check', 1)"
WRONG_STATUSES = """
    SELECT COUNT(*)
      FROM tracks
     WHERE (status <> 'unavailable') <> (EXISTS (SELECT 1
                                                   FROM track_sources
                                                  WHERE track_id = tracks.id
                                                    AND (track_sources.status <> 'unavailable' OR path IS NOT NULL))
                                         OR EXISTS (SELECT 1
                                                      FROM orphans
                                                      JOIN copies ON copies.id = orphans.copy_id
                                                     WHERE orphans.track_id = tracks.id))
"""


async def assert_consistent(client: Client, server: FakeServer) -> None:
    """The library shows exactly what the server has, and its tables and its words agree with each other."""
    assert await titles(client) == {track.id: track.title for track in server.live.values()}
    await assert_words_agree(client)


async def assert_words_agree(client: Client) -> None:
    """The index of words holds exactly the words that are shown, and each track has the best status of its sources."""
    await database_of(client).write(_check_words)
    wrong = await client.library.read(_one, WRONG_STATUSES)
    assert wrong == (0,)


def database_of(client: Client) -> Database:
    """Behind the parts, for looking."""
    return client.library._database


async def _check_words(library: Writer) -> None:
    await library.run(INTEGRITY)


async def _one(library: Reader, sql: str) -> Row | None:
    return await library.one(sql)
