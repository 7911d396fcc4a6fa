"""Entries of recordings that the playlist's source does not hold: they keep their place here, and are sent later."""

from pathlib import Path
from typing import Any

import msgspec

from soul_player.client.edits.entries import copy_entries
from soul_player.client.library.batches import let_go, take_batch
from soul_player.client.library.model import LocalTrackId, SourceType
from soul_player.client.library.playlists import list_entries
from soul_player.client.library.settling import refresh_group
from soul_player.client.library.sources import NewSource, add_source
from soul_player.client.library.track_sources import store_tracks
from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import id_bytes
from tests.client.edits.homes import Home, a_home
from tests.conftest import run
from tests.edges.fake_server import make_track

TRACK_OF = "SELECT track_id FROM track_sources WHERE source_id = :source_id"
HOLD = "UPDATE track_sources SET track_id = :track_id WHERE source_id = :source_id AND title = 'Title 4'"


async def elsewhere(home: Home) -> LocalTrackId:
    """A recording that only another source holds."""

    async def add(library: Writer) -> Any:
        new = NewSource(name="other", type=SourceType.SERVER, urls=("http://127.0.0.1:2",))
        source_id = await add_source(library, new, now_ms=1)
        track = make_track(900, title="Only there", seq=1)
        await store_tracks(library, source_id, run=1, tracks=[track], ids=id_bytes(track.id))
        return await library.one(TRACK_OF, source_id=source_id)

    return LocalTrackId((await home.library.write(add))[0])


async def sent(home: Home) -> list[dict[str, Any]]:
    """What a push would send now."""
    batch = await home.library.write(take_batch, await home.account(), after_n=0, now_ms=home.clock.now_ms())
    return [msgspec.json.decode(one.body) for one in batch]


async def titles(library: Reader, playlist: int) -> list[str]:
    return [entry.title for entry in await list_entries(library, playlist)]


def test_it_keeps_its_place_unsent_and_what_stands_behind_it_names_another_anchor(tmp_path: Path) -> None:
    """An anchor that the server was never told of would block every entry behind it."""

    async def story() -> None:
        async with a_home(tmp_path) as home:
            there = await elsewhere(home)
            playlist = await home.edits.create_playlist("Night Drive", source_id=home.source_id)
            (first, _) = await home.edits.add_entries(playlist, home.tracks[:2])
            (held,) = await home.edits.add_entries(playlist, [there], after=first)
            await home.edits.add_entries(playlist, [home.tracks[2]], after=held)
            shown = ["Title 0", "Only there", "Title 2", "Title 1"]
            assert await home.library.read(titles, playlist) == shown
            await home.check()
            operations = await sent(home)
            assert len(operations) == 4
            assert held not in [one.get("entry_id") for one in operations]
            assert operations[-1]["after"] == first

    run(story())


def test_it_is_sent_when_the_source_comes_to_hold_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            there = await elsewhere(home)
            playlist = await home.edits.create_playlist("Night Drive", source_id=home.source_id)
            (held,) = await home.edits.add_entries(playlist, [there])

            account = await home.account()

            async def hold(library: Writer) -> None:
                await library.run(HOLD, track_id=there, source_id=home.source_id)
                for group in await let_go(library, account):
                    await refresh_group(library, account, group)

            await home.library.write(hold)
            operations = await sent(home)
            assert [one.get("entry_id") for one in operations] == [None, held]
            # No longer the entry's own id, which kept the place of the track's.
            assert operations[-1]["track_id"] == make_track(4).id
            await home.check()
            assert await home.library.read(titles, playlist) == ["Only there"]

    run(story())


def test_removed_before_it_was_sent_nobody_hears_of_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            there = await elsewhere(home)
            playlist = await home.edits.create_playlist("Night Drive", source_id=home.source_id)
            (held,) = await home.edits.add_entries(playlist, [there])
            await home.edits.remove_entry(playlist, held)
            assert await home.library.read(titles, playlist) == []
            assert [one["type"] for one in await sent(home)] == ["playlist.create"]
            await home.check()

    run(story())


def test_a_copy_holds_what_its_original_showed(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            there = await elsewhere(home)
            playlist = await home.edits.create_playlist("Night Drive", source_id=home.source_id)
            await home.edits.add_entries(playlist, [home.tracks[1], there, home.tracks[1]])
            entries = await home.library.read(list_entries, playlist)
            for source_id in (home.source_id, None):
                copy = await home.edits.create_playlist("Copy", source_id=source_id)
                await home.library.write(copy_entries, home.edits._act(), copy, entries)
                assert await home.library.read(titles, copy) == ["Title 1", "Only there", "Title 1"]
            await home.check()

    run(story())
