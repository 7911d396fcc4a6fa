"""Edits: seen at once, kept with their operation, and exactly what the definition says, however many there are."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from soul_player.client.errors import EditInvalid, PlaylistNotFound, TrackNotFound
from soul_player.client.library.marks import find_marks
from soul_player.client.library.playlists import find_playlist, list_entries, list_playlists
from soul_player.client.library.sync_queue import count_waiting
from soul_player.database.access import Reader
from tests.client.edits.homes import Home, a_home
from tests.conftest import run

QUEUE = "SELECT operation, n, payload FROM sync_queue ORDER BY n"


async def queue(library: Reader) -> list[Any]:
    return await library.all(QUEUE)


def test_an_edit_is_seen_at_once_and_waits_with_its_operation(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            playlist = await home.edits.create_playlist("Night Drive", source_id=home.source_id)
            await home.edits.add_entries(playlist, home.tracks[:3])
            shown = await home.library.read(find_playlist, playlist)
            assert shown is not None
            assert (shown.name, shown.entries, shown.pending) == ("Night Drive", 3, 4)
            titles = [entry.title for entry in await home.library.read(list_entries, playlist)]
            assert titles == ["Title 0", "Title 1", "Title 2"]
            assert [row[:2] for row in await home.library.read(queue)] == [
                ("playlist.create", 1), ("entry.add", 2), ("entry.add", 3), ("entry.add", 4),
            ]  # fmt: skip

    run(story())


def test_a_playlist_of_this_device_has_no_operations(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            playlist = await home.edits.create_playlist("Mine")
            first, second = await home.edits.add_entries(playlist, home.tracks[:2])
            await home.edits.move_entry(playlist, second, after=None)
            await home.edits.rename_playlist(playlist, "Mine alone")
            entries = await home.library.read(list_entries, playlist)
            assert [entry.id for entry in entries] == [second, first]
            await home.edits.remove_entry(playlist, first)
            assert [entry.title for entry in await home.library.read(list_entries, playlist)] == ["Title 1"]
            assert await home.library.read(count_waiting) == 0
            await home.edits.delete_playlist(playlist)
            assert await home.library.read(list_playlists) == []

    run(story())


def test_what_cannot_be_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            playlist = await home.edits.create_playlist("Night Drive", source_id=home.source_id)
            for refused, error in (
                (home.edits.create_playlist("  "), EditInvalid),
                (home.edits.create_playlist("x" * 501), EditInvalid),
                (home.edits.rename_playlist(playlist, "a\0b"), EditInvalid),
                (home.edits.rename_playlist(999, "a"), PlaylistNotFound),
                (home.edits.add_entries(playlist, home.tracks * 2001), EditInvalid),
                (home.edits.add_entries(playlist, [999_999]), EditInvalid),  # type: ignore[list-item]  # no such track
                (home.edits.set_rating(home.tracks[0], 6), EditInvalid),
                (home.edits.set_favourite(999_999), TrackNotFound),  # type: ignore[arg-type]  # no such track
            ):
                with pytest.raises(error):
                    await refused
            assert await home.library.read(count_waiting) == 1
            shown = await home.library.read(find_playlist, playlist)
            assert shown is not None
            assert (shown.name, shown.entries) == ("Night Drive", 0)

    run(story())


def test_too_little_heard_is_no_play(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            track = home.tracks[0]
            assert not await home.edits.record_play(track, heard_seconds=100.0)
            assert await home.edits.record_play(track, heard_seconds=100.25)
            assert await home.edits.record_play(track)
            assert (await home.library.read(find_marks, track)).play_count == 2

    run(story())


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "move", "remove", "rename", "favourite", "rate", "play", "delete"]),
        st.integers(0, 6),
        st.integers(-2, 6),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(edits=EDITS)
def test_edits_one_by_one_come_to_what_all_of_them_together_say(edits: list[tuple[str, int, int]]) -> None:
    """The shown rows are written edit by edit; the definition is the operations laid on the server's rows anew."""

    async def story(folder: Path) -> None:
        async with a_home(folder) as home:
            playlist = await home.edits.create_playlist("Night Drive", source_id=home.source_id)
            for kind, which, where in edits:
                await _edit(home, playlist, kind, which, where)
                await home.check()

    with tempfile.TemporaryDirectory() as folder:
        run(story(Path(folder)))


async def _edit(home: Home, playlist: int, kind: str, which: int, where: int) -> None:
    shown = await home.library.read(find_playlist, playlist)
    entries = [] if shown is None else [entry.id for entry in await home.library.read(list_entries, playlist)]
    after: Any = UNSET if where == -2 or not entries else None if where == -1 else entries[where % len(entries)]
    track = home.tracks[which % len(home.tracks)]
    match kind:
        case "favourite":
            await home.edits.set_favourite(track, favourite=where % 2 == 0)
        case "rate":
            await home.edits.set_rating(track, None if which == 0 else which % 5 + 1)
        case "play":
            await home.edits.record_play(track)
        case _ if shown is None:
            return
        case "add":
            await home.edits.add_entries(playlist, [track, track], after=after)
        case "rename":
            await home.edits.rename_playlist(playlist, f"Name {which}")
        case "delete" if which == 0:
            await home.edits.delete_playlist(playlist)
        case "move" if entries:
            await home.edits.move_entry(playlist, entries[which % len(entries)], after=after)
        case "remove" if entries:
            await home.edits.remove_entry(playlist, entries[which % len(entries)])
        case _:
            return
