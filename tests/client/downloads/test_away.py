"""Who waits until nothing can go on does not wait for a server that is away, but for one that only dropped out."""

from soul_player.client.downloads.away import LOST_TIMES, AwaySources
from soul_player.client.library.model import SourceId
from tests.edges.fake_clock import FakeClock

HOME = SourceId(1)


def test_a_source_that_is_away_is_left_alone_for_its_time() -> None:
    clock = FakeClock()
    away = AwaySources(clock)
    away.note(HOME, seconds=15.0, times=1)
    assert away.now() == {HOME}
    clock.advance(15.1)
    assert away.now() == set()
    assert away.times(HOME) == 1, "how often it was in a row is not forgotten with the time"


def test_nobody_waits_for_a_server_that_was_never_there() -> None:
    """`soul download` says at once that it starts when the server is back."""
    away = AwaySources(FakeClock())
    away.note(HOME, seconds=15.0, times=1)
    assert away.lost() == {HOME}


def test_a_server_that_gave_something_may_drop_out_for_a_moment() -> None:
    away = AwaySources(FakeClock())
    away.note_given(HOME)
    for times in range(1, LOST_TIMES):
        away.note(HOME, seconds=15.0, times=times)
        assert away.lost() == set(), times
    away.note(HOME, seconds=15.0, times=LOST_TIMES)
    assert away.lost() == {HOME}
    away.welcome(HOME)
    assert not away.lost() | away.now()
    assert away.times(HOME) == 0
