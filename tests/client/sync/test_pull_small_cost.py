"""A small sync must not depend on how much there is: counted in SQLite's own steps, which no neighbour can change."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from soul_player.client import Client, ClientConfig, Edges, SyncStatus, open_client
from soul_player.client.sources.tokens import FileTokens
from soul_player.database.sqlite import Inline, SqliteDatabase
from soul_player.edges import SystemClock
from tests.client.clients import Hasty, add, sync_one
from tests.conftest import run
from tests.edges.fake_server import fake_server, make_id, make_track

SMALL, LARGE = 300, 6_000


@contextmanager
def counted_steps(client: Client) -> Generator[list[int], None, None]:
    """One number, which counts up while the block runs: steps of the library's writer and of its one reader."""
    database = client.library._database
    assert isinstance(database, SqliteDatabase)
    assert database._writer is not None
    connections = [database._writer, *database._readers]
    assert len(connections) == 2, "inline there is one reader, and it has read before"
    steps = [0]

    def count() -> None:
        steps[0] += 1

    for connection in connections:
        connection.set_progress_handler(count, 1)
    try:
        yield steps
    finally:
        for connection in connections:
            connection.set_progress_handler(None, 0)


async def _steps(home: Path, tracks: int) -> tuple[int, int]:
    """Of an idle sync, and of one that brings eight changes and two deletions."""
    config = ClientConfig(home, keyring=False)
    edges = Edges(SystemClock(), Hasty(), tokens=FileTokens(home), runner=Inline())
    async with fake_server() as server, open_client(config, edges=edges) as client:
        server.put(*(make_track(number) for number in range(tracks)))
        await add(client, server)
        assert (await sync_one(client)).tracks_synced == tracks
        with counted_steps(client) as idle:
            assert (await sync_one(client)).status is SyncStatus.SYNCED
        server.put(*(make_track(number, title=f"Renamed {number}") for number in range(100, 108)))
        server.delete(make_id(20))
        server.delete(make_id(21))
        with counted_steps(client) as changes:
            result = await sync_one(client)
        assert (result.tracks_updated, result.tracks_deleted) == (8, 2)
        return idle[0], changes[0]


def test_an_idle_sync_and_ten_changes_cost_the_same_in_a_library_of_any_size(tmp_path: Path) -> None:
    """One statement that begins at the wrong table reads all of it, and no small library shows that."""

    async def story() -> None:
        idle_small, changes_small = await _steps(tmp_path / "small", SMALL)
        idle_large, changes_large = await _steps(tmp_path / "large", LARGE)
        assert idle_small > 0
        assert idle_large <= idle_small * 1.1, (idle_small, idle_large)
        assert changes_large <= changes_small * 1.5, (changes_small, changes_large)

    run(story())
