"""A server that was restored tells files that it found again under other ids: each is the track that it was."""

from pathlib import Path
from typing import Any

from soul_player.client import Client, SyncStatus
from soul_player.database.access import Reader
from tests.client.clients import add, assert_consistent, assert_words_agree, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import FakeServer, fake_server, make_id, make_track

ROWS = "SELECT remote_id, id, track_id, status, title FROM track_sources ORDER BY id"
NOTES = "SELECT name FROM notes WHERE name LIKE 'newest_before_reset%'"


def hashes(number: int) -> dict[str, str]:
    """What the bytes of this file are."""
    return {"file_hash": f"sha256:{number:064x}", "audio_hash": f"v1:{number:064x}"}


async def _rows(library: Reader) -> list[Any]:
    return await library.all(ROWS)


async def _notes(library: Reader) -> list[Any]:
    return await library.all(NOTES)


async def _lost_five(server: FakeServer, client: Client, *, name: str) -> int:
    """Seven tracks, of which the server forgets five and finds them again; a playlist of all; its id."""
    server.put(*(make_track(number, **hashes(number)) for number in range(7)))
    await add(client, server)
    await sync_one(client)
    playlist = await client.edits.create_playlist(name, source_id=None)
    await client.edits.add_entries(playlist, [row[2] for row in await client.library.read(_rows)])
    for number in range(5):
        # Without a tombstone: it never heard of them.
        del server.live[make_id(number)]
    server.put(*(make_track(100 + number, title=f"Again {number}", **hashes(number)) for number in range(5)))
    return playlist


def test_each_keeps_its_recording_and_gets_its_new_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=3) as client:
            playlist = await _lost_five(server, client, name="Mine")
            before = await client.library.read(_rows)
            await client.edits.record_play(before[3][2])
            result = await sync_one(client, full=True)
            assert (result.status, result.tracks_deleted) == (SyncStatus.SYNCED, 0)
            after = await client.library.read(_rows)
            assert [row[1:3] for row in after] == [row[1:3] for row in before]
            assert {row[3] for row in after} == {"stream_only"}
            assert [row[4] for row in after] == [f"Again {n}" for n in range(5)] + ["Title 5", "Title 6"]
            entries = (await client.playlists.read(playlist))[1]
            assert [entry.title for entry in entries] == [row[4] for row in after]
            assert (await client.playlists.marks(before[3][2])).play_count == 1
            assert await client.library.read(_notes) == []
            await assert_words_agree(client)
            await assert_consistent(client, server)

    run(story())


def test_most_of_a_library_under_other_ids_is_no_mass_deletion(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(*(make_track(number, **hashes(number)) for number in range(80)))
            await add(client, server)
            await sync_one(client)
            server.live.clear()
            server.put(*(make_track(1000 + number, **hashes(number)) for number in range(80)))
            await sync_one(client, full=True)
            assert await client.questions.list() == []
            assert await client.library.count() == 80

    run(story())


def test_a_run_that_is_cut_off_knows_what_was_new_when_it_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, page_rows=3) as client:
            await _lost_five(server, client, name="Mine")
            before = await client.library.read(_rows)
            pages = iter((None, None))

            async def misbehave(request: Any) -> Any:
                if request.path == "/api/sync/tracks" and next(pages, "cut") == "cut":
                    request.transport.close()

            server.misbehave = misbehave
            assert (await sync_one(client, full=True)).status is not SyncStatus.SYNCED
            # Nothing that came is matched while it may be known already.
            assert await client.matching.waiting() == 0
            server.misbehave = None
            await sync_one(client, full=True)
            assert [row[1:3] for row in await client.library.read(_rows)] == [row[1:3] for row in before]

    run(story())


def test_a_twin_that_was_there_before_is_not_what_is_gone(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(make_track(1, **hashes(1)), make_track(2, **hashes(1)))
            await add(client, server)
            await sync_one(client)
            del server.live[make_id(1)]
            await sync_one(client, full=True)
            statuses = [row[3] for row in await client.library.read(_rows)]
            assert statuses == ["unavailable", "stream_only"]

    run(story())
