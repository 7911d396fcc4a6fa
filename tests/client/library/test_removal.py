"""Removing a source keeps what is the user's, and gives it back to the recordings when a source holds them again."""

from pathlib import Path

from soul_player.client import AvailabilityStatus, LocalTrackId, SourceId
from soul_player.database.access import Reader, Writer
from tests.client.clients import assert_words_agree
from tests.client.sync.devices import Device, a_device, put_library
from tests.conftest import run
from tests.server.running import PASSWORD, USERNAME, RunningServer, running_server


async def lived_in(phone: Device) -> list[LocalTrackId]:
    """A playlist, a favourite, a rating and a play, of which the server was told the beginning only."""
    await phone.sync()
    tracks = await phone.tracks()
    playlist = await phone.new_playlist()
    await phone.client.edits.add_entries(playlist, tracks[:2])
    await phone.client.edits.set_favourite(tracks[0])
    await phone.sync()
    await phone.client.edits.add_entries(playlist, tracks[2:3])
    await phone.client.edits.set_rating(tracks[1], 4)
    await phone.client.edits.record_play(tracks[3])
    return tracks


async def add_source(phone: Device, running: RunningServer, name: str) -> SourceId:
    """One more."""
    return (await phone.client.sources.add(running.url, username=USERNAME, password=PASSWORD, name=name)).id


def test_nothing_that_is_shown_of_the_users_goes_with_a_source(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_server(tmp_path / "server") as running, a_device(tmp_path / "phone", running) as phone:
            await put_library(running)
            tracks = await lived_in(phone)
            source_id = await phone.source_id()
            stake = await phone.client.sources.at_stake(source_id)
            assert (stake.tracks, stake.waiting_edits, stake.failed_edits, stake.playlists) == (5, 3, 0, 1)
            await phone.client.sources.remove(source_id)
            assert await phone.client.library.count() == 0
            assert await phone.shown() == {"Night Drive": ["Title 00", "Title 01", "Title 02"]}
            (kept,) = await phone.client.playlists.list()
            assert (kept.source_id, kept.entries, kept.pending) == (None, 3, 0)
            _, entries = await phone.client.playlists.read(kept.id)
            assert [(one.artist, one.duration_seconds, one.status) for one in entries] == [
                (f"Artist {number}", 200.5, AvailabilityStatus.UNAVAILABLE) for number in range(3)
            ]
            assert (await phone.marks(tracks[0])).favourite
            assert (await phone.marks(tracks[1])).rating == 4
            assert (await phone.marks(tracks[3])).play_count == 1
            # It is this device's own: edited as such.
            await phone.client.edits.remove_entry(kept.id, entries[0].id)
            assert await phone.shown() == {"Night Drive": ["Title 01", "Title 02"]}
            await assert_words_agree(phone.client)

    run(story())


def test_what_the_user_did_finds_its_recordings_again(tmp_path: Path) -> None:
    """Another server has them under ids of its own; what nobody was told goes there once."""

    async def story() -> None:
        async with (
            running_server(tmp_path / "server") as running,
            running_server(tmp_path / "other") as other,
            a_device(tmp_path / "phone", running) as phone,
        ):
            await put_library(running)
            await put_library(other, 4)
            await lived_in(phone)
            await phone.client.sources.remove(await phone.source_id())
            await add_source(phone, other, "Other")
            result = await phone.sync()
            tracks = await phone.tracks()
            assert (len(tracks), result.pushed) == (4, 0)
            (kept,) = await phone.client.playlists.list()
            _, entries = await phone.client.playlists.read(kept.id)
            assert [one.track_id for one in entries] == tracks[:3]
            assert {one.status for one in entries} == {AvailabilityStatus.STREAM_ONLY}
            marks = [await phone.marks(track) for track in tracks]
            assert [(one.favourite, one.rating, one.play_count) for one in marks] == [
                (True, None, 0), (False, 4, 0), (False, None, 0), (False, None, 1)
            ]  # fmt: skip
            # The play that the first server never heard of, and what was said here of the recordings.
            assert (await phone.sync()).pushed == 3
            assert (await phone.sync()).requests == 1
            async with a_device(tmp_path / "desk", other) as desk:
                await desk.sync()
                assert [(await desk.marks(track)).play_count for track in await desk.tracks()] == [0, 0, 0, 1]
                said = [await desk.marks(track) for track in (await desk.tracks())[:2]]
                assert [(one.favourite, one.rating) for one in said] == [(True, None), (False, 4)]
            await assert_words_agree(phone.client)

    run(story())


def test_a_file_that_was_asked_for_is_kept_for_its_recording(tmp_path: Path) -> None:
    """The copy stays in the home, and what it is kept for is the recording that comes again."""

    async def story() -> None:
        async with (
            running_server(tmp_path / "server") as running,
            running_server(tmp_path / "other") as other,
            a_device(tmp_path / "phone", running) as phone,
        ):
            await put_library(running, 2)
            await put_library(other, 2)
            await phone.sync()
            tracks = await phone.tracks()
            await phone.library.write(keep_file, tracks[1])
            await phone.client.sources.remove(await phone.source_id())
            await add_source(phone, other, "Other")
            await phone.sync()
            kept = await phone.library.read(kept_files)
            assert kept == [((await phone.tracks())[1], 1)]
            assert kept[0][0] not in tracks

    run(story())


async def keep_file(library: Writer, track_id: LocalTrackId) -> None:
    """As a download leaves it."""
    await library.run(
        "INSERT INTO copies (id, sha256, size_bytes, content_type, quality, stored_at, used_at, verified_at)"
        " VALUES (1, :sha256, 1, 'audio/flac', 'original', 0, 0, 0)",
        sha256=bytes(32),
    )
    await library.run(
        "INSERT INTO rules (kind, name, query, is_live, weight, added_at) VALUES ('asked', 'one', 'id:2', 0, 1, 0)"
    )
    await library.run(
        "INSERT INTO keeps (rule_id, track_id, copy_id) SELECT id, :track_id, 1 FROM rules WHERE kind = 'asked'",
        track_id=track_id,
    )


async def kept_files(library: Reader) -> list[tuple[int, int]]:
    """Recording and copy."""
    return [(row[0], row[1]) for row in await library.all("SELECT track_id, copy_id FROM keeps")]


def test_playlists_go_when_they_are_not_wanted(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_server(tmp_path / "server") as running, a_device(tmp_path / "phone", running) as phone:
            await put_library(running)
            tracks = await lived_in(phone)
            local = await phone.client.edits.create_playlist("Own")
            await phone.client.edits.add_entries(local, tracks[4:])
            await phone.client.sources.remove(await phone.source_id(), keeps_playlists=False)
            assert await phone.shown() == {"Own": ["Title 04"]}
            assert (await phone.marks(tracks[0])).favourite

    run(story())


def test_a_source_that_is_added_again_goes_on_counting(tmp_path: Path) -> None:
    """Its server has seen this device's numbers: from 1 again, they would be another home's."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as running, a_device(tmp_path / "phone", running) as phone:
            await put_library(running)
            await lived_in(phone)
            await phone.sync()
            await phone.client.edits.rename_playlist(await phone.playlist(), "Late Drive")
            await phone.sync()
            for _ in range(2):
                await phone.client.sources.remove(await phone.source_id())
                source_id = await add_source(phone, running, "Again")
                await phone.sync()
                await phone.client.edits.create_playlist("New", source_id=source_id)
                assert (await phone.sync()).pushed == 1
            names = [(one.name, one.source_id is None) for one in await phone.client.playlists.list()]
            # What stayed when it went, twice, and what came again with it.
            assert sorted(names) == [
                ("Late Drive", False), ("Late Drive", True), ("Late Drive", True), ("New", False), ("New", False),
                ("New", True),
            ]  # fmt: skip

    run(story())


def test_a_recording_that_another_source_holds_shows_that_ones_words(tmp_path: Path) -> None:
    """And is found by them; nothing that was said of it is lost."""

    async def story() -> None:
        async with (
            running_server(tmp_path / "server") as running,
            running_server(tmp_path / "other") as other,
            a_device(tmp_path / "phone", running) as phone,
        ):
            await put_library(running, 2)
            await put_library(other, 2)
            await add_source(phone, other, "Other")
            await phone.client.sync.run()
            await phone.client.matching.run()
            tracks = await phone.tracks()
            assert len(tracks) == 2
            await phone.client.edits.set_rating(tracks[0], 5)
            await phone.client.sources.remove(await phone.source_id())
            assert await phone.tracks() == tracks
            assert [one.id for one in await phone.client.library.search("title 00")] == [tracks[0]]
            assert (await phone.marks(tracks[0])).rating == 5
            await assert_words_agree(phone.client)

    run(story())
