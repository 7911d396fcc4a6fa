"""Lists in pages, search, and one track with all its sources."""

import random
from pathlib import Path

import pytest

from soul_player.client import EVERYTHING, AvailabilityStatus, Client, LocalTrackId, PageKey, TrackNotFound, TrackOrder
from soul_player.client.library.lists import PAGE_BY_ADDED, PAGE_BY_ARTIST, PAGE_BY_TITLE
from soul_player.client.library.words import pattern
from soul_player.database.access import Reader
from soul_player.protocol.track import ReplayGain
from tests.client.clients import add, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import fake_server, make_id, make_track


async def all_pages(client: Client, order: TrackOrder, *, limit: int) -> list[LocalTrackId]:
    """Every page, one after the other."""
    found: list[LocalTrackId] = []
    after: PageKey | None = None
    while True:
        page = await client.library.tracks(order=order, after=after, limit=limit)
        found += [track.id for track in page.tracks]
        after = page.next_after
        if after is None:
            return found


@pytest.mark.parametrize("order", TrackOrder)
def test_pages_joined_are_the_whole_list_in_order(tmp_path: Path, order: TrackOrder) -> None:
    """Also when names are missing, equal but for their case, or the same for many."""

    async def story() -> None:
        randomness = random.Random(1)
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(
                *(
                    make_track(
                        number,
                        title=randomness.choice(["a", "A", "b", "é", "", "z"]),
                        artist=randomness.choice([None, "Björk", "björk", "The The", ""]),
                        album=randomness.choice([None, "One", "ONE"]),
                        track_number=randomness.choice([None, 1, 2]),
                        disc_number=randomness.choice([None, 1]),
                        added_at=f"2026-01-{randomness.randint(1, 9):02d}T10:00:00.000Z",
                    )
                    for number in range(300)
                )
            )
            await add(client, server)
            await sync_one(client)
            whole = [track.id for track in (await client.library.tracks(order=order, limit=1000)).tracks]
            assert len(set(whole)) == 300
            for limit in (1, 7, 299, 300):
                assert await all_pages(client, order, limit=limit) == whole

    run(story())


PLAN_TABLE = {
    TrackOrder.ARTIST: (PAGE_BY_ARTIST, "tracks_by_artist"),
    TrackOrder.TITLE: (PAGE_BY_TITLE, "tracks_by_title"),
    TrackOrder.ADDED: (PAGE_BY_ADDED, "tracks_by_added"),
}


@pytest.mark.parametrize("order", TrackOrder)
def test_a_page_is_read_along_an_index_from_its_place(tmp_path: Path, order: TrackOrder) -> None:
    """Else the thousandth page of a million tracks would sort them all."""
    sql, index = PLAN_TABLE[order]
    names = ("artist", "album", "title", "added", "disc", "track", "id", "limit")

    async def plan(library: Reader) -> str:
        # EXPLAIN alone does not notice that indexes were made since this connection was opened.
        await library.one("SELECT COUNT(*) FROM tracks")
        explain = "EXPLAIN QUERY PLAN " + sql.replace("/* condition */", "status <> 'unavailable'")
        return "\n".join(row[3] for row in await library.all(explain, **{f"page_{name}": 1 for name in names}))

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            found = await client.library.read(plan)
            assert f"SEARCH tracks USING INDEX {index}" in found
            assert "TEMP B-TREE" not in found

    run(story())


def test_search_finds_words_by_their_beginnings_whatever_is_typed(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(
                make_track(1, title="Night Drive", artist="Björk"),
                make_track(2, title='12" "Remix" OR NOT', artist="The AND"),
                make_track(3, title="Übermorgen", album="Nightfall", genres=("Drum & Bass",)),
            )
            await add(client, server)
            await sync_one(client)
            for typed, numbers in (
                ("night", {1, 3}),
                ("NIGHT dri", {1}),
                ("bjork", {1}),
                ("ubermor", {3}),
                ("bass", {3}),
                ('12"', {2}),
                ("remix or", {2}),
                ("and", {2}),
                ("title:night", set()),
                ("night*", {1, 3}),
                ("(", set()),
                ('" OR "', {2}),
                ("", set()),
                ("   ", set()),
                ("nothing", set()),
            ):
                found = await client.library.search(typed)
                assert {track.title for track in found} == {server.live[make_id(number)].title for number in numbers}, (
                    typed
                )

    run(story())


def test_a_pattern_has_only_quoted_words() -> None:
    assert pattern('a "b OR c* -') == '"a"* """b"* "OR"* "c*"*'
    assert pattern("- * ()") is None


def test_a_track_is_shown_with_what_its_source_says_of_it(tmp_path: Path) -> None:
    async def story() -> None:
        sent = make_track(
            1,
            artists=("Ann", 'Bob, the "Second"'),
            genres=("Jazz", "Électronique"),
            album_artist="Various",
            album_id="al-1",
            disc_number=2,
            year=1999,
            bitrate=320_000,
            sample_rate=44_100,
            channels=2,
            file_hash="sha256:" + "0" * 64,
            audio_hash="v1:" + "1" * 64,
            fingerprinted=True,
            musicbrainz_recording_id=make_id(5),
            musicbrainz_release_id=make_id(6),
            isrc="USRC17607839",
            replaygain=ReplayGain(track_gain_db=-6.5),
            artwork_id="art",
            title_from_file=True,
        )
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(sent)
            source = await add(client, server)
            await sync_one(client)
            (track,) = (await client.library.tracks()).tracks
            (kept,) = (await client.library.track_sources([track.id]))[track.id]
            for name in sent.__struct_fields__:
                if name not in {"id", "seq", "replaygain"}:
                    assert getattr(kept, name) == getattr(sent, name), name
            assert (kept.remote_id, kept.seq, kept.source_id) == (sent.id, 1, source.id)
            assert kept.replaygain == '{"track_gain_db":-6.5}'
            assert (kept.status, kept.path) == (AvailabilityStatus.STREAM_ONLY, None)
            assert await client.library.track(track.id) == track
            with pytest.raises(TrackNotFound):
                await client.library.track(LocalTrackId(track.id + 1))

    run(story())


def test_what_no_source_has_any_more_is_hidden_but_not_gone(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(make_track(1), make_track(2))
            await add(client, server)
            await sync_one(client)
            (first, second) = (await client.library.tracks(order=TrackOrder.TITLE)).tracks
            server.delete(make_id(1))
            await sync_one(client)
            assert [track.id for track in (await client.library.tracks()).tracks] == [second.id]
            assert (await client.library.count(), await client.library.count(condition=EVERYTHING)) == (1, 2)
            assert (await client.library.track(first.id)).status is AvailabilityStatus.UNAVAILABLE
            server.put(make_track(1))
            await sync_one(client)
            assert [track.id for track in (await client.library.tracks(order=TrackOrder.TITLE)).tracks] == [
                first.id,
                second.id,
            ]

    run(story())
