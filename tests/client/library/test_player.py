"""What the player was playing, remembered over restarts."""

from pathlib import Path

from soul_player.client import SHOWN, ListOrder, LocalTrackId, PlayerQueue
from tests.client.clients import add, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.edges.fake_server import fake_server, make_track


def test_the_queue_and_the_place_in_its_track_are_there_after_a_restart(tmp_path: Path) -> None:
    """The place is of one track: of another it says nothing, and a new track begins at its start."""
    queue = PlayerQueue(
        track_id=2, tracks=[1, 2, 3], at=1, added=[9], repeat="all", title="Night Drive", path="/albums/1"
    )

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            assert (await client.player.read()).queue == PlayerQueue()
            await client.player.write_queue(queue)
            await client.player.write_place(LocalTrackId(2), 31.5)
            await client.player.write_place(LocalTrackId(1), 99.0)
        async with opened_client(tmp_path) as client:
            state = await client.player.read()
            assert (state.queue, state.position_seconds) == (queue, 31.5)
            await client.player.write_queue(PlayerQueue(track_id=2, tracks=[2]))
            assert (await client.player.read()).position_seconds == 31.5
            await client.player.write_queue(PlayerQueue(track_id=3, tracks=[2, 3], at=1))
            assert (await client.player.read()).position_seconds == 0.0

    run(story())


def test_plays_are_told_the_newest_first_in_pages(tmp_path: Path) -> None:
    """Of everything, and of one recording."""

    async def story() -> None:
        clock = FakeClock()
        async with fake_server() as server, opened_client(tmp_path, clock=clock) as client:
            server.put(*(make_track(number, title=f"t{number}", duration_seconds=10.0) for number in (1, 2)))
            source = await add(client, server)
            await sync_one(client)
            first, second = list(await client.positions.ids(SHOWN, ListOrder.TITLE))
            for track_id in (first, second, first):
                clock.advance(60.0)
                assert await client.edits.record_play(LocalTrackId(track_id), heard_seconds=9.0)
            plays = await client.plays.recent(before_ms=clock.now_ms() + 1)
            assert [play.track_id for play in plays] == [first, second, first]
            assert {play.told for play in plays} == {source.name}
            older = await client.plays.recent(before_ms=plays[0].played_at_ms, count=1)
            assert [play.track_id for play in older] == [second]
            assert [play.track_id for play in await client.plays.of(LocalTrackId(first))] == [first, first]

    run(story())
