"""Albums, artists and search as you type."""

from pathlib import Path

import pytest

from soul_player.client import AlbumNotFound, AlbumOrder, ArtistNotFound, letters_of
from soul_player.client.library.albums import album_key
from soul_player.client.library.catalogues import matching
from tests.client.clients import add, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.edges.fake_server import fake_server, make_id, make_track


def test_spellings_of_one_album_are_one_and_artists_own_what_no_album_artist_claims(tmp_path: Path) -> None:
    """Case and accents tell no two apart; a compilation is its album artist's."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, clock=FakeClock()) as client:
            server.put(
                make_track(
                    1, title="a", artist="Björk", album="Vespertine", year=2001, added_at="2026-01-01T00:00:00.000Z"
                ),
                make_track(2, title="b", artist="BJÖRK", album="vespertine", added_at="2026-01-03T00:00:00.000Z"),
                make_track(
                    3,
                    title="c",
                    artist="Guest",
                    album_artist="Various",
                    album="Hits",
                    added_at="2026-01-02T00:00:00.000Z",
                ),
                make_track(
                    4,
                    title="d",
                    artist="Other",
                    album_artist="Various",
                    album="Hits",
                    added_at="2026-01-02T00:00:00.000Z",
                ),
                make_track(5, title="e", artist="Björk", album=None, added_at="2026-01-02T00:00:00.000Z"),
                make_track(6, title="f", artist=None, album=None, added_at="2026-01-02T00:00:00.000Z"),
            )
            await add(client, server)
            await sync_one(client)
            albums = await client.catalogues.albums(order=AlbumOrder.TITLE)
            assert [(one.title.casefold(), one.tracks, one.year) for one in albums] == [
                ("hits", 2, None),
                ("vespertine", 2, 2001),
            ]
            assert [one.title.casefold() for one in await client.catalogues.albums(order=AlbumOrder.ADDED)] == [
                "vespertine",
                "hits",
            ]
            artists = await client.catalogues.artists()
            assert [(one.name.casefold(), one.albums, one.tracks) for one in artists] == [
                ("björk", 1, 3),
                ("various", 1, 2),
            ]
            found = await client.catalogues.album(album_key("bjork", "VESPERTINE"))
            assert len(found.track_ids) == 2
            artist, own = await client.catalogues.artist(found.artist_key)
            assert (artist.tracks, [one.key for one in own]) == (3, [found.key])
            with pytest.raises(AlbumNotFound):
                await client.catalogues.album("0" * 18)
            with pytest.raises(ArtistNotFound):
                await client.catalogues.artist("0" * 18)

    run(story())


def test_what_is_typed_is_found_in_tracks_albums_and_artists(tmp_path: Path) -> None:
    """Every word, each maybe unfinished; what is gone is not found."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, clock=FakeClock()) as client:
            server.put(
                make_track(1, title="Ignition", artist="Amber Theory", album="Night Drive Notes"),
                make_track(2, title="Night Ferry", artist="Neon Ferries", album="Coin Slot Hymns"),
                make_track(3, title="Midnight", artist="The Night Gardeners", album="Overnight"),
            )
            await add(client, server)
            await sync_one(client)
            found = await client.catalogues.find("nig")
            assert found.tracks == len(found.track_ids) == 3
            assert [album.title for album in found.albums] == ["Night Drive Notes"]
            assert [artist.name for artist in found.artists] == ["The Night Gardeners"]
            assert [album.title for album in (await client.catalogues.find("amber night")).albums] == [
                "Night Drive Notes"
            ]
            assert (await client.catalogues.find("night xyz")).tracks == 0
            assert (await client.catalogues.find('" OR *')).tracks == 0
            server.delete(make_id(2))
            await sync_one(client)
            assert (await client.catalogues.find("ferry")).tracks == 0

    run(story())


def test_the_best_names_come_first() -> None:
    """The whole name, then its beginning, then a word in it; never the middle of a word."""
    names = ["Overnight", "The Night", "Night Drive", "Night"]
    assert matching("night", names, lambda name: (name,)) == ["Night", "Night Drive", "The Night"]


def test_letters_say_where_each_begins() -> None:
    """In the order of the list; what is no letter is together."""
    assert letters_of(["1999", "!", "Amber", "Äpfel", "Björk", "Łukasz"]) == [("#", 0), ("A", 2), ("B", 4), ("Ł", 5)]
