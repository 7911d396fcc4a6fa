"""Favourites, ratings and plays, as they are written down for servers."""

from pathlib import Path

from soul_player.database.access import Reader
from tests.client.clients import add, database_of, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import fake_server, make_track

SAME_BYTES = {"file_hash": "sha256:" + "ab" * 32, "audio_hash": "v1:" + "cd" * 32, "title": "Twice", "file_size": 1_000}


def test_each_name_of_a_recording_at_one_server_is_told_under_a_number_of_its_own(tmp_path: Path) -> None:
    """One file stands twice on a server: it is one recording here, under two names there. Two operations of one number
    look to a server like those of a copied home, which is signed out."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(make_track(1, **SAME_BYTES), make_track(2, **SAME_BYTES))
            await add(client, server)
            await sync_one(client)
            await client.matching.run()
            (track,) = (await client.library.tracks()).tracks
            await client.edits.set_favourite(track.id)
            await client.edits.set_rating(track.id, 4)
            await client.edits.record_play(track.id)
            assert await database_of(client).read(_numbers) == [1, 2, 3, 4, 5]

    run(story())


async def _numbers(library: Reader) -> list[int]:
    return [row[0] for row in await library.all("SELECT n FROM sync_queue ORDER BY n")]
