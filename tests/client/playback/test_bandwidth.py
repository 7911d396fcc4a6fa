"""The speed of a line, told apart from the pace of who reads and of who encodes. All in virtual time."""

import random
from collections.abc import AsyncIterator

import pytest

from soul_player.client.library.model import SourceId
from soul_player.client.playback.bandwidth import SAMPLE_BYTES, Bandwidth, Speed, Transfer
from soul_player.client.playback.choose import MARGIN, band_of, next_band
from soul_player.protocol.quality import StreamQuality
from tests.conftest import run
from tests.edges.fake_clock import FakeClock

PIECE = 16 * 1024
HOME = SourceId(1)


def receive(transfer: Transfer, clock: FakeClock, *, rate: float, pieces: int, reader_seconds: float = 0.0) -> None:
    """Pieces as a line of that rate brings them, to a reader that takes so long over each."""
    for _ in range(pieces):
        transfer.ask()
        clock.advance(PIECE / rate)
        transfer.get(PIECE)
        clock.advance(reader_seconds)
    transfer.end()


@pytest.mark.parametrize("rate", [20_000, 400_000, 900_000, 5_000_000, 200_000_000])
def test_a_steady_line_is_measured_to_a_percent(rate: float) -> None:
    clock, speed = FakeClock(), Speed()
    receive(Transfer(speed, clock), clock, rate=rate, pieces=200)
    assert speed.bytes_per_second == pytest.approx(rate, rel=0.01)


def test_the_newest_traffic_counts_most() -> None:
    """Out of the house, from the home's network to a poor one: within ten seconds of music it is known."""
    clock, speed = FakeClock(), Speed()
    receive(Transfer(speed, clock), clock, rate=10_000_000, pieces=2_000)
    receive(Transfer(speed, clock), clock, rate=100_000, pieces=10 * 100_000 // PIECE)
    assert speed.bytes_per_second is not None
    assert speed.bytes_per_second < 2_500_000
    receive(Transfer(speed, clock), clock, rate=100_000, pieces=20 * 100_000 // PIECE)
    assert speed.bytes_per_second < 200_000


def test_a_player_that_reads_slowly_does_not_make_the_line_look_slow() -> None:
    """What lay ready in a buffer while the player was busy says nothing, neither slow nor fast."""
    clock, speed = FakeClock(), Speed()
    transfer = Transfer(speed, clock)
    receive(transfer, clock, rate=3_000_000, pieces=100)
    for _ in range(100):
        clock.advance(1.0)
        transfer.ask()
        transfer.get(PIECE)
    assert speed.bytes_per_second == pytest.approx(3_000_000, rel=0.01)


def test_a_line_that_gets_slow_behind_a_pause_is_noticed() -> None:
    """Whoever has to wait for a piece has emptied the buffers: from there on the line is measured again."""
    clock, speed = FakeClock(), Speed()
    transfer = Transfer(speed, clock)
    receive(transfer, clock, rate=3_000_000, pieces=100)
    clock.advance(5.0)
    receive(transfer, clock, rate=50_000, pieces=100)
    assert speed.bytes_per_second is not None
    assert speed.bytes_per_second < 200_000


def test_an_encoder_at_work_does_not_make_the_line_look_slow() -> None:
    """It tells that the line is at least that fast; slower than any encoder is the line's doing."""
    clock, speed = FakeClock(), Speed()
    receive(Transfer(speed, clock), clock, rate=3_000_000, pieces=100)
    receive(Transfer(speed, clock, encoder_bytes_per_second=48_000), clock, rate=400_000, pieces=100)
    assert speed.bytes_per_second == pytest.approx(3_000_000, rel=0.01)
    receive(Transfer(speed, clock, encoder_bytes_per_second=48_000), clock, rate=20_000, pieces=40)
    slowed = speed.bytes_per_second
    assert slowed is not None
    assert slowed < 1_000_000
    receive(Transfer(speed, clock, encoder_bytes_per_second=48_000), clock, rate=5_000_000, pieces=400)
    recovered = speed.bytes_per_second
    assert recovered is not None
    assert recovered > slowed


def test_the_pieces_pass_unchanged_and_are_counted() -> None:
    async def story() -> None:
        clock = FakeClock()
        bandwidth = Bandwidth(clock)
        sent = [bytes([number]) * PIECE for number in range(40)]

        async def pieces() -> AsyncIterator[bytes]:
            for piece in sent:
                clock.advance(PIECE / 700_000)
                yield piece

        assert bandwidth.bytes_per_second(HOME) is None
        assert [piece async for piece in bandwidth.measure_download_speed(HOME, pieces())] == sent
        assert bandwidth.bytes_per_second(HOME) == pytest.approx(700_000, rel=0.01)
        assert bandwidth.bytes_per_second(SourceId(2)) is None

    run(story())


def test_what_comes_into_memory_is_counted_the_same() -> None:
    async def story() -> None:
        clock = FakeClock()
        bandwidth = Bandwidth(clock)
        left = [PIECE] * 40

        async def fill(memory: memoryview) -> int:
            count = left.pop() if left else 0
            clock.advance(count / 700_000)
            memory[:count] = bytes([len(left)]) * count
            return count

        memory = memoryview(bytearray(PIECE))
        with bandwidth.measure_filling(HOME, fill) as measured:
            while count := await measured(memory):
                assert memory[:count] == bytes([len(left)]) * PIECE
        assert bandwidth.bytes_per_second(HOME) == pytest.approx(700_000, rel=0.01)

    run(story())


@pytest.mark.parametrize("seed", range(40))
def test_a_line_that_swings_within_the_margin_changes_the_quality_at_most_once(seed: int) -> None:
    """Whatever the swings: two qualities in turn, track by track, is what hysteresis is there against."""
    randomness = random.Random(seed)
    clock, speed = FakeClock(), Speed()
    border = randomness.choice([500_000, 2_000_000])
    band: StreamQuality | None = None
    changes = 0
    for _ in range(60):
        rate = border * randomness.uniform(1 - MARGIN * 0.9, 1 + MARGIN * 0.9)
        receive(Transfer(speed, clock), clock, rate=rate, pieces=randomness.randint(20, 200))
        following = next_band(speed.bytes_per_second, band)
        changes += band is not None and following is not band
        band = following
    assert changes <= 1


@pytest.mark.parametrize("seed", range(40))
def test_a_line_that_stays_comes_to_its_band_within_a_minute_of_receiving(seed: int) -> None:
    randomness = random.Random(seed)
    clock, speed = FakeClock(), Speed()
    before, after = (randomness.choice([60_000, 350_000, 900_000, 1_500_000, 3_000_000]) for _ in range(2))
    band = None
    for rate in (before, after):
        began = clock.monotonic()
        while clock.monotonic() - began < 60:
            receive(Transfer(speed, clock), clock, rate=rate, pieces=SAMPLE_BYTES // PIECE * 4)
            band = next_band(speed.bytes_per_second, band)
    assert band is band_of(after)
