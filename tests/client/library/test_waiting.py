"""What waits to be sent is told as a person made it."""

from pathlib import Path

from soul_player.client.library.waiting import WaitingKind, list_waiting
from tests.client.edits.homes import a_home
from tests.conftest import run


def test_edits_are_told_by_playlist_and_by_kind(tmp_path: Path) -> None:
    """The newest first; of marks the title of the last one."""

    async def scene() -> None:
        async with a_home(tmp_path) as home:
            first, second, third, *_ = home.tracks
            playlist_id = await home.edits.create_playlist("Night Drive", source_id=home.source_id)
            entries = await home.edits.add_entries(playlist_id, [first, second, third])
            await home.edits.move_entry(playlist_id, entries[2], after=None)
            home.clock.advance(60.0)
            await home.edits.set_favourite(first)
            await home.edits.set_favourite(second)
            home.clock.advance(60.0)
            await home.edits.set_rating(third, 4)
            rated, favourites, playlist = await home.library.read(list_waiting)
            assert (rated.kind, rated.counts) == (WaitingKind.RATINGS, {"rating.set": 1})
            assert (favourites.kind, favourites.counts) == (WaitingKind.FAVOURITES, {"favourite.set": 2})
            assert favourites.name is not None
            assert rated.name is not None
            assert (playlist.kind, playlist.name, playlist.playlist_id) == (
                WaitingKind.PLAYLIST,
                "Night Drive",
                playlist_id,
            )
            assert playlist.counts == {"playlist.create": 1, "entry.add": 3, "entry.move": 1}
            assert rated.last_at_ms > favourites.last_at_ms > playlist.last_at_ms

    run(scene())


def test_a_playlist_that_was_deleted_here_is_told_by_its_name(tmp_path: Path) -> None:
    """It cannot be opened any more."""

    async def scene() -> None:
        async with a_home(tmp_path) as home:
            playlist_id = await home.edits.create_playlist("Gone", source_id=home.source_id)
            await home.edits.delete_playlist(playlist_id)
            (told,) = await home.library.read(list_waiting)
            assert (told.name, told.playlist_id) == ("Gone", None)
            assert "playlist.delete" in told.counts

    run(scene())
