"""Long-deleted playlists and long-removed entries go, and nothing else does."""

from soul_player.database.access import Reader
from soul_player.server.housekeeping import PLAYLIST_DAYS, purge_once
from soul_player.server.store.changes import TOMBSTONE_DAYS
from tests.conftest import run
from tests.server.accept.push import a_world

COUNTS = "SELECT (SELECT COUNT(*) FROM playlists), (SELECT COUNT(*) FROM playlist_entries)"
DAY_SECONDS = 86_400


async def counts(store: Reader) -> tuple[int, int]:
    row = await store.one(COUNTS)
    assert row is not None
    return row[0], row[1]


def test_what_was_deleted_long_ago_goes_and_what_lives_stays(store_url: str) -> None:
    async def story() -> None:
        async with a_world(store_url) as world:
            database = world.store.database
            device = (await world.user("ann")).device("phone")
            kept, gone = await device.playlist("kept"), await device.playlist("gone")
            entries = [world.new_id() for _ in range(2)]
            await device.push(
                *(
                    device.op("entry.add", playlist_id=playlist, entry_id=world.new_id(), track_id=world.tracks[0])
                    for playlist in (kept, gone)
                ),
                device.op("entry.add", playlist_id=kept, entry_id=entries[0], track_id=world.tracks[0]),
                device.op("entry.remove", entry_id=entries[0]),
                device.op("playlist.delete", playlist_id=gone),
            )
            world.clock.advance((PLAYLIST_DAYS - 1) * DAY_SECONDS)
            await purge_once(database, clock=world.clock)
            assert await database.read(counts) == (2, 3)
            world.clock.advance(2 * DAY_SECONDS)
            await purge_once(database, clock=world.clock)
            assert await database.read(counts) == (1, 2)
            # Edits that still name it find nothing that they could be about.
            late = await device.push(device.op("playlist.rename", playlist_id=gone, name="late"))
            assert (late[0].status, late[0].reason) == ("blocked", "unknown_playlist")
            world.clock.advance(TOMBSTONE_DAYS * DAY_SECONDS)
            await purge_once(database, clock=world.clock)
            assert await database.read(counts) == (1, 1)

    run(story())
