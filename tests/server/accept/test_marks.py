"""What is done with a track that its server does not have, or no longer (protocol, section 4)."""

from typing import Any

from soul_player.database.access import Writer
from soul_player.protocol.ids import id_bytes
from soul_player.server.store.tracks import TrackWrites, write_tracks
from tests.conftest import run
from tests.server.accept.push import a_world


def test_a_track_that_was_deleted_takes_state_which_waits_for_its_return(store_url: str) -> None:
    """A device that was away plays its copy; nothing of that is lost when the file comes back."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            phone = ann.device("phone")
            track, playlist = world.tracks[0], await phone.playlist()

            async def retire(store: Writer) -> None:
                assert await write_tracks(store, TrackWrites([], [], [id_bytes(track)]), [], world.clock.now_ms()) == 0

            await world.store.database.write(retire)
            play: dict[str, Any] = {"play_id": world.new_id(), "played_at": world.now(), "duration_played": 240.0}
            results = await phone.push(
                phone.op("play.add", track_id=track, **play),
                phone.op("favourite.set", track_id=track, favourite=True),
                phone.op("rating.set", track_id=track, rating=4),
                phone.op("entry.add", playlist_id=playlist, entry_id=world.new_id(), track_id=track),
            )
            assert [one.status for one in results] == ["applied"] * 4
            marks = (await ann.user_data())[track]
            assert (marks.play_count, marks.favourite, marks.rating) == (1, True, 4)
            assert [one.track_id for one in await ann.entries(playlist)] == [track]

    run(main())


def test_the_same_play_counts_once_whoever_sends_it_and_under_whatever_operation(store_url: str) -> None:
    """Two homes that were one hold the same plays, perhaps under other operations."""

    async def main() -> None:
        async with a_world(store_url) as world:
            ann = await world.user("ann")
            play: dict[str, Any] = {"play_id": world.new_id(), "played_at": world.now(), "duration_played": 240.0}
            for name in ("phone", "copy"):
                device = ann.device(name)
                (result,) = await device.push(device.op("play.add", track_id=world.tracks[0], **play))
                assert result.status == "applied"
            # Even one that says that it was another track.
            device = ann.device("third")
            await device.push(device.op("play.add", track_id=world.tracks[1], **play))
            assert {track: row.play_count for track, row in (await ann.user_data()).items()} == {world.tracks[0]: 1}

    run(main())
