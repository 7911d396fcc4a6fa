"""The fault matrix of one file, over real sockets from a real server: it ends whole, or resumable, and never wrong."""

import asyncio
import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from soul_player.client.downloads.disk import Disk
from soul_player.client.downloads.receiving import BATCH_BYTES
from soul_player.client.downloads.writing import Piece
from soul_player.client.sources import straight
from tests.client.downloads.shelves import assert_the_law, content_of, rows, shelf, statuses, write_song
from tests.conftest import run
from tests.edges.faulty_proxy import Fault, Sent


def cut(share: float) -> Fault:
    """The connection breaks in the body."""
    return lambda sent: replace(sent, cut_after=round(len(sent.body) * share))


def one_bit(sent: Sent) -> Sent:
    """Damaged on its way, with its tag."""
    return sent.changed(sent.body[:-1] + bytes([sent.body[-1] ^ 1]))


def announced_short(sent: Sent) -> Sent:
    """Ends early, and says that this is all."""
    return sent.changed(sent.body[:-10])


def too_long(sent: Sent) -> Sent:
    """More than there is."""
    return sent.changed(sent.body + b"x")


def ignores_the_range(sent: Sent) -> Sent:
    """200 in place of 206, with the tail only."""
    return replace(sent, status=200)


def wrong_range(sent: Sent) -> Sent:
    """Other bytes than those asked for, and it says so."""
    first, _, rest = sent.headers["Content-Range"].removeprefix("bytes ").partition("-")
    return sent.changed(sent.body, Content_Range=f"bytes {int(first) + 1}-{rest}")


def no_range(sent: Sent) -> Sent:
    """206 that does not say which part."""
    return replace(sent, headers={name: value for name, value in sent.headers.items() if name != "Content-Range"})


def nothing_there(sent: Sent) -> Sent:
    """416: it ends before."""
    return Sent(416, {"Content-Range": "bytes */10", "Content-Length": "0"}, b"")


def other_tag(sent: Sent) -> Sent:
    """A part of other bytes than those that were begun."""
    return sent.changed(sent.body, ETag=f'"sha256-{"0" * 64}"')


def overloaded(sent: Sent) -> Sent:
    """The proxy before the server is in trouble."""
    return Sent(503, {"Retry-After": "0", "Content-Length": "0"}, b"")


# What happens to the first answers; afterwards all is well.
MATRIX: dict[str, list[Fault | None]] = {
    "nothing": [],
    "cut once": [cut(0.5)],
    "cut at the start": [cut(0.0), cut(0.01)],
    "cut again and again": [cut(0.3), cut(0.3), cut(0.3), cut(0.3), cut(0.3)],
    "one bit": [one_bit],
    "one bit in the rest": [cut(0.5), one_bit],
    "announced too short": [announced_short],
    "too long": [too_long],
    "200 for 206": [cut(0.5), ignores_the_range],
    "wrong Content-Range": [cut(0.5), wrong_range],
    "no Content-Range": [cut(0.5), no_range],
    "416": [cut(0.5), nothing_there],
    "another tag on the part": [cut(0.5), other_tag],
    "503": [overloaded, cut(0.5), overloaded],
}


@pytest.mark.parametrize("name", MATRIX)
def test_whatever_the_line_does_the_file_ends_whole(tmp_path: Path, name: str) -> None:
    """One bit wrong would be heard for years; a restart from zero would be cursed at once."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            one.proxy.faults = list(MATRIX[name])
            # Several attempts: a wait of the worker would be longer than a test.
            for _ in range(4):
                await one.fetch("title:song0")
                if await statuses(one.client) == ["cached"]:
                    break
                await one.client.downloads.retry()
            assert await statuses(one.client) == ["cached"]
            await assert_the_law(one.client)
            assert await one.client.downloads.list() == []
            assert list((tmp_path / "client/downloads/parts").iterdir()) == []

    run(story())


# What happens to a body, on whatever way it comes.
OF_BODIES = [
    "nothing", "cut once", "cut at the start", "cut again and again", "one bit", "one bit in the rest",
    "announced too short", "too long", "200 for 206",
]  # fmt: skip


def test_whatever_the_line_does_it_ends_whole_straight_from_the_socket_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As large files come: here the small ones of this shelf."""
    taken: list[asyncio.Transport] = []

    class Counted(straight._Socket):
        """One that is taken from the library."""

        def __init__(self, transport: asyncio.Transport, former: asyncio.Protocol) -> None:
            super().__init__(transport, former)
            taken.append(transport)

    monkeypatch.setattr(straight, "STRAIGHT_BYTES_MIN", 1)
    monkeypatch.setattr(straight, "_Socket", Counted)

    async def story() -> None:
        # Longer than what the library may have read before anybody asks.
        async with shelf(tmp_path, songs=len(OF_BODIES), seconds=8.0) as one:
            for number, name in enumerate(OF_BODIES):
                taken.clear()
                one.proxy.faults = list(MATRIX[name])
                for _ in range(4):
                    await one.fetch(f"title:song{number}")
                    if await one.states() == []:
                        break
                    await one.client.downloads.retry()
                assert (await statuses(one.client)).count("cached") == number + 1, name
                assert taken, name
            await assert_the_law(one.client)
            assert list((tmp_path / "client/downloads/parts").iterdir()) == []

    run(story())


def test_a_cut_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """With the condition that makes it safe, and no byte twice but for what was lost on the line."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            content = one.files["song0"].read_bytes()
            one.proxy.faults = [cut(0.5), cut(0.5)]
            await one.fetch("title:song0")
            assert await statuses(one.client) == ["cached"]
            assert one.proxy.ranges[0] is None
            assert all(asked is not None for asked in one.proxy.ranges[1:])
            assert set(one.proxy.if_ranges[1:]) == {f'"sha256-{hashlib.sha256(content).hexdigest()}"'}
            assert one.proxy.carried_bytes <= len(content) * 1.2

    run(story())


def part_of(home: Path) -> Path:
    """The one part that is there."""
    (part,) = (home / "client/downloads/parts").iterdir()
    return part


def spoil_first_byte(content: bytes) -> bytes:
    """The beginning was damaged on the disk."""
    return bytes([content[0] ^ 1]) + content[1:]


def with_hole(content: bytes) -> bytes:
    """A power cut has lost the middle, not the length."""
    return content[:1000] + bytes(50_000) + content[51_000:]


SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "damaged": spoil_first_byte,
    "a hole": with_hole,
    "empty": lambda content: b"",
    "longer than the file": lambda content: content * 3,
}


@pytest.mark.parametrize("name", SPOILED)
def test_the_beginning_of_a_resumed_file_is_not_believed(tmp_path: Path, name: str) -> None:
    """It is read again and counts into the sum; what does not add up is fetched from its start."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            one.proxy.faults = [cut(0.5), *[cut(0.0)] * 20]
            await one.ask("title:song0")
            async with asyncio.timeout(30):
                running = one.client.downloads.run(until_idle=True)
                try:
                    async with asyncio.timeout(1.0):
                        await running
                except TimeoutError:
                    pass
            part = part_of(tmp_path)
            part.write_bytes(SPOILED[name](part.read_bytes()))
            one.proxy.faults = []
            await one.client.downloads.retry()
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached"]
            await assert_the_law(one.client)

    run(story())


def test_a_file_that_is_replaced_in_the_middle_arrives_as_the_new_one(tmp_path: Path) -> None:
    """The beginning of the old one is of no use, and no byte of it gets into the new one."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            contents: list[bytes] = []

            def replace_file(sent: Sent) -> Sent:
                contents.append(write_song(one.files["song0"], 77, seconds=5.0))
                return replace(sent, cut_after=len(sent.body) // 2)

            one.proxy.faults = [replace_file]
            await one.fetch("title:song0")
            assert await statuses(one.client) == ["cached"]
            ((path,),) = await rows(one.client, "SELECT path FROM track_sources")
            assert content_of(path) == contents[0]
            # The feed follows: the same copy, nothing fetched again.
            await one.rescan()
            await one.client.sync.run()
            carried = one.proxy.carried_bytes
            await one.fetch("title:song0")
            assert (await statuses(one.client), one.proxy.carried_bytes) == (["cached"], carried)

    run(story())


def test_no_word_of_a_server_becomes_a_path(tmp_path: Path) -> None:
    """Names are hashes, whatever the headers and the tags say."""

    async def story() -> None:
        async with shelf(tmp_path) as one:

            def hostile(sent: Sent) -> Sent:
                return sent.changed(
                    sent.body, Content_Disposition='attachment; filename="../../../evil"', Content_Type="../../evil"
                )

            one.proxy.faults = [hostile]
            await one.fetch("title:song0")
            copies = tmp_path / "client/downloads/copies"
            digest = hashlib.sha256(one.files["song0"].read_bytes()).hexdigest()
            assert [path.name for path in copies.iterdir()] == [digest]
            assert [
                name for _, folders, names in os.walk(tmp_path) for name in (*folders, *names) if "evil" in name
            ] == []

    run(story())


class Slow(Disk):
    """A write takes its time, and then its file should still be open."""

    seconds = 0.6

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.closed_early = 0
        self.begun = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def write(self, file: BinaryIO, pieces: Sequence[Piece]) -> int:
        """In the end."""
        self.writes += 1
        self._loop.call_soon_threadsafe(self.begun.set)
        time.sleep(self.seconds)
        self.closed_early += file.closed
        return super().write(file, pieces)


def test_a_download_that_is_cancelled_twice_while_it_waits_for_the_disk_keeps_what_came(tmp_path: Path) -> None:
    """Else a thread would write into a file that is closed, or that another attempt has opened meanwhile."""

    async def story() -> None:
        disk = Slow()
        async with shelf(tmp_path, seconds=20.0, disk=disk) as one:
            await one.ask("title:song0")
            async with asyncio.TaskGroup() as group:
                running = group.create_task(one.client.downloads.run(until_idle=True))
                await disk.begun.wait()
                # By now the next batch is there too, and waits for the first.
                await asyncio.sleep(disk.seconds / 2)
                running.cancel()
                await asyncio.sleep(disk.seconds / 6)
                running.cancel()
            assert (disk.writes, disk.closed_early) == (2, 0)
            begun = part_of(tmp_path).stat().st_size
            assert begun >= 2 * BATCH_BYTES
            disk.seconds = 0.0
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached"]
            assert one.proxy.ranges[1] == f"bytes={begun}-"
            await assert_the_law(one.client)

    run(story())


def test_a_cancelled_download_leaves_its_part_and_nothing_else(tmp_path: Path) -> None:
    """Ctrl-C in the middle: nothing under a real name, and the next run goes on."""

    async def story() -> None:
        async with shelf(tmp_path, seconds=8.0) as one:
            one.proxy.seconds_per_piece = 0.05
            await one.ask("title:song0")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.6):
                    await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["stream_only"]
            assert list((tmp_path / "client/downloads/copies").iterdir()) == []
            begun = part_of(tmp_path).stat().st_size
            assert begun > 0
            (left,) = await one.client.downloads.list()
            assert (left.task.state.value, left.task.bytes_done) == ("waiting", begun)
            one.proxy.seconds_per_piece = 0.0
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached"]
            assert one.proxy.ranges[1] == f"bytes={begun}-"
            await assert_the_law(one.client)

    run(story())
