"""A body into a part, in memory of our own: every byte at its place, as quickly as it may come."""

import asyncio
import hashlib
import io
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.downloads.disk import Disk, Part
from soul_player.client.downloads.receiving import BATCH_BYTES, Progress, Receiving
from soul_player.client.downloads.throttle import DownloadThrottler
from soul_player.client.downloads.writing import Memories, Piece
from soul_player.client.errors import BytesDiffer, ConnectionLost
from soul_player.client.sources.filling import Fill, Poured
from tests.conftest import run
from tests.simulation.clock import VirtualLoop
from tests.simulation.templates import in_virtual_time

CONTENT = random.Random(1).randbytes(2 * BATCH_BYTES + 12_345)
SECONDS = 10.0
LINE_BYTES_PER_SECOND = 200_000_000
EXACT_WITHIN = 0.03


def in_pieces(content: bytes, sizes: Sequence[int]) -> Fill:
    """As a line brings it: in pieces of these sizes, over and over."""

    async def come() -> AsyncIterator[bytes]:
        at = turn = 0
        while at < len(content):
            yield content[at : at + sizes[turn % len(sizes)]]
            at += sizes[turn % len(sizes)]
            turn += 1

    return Poured(come()).fill


def unlimited() -> DownloadThrottler:
    """No rate."""
    return DownloadThrottler(None, clock=lambda: 0.0)


async def receive(
    part: Part, fill: Fill, *, total: int, throttler: DownloadThrottler | None = None, progress: Progress | None = None
) -> Progress:
    """To its end, and that into the part too."""
    progress = progress or Progress()
    progress.bytes_done, progress.bytes_total = part.size_bytes, total
    with Memories().lending() as lend:
        receiving = Receiving(part, progress, throttler or unlimited(), lend=lend)
        rest = await receiving.receive(fill, source_name="Home")
        part.append([rest])
    part.close()
    return progress


@settings(max_examples=20, deadline=None)
@given(
    begun=st.one_of(st.integers(0, 10_000), st.integers(0, len(CONTENT)), st.sampled_from([BATCH_BYTES, len(CONTENT)])),
    sizes=st.lists(st.integers(1_000, 3 * BATCH_BYTES), min_size=1, max_size=4),
)
def test_every_byte_lands_at_its_place(begun: int, sizes: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    """From nothing, or behind a beginning of any length."""
    path = tmp_path_factory.mktemp("receiving") / "part"
    path.write_bytes(CONTENT[:begun])

    async def story() -> None:
        part = Part(Disk(), path)
        part.read_again()
        progress = await receive(part, in_pieces(CONTENT[begun:], sizes), total=len(CONTENT))
        assert path.read_bytes() == CONTENT
        assert part.sha256() == hashlib.sha256(CONTENT).hexdigest()
        assert (progress.bytes_done, part.size_bytes) == (len(CONTENT), len(CONTENT))

    run(story())


@pytest.mark.parametrize("came", [0, 1, BATCH_BYTES - 1, BATCH_BYTES, BATCH_BYTES + 1, len(CONTENT) - 1])
def test_what_came_before_the_line_broke_is_in_the_part(tmp_path: Path, came: int) -> None:
    async def story() -> None:
        part = Part(Disk(), tmp_path / "part")
        with pytest.raises(ConnectionLost, match="Home ended too early"):
            await receive(part, in_pieces(CONTENT[:came], [70_001]), total=len(CONTENT))
        part.close()
        assert part.path.read_bytes() == CONTENT[:came]

    run(story())


@pytest.mark.parametrize("total", [1, BATCH_BYTES - 1, BATCH_BYTES, BATCH_BYTES + 1])
def test_more_than_was_announced_is_told_and_not_kept(tmp_path: Path, total: int) -> None:
    """Up to there it may be right: its sum says so."""

    async def story() -> None:
        part = Part(Disk(), tmp_path / "part")
        with pytest.raises(BytesDiffer, match=f"more than the {total} bytes"):
            await receive(part, in_pieces(CONTENT, [70_001]), total=total)
        part.close()
        assert part.path.read_bytes() == CONTENT[:total]

    run(story())


def test_memory_is_that_of_two_batches(tmp_path: Path) -> None:
    """Of a file of any length."""
    lent: list[memoryview] = []

    async def story() -> None:
        part, progress = Part(Disk(), tmp_path / "part"), Progress(bytes_total=5 * BATCH_BYTES)
        with Memories().lending() as lend:

            def noted() -> memoryview:
                lent.append(lend())
                return lent[-1]

            receiving = Receiving(part, progress, unlimited(), lend=noted)
            await receiving.receive(in_pieces(CONTENT[:BATCH_BYTES] * 5, [300_000]), source_name="Home")
        part.close()
        assert len(lent) == 2

    run(story())


class NoDisk(Disk):
    """Takes every byte."""

    def open_part(self, path: Path, *, fresh: bool) -> BinaryIO:
        """Nothing is kept."""
        return io.BytesIO()

    def write(self, file: BinaryIO, pieces: Sequence[Piece]) -> int:
        """At once, and for good."""
        return 0


def quick_line() -> Fill:
    """As much as anybody has room for, at this speed."""

    async def fill(memory: memoryview) -> int:
        await asyncio.sleep(len(memory) / LINE_BYTES_PER_SECOND)
        return len(memory)

    return fill


@settings(max_examples=8, deadline=None)
@given(first=st.integers(50_000, 4_000_000), second=st.integers(50_000, 4_000_000), lines=st.integers(1, 4))
def test_the_rate_holds_however_much_comes_at_once(first: int, second: int, lines: int) -> None:
    """Also where it is set, or changed, while a whole batch is on its way: exact within 3 % over ten seconds."""

    async def story(loop: VirtualLoop) -> None:
        throttler = DownloadThrottler(None, clock=loop.time)
        each, tasks = [Progress() for _ in range(lines)], list[asyncio.Task[Progress]]()

        def count() -> int:
            return sum(one.bytes_done for one in each)

        async with asyncio.TaskGroup() as group:
            for number, progress in enumerate(each):
                part = Part(NoDisk(), Path(f"/nowhere/{number}"))
                receiving = receive(part, quick_line(), total=1 << 40, throttler=throttler, progress=progress)
                tasks.append(group.create_task(receiving))
            await asyncio.sleep(0.02)
            assert count() > 0
            counts = []
            for rate in (first, second):
                throttler.set_rate(rate)
                counts.append(count())
                await asyncio.sleep(SECONDS)
            counts.append(count())
            for task in tasks:
                task.cancel()
        assert counts[1] - counts[0] == pytest.approx(first * SECONDS, rel=EXACT_WITHIN)
        assert counts[2] - counts[1] == pytest.approx(second * SECONDS, rel=EXACT_WITHIN)

    in_virtual_time(7, story)
