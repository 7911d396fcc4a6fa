"""The rate of all downloads, in virtual time: exact for any size of piece, changed at any moment, never in the way."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as given_by

from soul_player.client.downloads.throttle import YIELDING_BYTES_PER_SECOND, DownloadThrottler
from tests.simulation.clock import VirtualLoop
from tests.simulation.templates import in_virtual_time

SECONDS = 10.0
EXACT_WITHIN = 0.03


def test_a_piece_larger_than_a_second_of_the_line_still_passes() -> None:
    """A bucket that never holds more than a second's worth would wait for ever here."""
    throttler = DownloadThrottler(100, clock=lambda: 0.0)
    assert [throttler.reserve(250), throttler.reserve(1)] == [0.0, 2.5]


async def passed(
    throttler: DownloadThrottler, now: Callable[[], float], *, lines: int, piece_bytes: int, seconds: float
) -> int:
    """How many bytes so many downloads get through, each in pieces of this size."""
    total = 0
    end = now() + seconds

    async def download() -> None:
        nonlocal total
        while now() < end:
            await throttler.take(piece_bytes)
            if now() < end:
                total += piece_bytes

    async with asyncio.TaskGroup() as group:
        for _ in range(lines):
            group.create_task(download())
    return total


@settings(max_examples=25, deadline=None)
@given(
    rate=given_by.integers(20_000, 50_000_000),
    lines=given_by.integers(1, 8),
    share=given_by.floats(0.0005, 0.02),
    seed=given_by.integers(0, 1000),
)
def test_the_rate_is_exact_over_ten_seconds(rate: int, lines: int, share: float, seed: int) -> None:
    """Within 3 %, whatever the rate, the number of downloads and the size of their pieces."""

    async def story(loop: VirtualLoop) -> None:
        throttler = DownloadThrottler(rate, clock=loop.time)
        piece_bytes = max(1, int(rate * share))
        total = await passed(throttler, loop.time, lines=lines, piece_bytes=piece_bytes, seconds=SECONDS)
        assert abs(total - rate * SECONDS) <= EXACT_WITHIN * rate * SECONDS

    in_virtual_time(seed, story)


@settings(max_examples=25, deadline=None)
@given(rate=given_by.integers(1, 10_000), piece_bytes=given_by.integers(1, 100_000_000))
def test_every_piece_passes_in_the_end(rate: int, piece_bytes: int) -> None:
    """And takes the time that it is worth, no more."""

    async def story(loop: VirtualLoop) -> None:
        throttler = DownloadThrottler(rate, clock=loop.time)
        await throttler.take(piece_bytes)
        await throttler.take(1)
        assert loop.time() == pytest.approx(max(0.0, piece_bytes / rate), rel=0.01, abs=0.5)

    if piece_bytes / rate < 50_000:
        in_virtual_time(1, story)


@settings(max_examples=15, deadline=None)
@given(first=given_by.integers(20_000, 5_000_000), second=given_by.integers(20_000, 5_000_000))
def test_a_rate_that_is_changed_in_the_middle_counts_at_once(first: int, second: int) -> None:
    """Also for those that wait already."""

    async def story(loop: VirtualLoop) -> None:
        throttler = DownloadThrottler(first, clock=loop.time)
        piece_bytes = max(1, min(first, second) // 100)
        before = await passed(throttler, loop.time, lines=3, piece_bytes=piece_bytes, seconds=SECONDS)
        throttler.set_rate(second)
        after = await passed(throttler, loop.time, lines=3, piece_bytes=piece_bytes, seconds=SECONDS)
        assert before == pytest.approx(first * SECONDS, rel=EXACT_WITHIN)
        assert after == pytest.approx(second * SECONDS, rel=EXACT_WITHIN)

    in_virtual_time(2, story)


def test_who_waits_for_a_slow_rate_does_not_wait_for_it_after_the_change() -> None:
    """Ten megabytes at a kilobyte a second would be three hours."""

    async def story(loop: VirtualLoop) -> None:
        throttler = DownloadThrottler(1_000, clock=loop.time)
        await throttler.take(10_000_000)
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(throttler.take(1))
            await asyncio.sleep(1)
            assert not waiting.done()
            throttler.set_rate(None)
        assert loop.time() < 2

    in_virtual_time(3, story)


def test_without_a_limit_nobody_waits() -> None:
    async def story(loop: VirtualLoop) -> None:
        throttler = DownloadThrottler(None, clock=loop.time)
        for _ in range(1000):
            await throttler.take(10_000_000)
        assert loop.time() == 0

    in_virtual_time(4, story)


def test_a_listener_goes_first() -> None:
    """Downloads keep their connections alive meanwhile, and go on at once afterwards."""

    async def story(loop: VirtualLoop) -> None:
        playing = True
        throttler = DownloadThrottler(None, clock=loop.time)
        throttler.yield_to(lambda: playing)
        total = await passed(throttler, loop.time, lines=4, piece_bytes=throttler.piece_bytes, seconds=SECONDS)
        assert 0 < total <= YIELDING_BYTES_PER_SECOND * SECONDS * 1.1
        playing = False
        before = loop.time()
        await throttler.take(1_000_000)
        await throttler.take(1_000_000)
        assert loop.time() - before < 0.5

    in_virtual_time(5, story)


def test_pieces_that_are_cut_to_the_advised_size_keep_any_second_exact() -> None:
    async def story(loop: VirtualLoop) -> None:
        throttler = DownloadThrottler(1_000_000, clock=loop.time)
        total = await passed(throttler, loop.time, lines=1, piece_bytes=throttler.piece_bytes, seconds=1.0)
        assert total == pytest.approx(1_000_000, rel=0.12)

    in_virtual_time(6, story)
