"""The glance at everything says what is so, and not what a process that was killed had begun to do."""

from pathlib import Path

from soul_player.client.library.download_model import QueueCounts
from soul_player.client.library.download_tasks import add_automatic
from soul_player.database.access import Writer
from tests.client.clients import add, database_of, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import fake_server, make_track


def test_what_a_killed_process_was_fetching_waits(tmp_path: Path) -> None:
    """`0 pending, 1 active` was told of a home in which nothing ran."""

    async def as_it_was_left(library: Writer) -> None:
        await library.run("UPDATE download_tasks SET state = 'active', waits_for = NULL")

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(make_track(1))
            await add(client, server)
            await sync_one(client)
            (track,) = (await client.library.tracks()).tracks
            await database_of(client).write(add_automatic, track.id, now_ms=1)
            await database_of(client).write(as_it_was_left)
            assert (await client.status.read()).downloads == await client.downloads.counts() == QueueCounts(1, 0, 0)

    run(story())
