"""What counts as heard: seconds that were played, not seconds that were jumped over."""

import pytest

from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.playback.heard import PlaySession
from tests.conftest import run
from tests.edges.fake_clock import FakeClock


class Ledger:
    """Records plays, and fails when told."""

    def __init__(self) -> None:
        self.plays: list[tuple[LocalTrackId, float | None, SourceId | None]] = []
        self.fails = False

    async def record(
        self, track_id: LocalTrackId, *, heard_seconds: float | None = None, source_id: SourceId | None = None
    ) -> bool:
        """Every play counts here."""
        if self.fails:
            raise OSError("no room")
        self.plays.append((track_id, heard_seconds, source_id))
        return True


def session(clock: FakeClock, ledger: Ledger) -> PlaySession:
    """Of track 7, from source 3."""
    return PlaySession(LocalTrackId(7), source_id=SourceId(3), clock=clock, record_play=ledger.record)


def play(one: PlaySession, clock: FakeClock, *, first: float, last: float) -> None:
    """From second to second."""
    position = first
    one.play_at(position)
    while position < last:
        step = min(0.25, last - position)
        clock.advance(step)
        position += step
        one.play_at(position)


def test_jumps_and_pauses_are_not_heard() -> None:
    clock, ledger = FakeClock(), Ledger()
    one = session(clock, ledger)
    play(one, clock, first=0, last=30)
    one.pause_at(30)
    clock.advance(3_600)
    play(one, clock, first=30, last=40)
    play(one, clock, first=200, last=210)
    play(one, clock, first=5, last=10)
    assert one.heard_seconds == pytest.approx(55)


def test_a_play_is_recorded_once() -> None:
    async def story() -> None:
        clock, ledger = FakeClock(), Ledger()
        one = session(clock, ledger)
        play(one, clock, first=0, last=20)
        assert await one.finish()
        assert not await one.finish()
        assert ledger.plays == [(LocalTrackId(7), 20.0, SourceId(3))]

    run(story())


def test_a_play_that_could_not_be_written_can_be_told_again() -> None:
    async def story() -> None:
        ledger = Ledger()
        one = session(FakeClock(), ledger)
        ledger.fails = True
        with pytest.raises(OSError, match="no room"):
            await one.finish()
        ledger.fails = False
        assert await one.finish()

    run(story())
