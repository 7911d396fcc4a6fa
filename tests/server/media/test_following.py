"""Rows that lag behind their files are brought up, one after the other."""

import asyncio

from soul_player.database.errors import DatabaseUnavailable
from soul_player.server.media.following import WAITING_MAX, RowsThatFollow
from tests.conftest import run


class Hasher:
    """Notes which tracks it was asked for; fails for some."""

    def __init__(self, *failing: bytes) -> None:
        self.asked: list[bytes] = []
        self._failing = failing

    async def hash_now(self, track_id: bytes) -> None:
        """As the scanner's."""
        self.asked.append(track_id)
        if track_id in self._failing:
            raise DatabaseUnavailable("the database is away")


def test_each_is_hashed_once_in_the_order_in_which_it_was_asked_for() -> None:
    """A player asks for one file in many ranges."""
    hasher = Hasher()
    following = RowsThatFollow(hasher.hash_now)

    async def story() -> None:
        for track_id in (b"b", b"a", b"b", b"a", b"c"):
            following.note(track_id)
        await following.run_once()

    run(story())
    assert hasher.asked == [b"b", b"a", b"c"]
    assert following.waiting == ()


def test_a_database_that_is_away_stops_nothing() -> None:
    """The others still follow; the one is found again when it is next asked for, or by the scanner."""
    hasher = Hasher(b"a")
    following = RowsThatFollow(hasher.hash_now)

    async def story() -> None:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(following.run())
            for track_id in (b"a", b"b"):
                following.note(track_id)
            for _ in range(500):
                if not following.waiting:
                    break
                await asyncio.sleep(0.01)
            running.cancel()

    run(story())
    assert hasher.asked == [b"a", b"b"]
    assert following.waiting == ()


def test_what_waits_has_a_bound() -> None:
    """A client that walks through a library that was never hashed."""
    following = RowsThatFollow(Hasher().hash_now)
    for number in range(WAITING_MAX * 2):
        following.note(number.to_bytes(16, "big"))
    assert len(following.waiting) == WAITING_MAX
