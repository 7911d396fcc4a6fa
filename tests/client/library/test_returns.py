"""A track that comes back under a new id is the track that it was: known by its bytes, its audio, or the file it is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from soul_player.client.library.accounts import open_account
from soul_player.client.library.batches import let_go
from soul_player.client.library.model import SourceId
from soul_player.client.library.returns import Lost, decide_returns, rename_tracks
from soul_player.client.library.sync_queue import track_group
from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.track import Track
from tests.client.clients import add, assert_words_agree, database_of, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import fake_server, make_id, make_track

ROWS = "SELECT remote_id, id, track_id, status, path FROM track_sources ORDER BY id"
PLANS = "EXPLAIN QUERY PLAN SELECT 1 FROM track_sources WHERE source_id = 1 AND status = 'unavailable' LIMIT 1"


def lost(entry_id: int, track: Track) -> Lost:
    """What this device knows of a track that is gone."""
    words = (track.title, track.artist, track.album, track.track_number, track.disc_number)
    return Lost(
        entry_id, b"", entry_id, words, track.duration_seconds, track.file_size, track.file_hash, track.audio_hash, None
    )


ONE = make_track(1, file_hash="sha256:11", audio_hash="v1:aa")
BARE = make_track(1)
TWIN = make_track(1, title="Another", file_hash="sha256:11", audio_hash="v1:aa")


@pytest.mark.parametrize(
    ("gone", "came", "found"),
    [
        ([ONE], [make_track(1, title="New words", file_hash="sha256:11")], {0: 1}),
        ([ONE], [make_track(1, file_size=9, file_hash="sha256:22", audio_hash="v1:aa")], {0: 1}),
        ([ONE], [make_track(1, file_hash="sha256:22", audio_hash="v1:bb")], {}),
        # One side was never hashed: the very same size, the same words, the same length.
        ([ONE], [BARE], {0: 1}),
        ([BARE], [ONE], {0: 1}),
        ([ONE], [make_track(1, file_size=9)], {}),
        ([ONE], [make_track(1, title="Another")], {}),
        ([ONE], [make_track(1, duration_seconds=190.0)], {}),
        # The same words first, then the oldest; neither is used twice.
        ([TWIN, ONE], [ONE, TWIN, ONE], {0: 2, 1: 1}),
        ([ONE, ONE], [ONE, ONE, ONE], {0: 1, 1: 2}),
    ],
)
def test_what_came_is_what_was_lost(gone: Sequence[Track], came: Sequence[Track], found: dict[int, int]) -> None:
    decided = decide_returns([lost(number, track) for number, track in enumerate(gone, start=1)], came)
    assert {place: one.entry_id for place, one in decided.items()} == found


def test_by_hash_only_words_say_nothing() -> None:
    assert decide_returns([lost(1, ONE)], [BARE], by_hash_only=True) == {}


async def _rows(library: Reader) -> list[Any]:
    return await library.all(ROWS)


async def _keep_a_copy(library: Writer) -> None:
    await library.run("UPDATE track_sources SET status = 'cached', path = '/copies/3' WHERE title = 'Title 3'")


async def _plan(library: Reader) -> str:
    return str((await library.all(PLANS))[0][3])


@pytest.mark.parametrize("is_hashed_at_once", [True, False])
def test_everything_that_is_the_users_stays_with_it(tmp_path: Path, is_hashed_at_once: bool) -> None:
    """Also when the new id comes before the hash does."""

    async def story() -> None:
        hashes = [{"file_hash": f"sha256:{number:064x}", "audio_hash": f"v1:{number:064x}"} for number in range(5)]
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(*(make_track(number, **hashes[number]) for number in range(5)))
            await add(client, server)
            await sync_one(client)
            before = await client.library.read(_rows)
            playlist = await client.edits.create_playlist("Mine", source_id=None)
            await client.edits.add_entries(playlist, [row[2] for row in before])
            await client.edits.record_play(before[3][2])
            await database_of(client).write(_keep_a_copy)
            server.delete(*(make_id(number) for number in range(5)))
            assert (await sync_one(client)).tracks_deleted == 5
            assert await client.library.count() == 1
            # Under new ids, with new words.
            told = hashes if is_hashed_at_once else [{}] * 5
            server.put(*(make_track(100 + number, title=f"Again {number}", **told[number]) for number in range(5)))
            await sync_one(client)
            if not is_hashed_at_once:
                assert await client.library.count() == 6
                server.put(*(make_track(100 + n, title=f"Again {n}", **hashes[n]) for n in range(5)))
                await sync_one(client)
            after = await client.library.read(_rows)
            assert [row[1:3] for row in after] == [row[1:3] for row in before]
            assert [row[3:5] for row in after if row[4]] == [("cached", "/copies/3")]
            assert {row[3] for row in after if not row[4]} == {"stream_only"}
            assert {row[0] for row in after}.isdisjoint({row[0] for row in before})
            entries = (await client.playlists.read(playlist))[1]
            assert [entry.title for entry in entries] == [f"Again {number}" for number in range(5)]
            assert (await client.playlists.marks(before[3][2])).play_count == 1
            await assert_words_agree(client)

    run(story())


def test_what_was_sent_keeps_its_words_until_it_is_answered(tmp_path: Path) -> None:
    """What waits and what was settled has the new name at once; what is on its way when it comes to wait again."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(make_track(1))
            source = await add(client, server)
            await sync_one(client)
            ((old, _, track_id, _, _),) = await client.library.read(_rows)
            for rating in (1, 2, 3):
                await client.edits.set_rating(track_id, rating)
            library, new = database_of(client), id_bytes(make_id(9))
            await library.write(_answer_the_first_and_send_the_second)
            await library.write(_rename, source.id, old, new)
            states = [
                ("settled", id_text(new), track_group(new), None),
                ("sent", id_text(old), track_group(new), track_id),
                ("waiting", id_text(new), track_group(new), None),
            ]
            assert await library.read(_operations) == states
            await library.write(_let_go, source.id)
            assert await library.read(_operations) == states
            await library.write(_take_back)
            await library.write(_let_go, source.id)
            assert [row[1:] for row in await library.read(_operations)] == [(id_text(new), track_group(new), None)] * 3

    run(story())


async def _answer_the_first_and_send_the_second(library: Writer) -> None:
    await library.run("UPDATE sync_queue SET state = 'settled', in_overlay = 0 WHERE n = 1")
    await library.run("UPDATE sync_queue SET state = 'sent' WHERE n = 2")


async def _take_back(library: Writer) -> None:
    await library.run("UPDATE sync_queue SET state = 'waiting' WHERE state = 'sent'")


async def _rename(library: Writer, source_id: SourceId, old: bytes, new: bytes) -> None:
    await library.run("UPDATE track_sources SET remote_id = :new WHERE remote_id = :old", new=new, old=old)
    await rename_tracks(library, source_id, [(old, new)])


async def _let_go(library: Writer, source_id: SourceId) -> None:
    account = await open_account(library, source_id)
    assert account is not None
    await let_go(library, account)


async def _operations(library: Reader) -> list[Any]:
    return await library.all(
        "SELECT state, json_extract(payload, '$.track_id'), group_key, held_track_id FROM sync_queue ORDER BY n"
    )


def test_a_track_of_a_rebuilt_server_is_not_matched_before_it_may_be_known_again(tmp_path: Path) -> None:
    """Nobody is asked about what its hash will tell."""

    async def story() -> None:
        hashes = {"file_hash": f"sha256:{1:064x}", "audio_hash": f"v1:{1:064x}"}
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(make_track(1, **hashes))
            await add(client, server)
            await sync_one(client)
            await client.matching.run()
            await database_of(client).write(_forget_names)
            del server.live[make_id(1)]
            server.put(make_track(100, title="Title 1", file_size=9))
            await sync_one(client)
            assert len(await client.library.read(_rows)) == 2
            assert await client.matching.waiting() == 0
            assert (await client.matching.run()).matched == 0
            server.put(make_track(100, title="Title 1", file_size=9, **hashes))
            await sync_one(client)
            assert len(await client.library.read(_rows)) == 1
            assert (await client.matching.run()).is_complete
            assert await client.questions.list() == []

    run(story())


async def _forget_names(library: Writer) -> None:
    await library.run("UPDATE track_sources SET is_former = 1, status = 'unavailable'")


def test_a_library_that_lost_nothing_pays_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            assert "track_sources_lost" in await client.library.read(_plan)

    run(story())
