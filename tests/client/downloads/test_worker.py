"""The queue at work: who goes first, what waits and why, what another process may say, and where else to fetch from."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from soul_player.client import Client, DownloadFinished, TaskState
from soul_player.client.downloads.worker import LOOK_SECONDS
from soul_player.client.library.download_model import WaitsFor
from soul_player.client.library.download_tasks import add_automatic
from soul_player.database.access import Writer
from soul_player.edges import SystemRandomness
from tests.client.clients import database_of
from tests.client.downloads.shelves import Shelf, assert_the_law, downloading_client, shelf, statuses, wish_of
from tests.conftest import run
from tests.edges.faulty_disk import FaultyDisk
from tests.edges.faulty_proxy import FaultyProxy, Sent, faulty_proxy


async def queue_automatic(one: Shelf, *titles: str) -> None:
    """As a rule would."""
    for title in titles:
        await database_of(one.client).write(add_automatic, await one.track_id(title), now_ms=1)


@asynccontextmanager
async def running(client: Client) -> AsyncGenerator[None, None]:
    """The worker runs while the block does."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(client.downloads.run())
        try:
            yield
        finally:
            task.cancel()


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 20.0) -> None:
    """Wait until `await condition()` is true."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110  # other parts, and another process, change it
            await asyncio.sleep(0.02)


def test_what_is_asked_for_overtakes_what_is_automatic_also_under_way(tmp_path: Path) -> None:
    """The automatic one keeps what it has, and goes on from there afterwards."""

    async def story() -> None:
        async with shelf(tmp_path, songs=3, seconds=8.0, downloads_at_once=1) as one:
            one.proxy.seconds_per_piece = 0.03
            await queue_automatic(one, "song0", "song1")
            asked = await one.track_id("song2")
            finished: list[int] = []
            with one.client.events.subscribe() as events:
                async with running(one.client):

                    async def is_under_way() -> bool:
                        return one.proxy.carried_bytes > 300_000

                    await until(is_under_way)
                    await one.ask("title:song2")

                    async def are_done() -> bool:
                        while (event := events.take()) is not None:
                            if isinstance(event, DownloadFinished):
                                finished.append(event.track_id)
                        return len(finished) == 3

                    await until(are_done)
            assert finished[0] == asked
            assert [asked is not None for asked in one.proxy.ranges].count(True) == 1, one.proxy.ranges
            await assert_the_law(one.client)

    run(story())


def test_nothing_is_under_way_while_no_process_fetches(tmp_path: Path) -> None:
    """A process was killed: its row says `active`, and a person would wait for nothing."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            await one.ask("")
            await database_of(one.client).write(say_it_is_under_way)
            (item,) = await one.client.downloads.list()
            assert item.task.state is TaskState.WAITING
            assert item.reason is not None
            assert "soul downloads run" in item.reason
            counts = await one.client.downloads.counts()
            assert (counts.pending, counts.active) == (1, 0)
            await one.client.downloads.pause()
            (item,) = await one.client.downloads.list()
            assert item.reason == "all downloads are paused"

    run(story())


async def say_it_is_under_way(library: Writer) -> None:
    """As a killed process leaves it."""
    await library.run("UPDATE download_tasks SET state = 'active', waits_for = NULL")


def test_what_waits_for_a_server_says_so_and_starts_when_it_is_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path, songs=2) as one:
            one.proxy.is_down = True
            await one.fetch("title:song")
            left = await one.client.downloads.list()
            assert {item.reason for item in left} == {"starts when Home is back"}, left
            async with running(one.client):
                await asyncio.sleep(0.3)
                one.proxy.is_down = False
                await one.client.sync.run()

                async def is_empty() -> bool:
                    return await one.client.downloads.list() == []

                await until(is_empty)
            assert await statuses(one.client) == ["cached"] * 2

    run(story())


def test_what_waits_for_a_sign_in_starts_once_another_process_signed_in(tmp_path: Path) -> None:
    """`soul source login` beside a process that fetches: nobody waits ten minutes for it to ask again."""

    async def story() -> None:
        async with shelf(tmp_path) as one, downloading_client(tmp_path / "client") as other:
            accounts = one.running.server.accounts
            await accounts.set_password((await accounts.find(one.running.username)).id, "another-password")
            async with running(one.client):
                await one.ask("")

                async def waits_for_it() -> bool:
                    reasons = [item.reason for item in await one.client.downloads.list()]
                    return reasons == ["starts when you have signed in at Home again"]

                await until(waits_for_it)
                (source,) = await other.sources.list()
                await other.sources.login(source.id, password="another-password")

                async def is_empty() -> bool:
                    return await one.client.downloads.list() == []

                await until(is_empty, seconds=8.0)
            assert await statuses(one.client) == ["cached"]

    run(story())


def test_another_process_pauses_resumes_and_cancels(tmp_path: Path) -> None:
    """Through the library alone, while it is under way."""

    async def story() -> None:
        async with shelf(tmp_path, songs=2, seconds=8.0) as one, downloading_client(tmp_path / "client") as other:
            one.proxy.seconds_per_piece = 0.05
            await one.ask("title:song")
            first, second = [item.task.id for item in await other.downloads.list()]

            async def states() -> dict[int, TaskState]:
                return {item.task.id: item.task.state for item in await other.downloads.list()}

            async def both_active() -> bool:
                return list((await states()).values()) == [TaskState.ACTIVE] * 2

            async with running(one.client):
                await until(both_active)
                assert other.downloads.is_running_elsewhere()
                await other.downloads.pause([first])
                await other.downloads.cancel([second])
                await asyncio.sleep(0.6)
                carried = one.proxy.carried_bytes
                await asyncio.sleep(0.4)
                assert one.proxy.carried_bytes <= carried + 200_000
                assert await states() == {first: TaskState.PAUSED}
                one.proxy.seconds_per_piece = 0.0
                await other.downloads.resume([first])

                async def is_empty() -> bool:
                    return await states() == {}

                await until(is_empty)
            assert await statuses(one.client) == ["cached", "stream_only"]
            assert one.proxy.ranges[-1] is not None, "it went on from where it was paused"

    run(story())


class Counting:
    """A library that counts the looks at it."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self.reads = 0
        self.write = library.write

    async def read(self, *args: Any, **options: Any) -> Any:
        """One more."""
        self.reads += 1
        return await self._library.read(*args, **options)


@pytest.mark.parametrize("is_paused", [False, True])
def test_a_queue_that_cannot_go_on_is_not_looked_at_over_and_over(tmp_path: Path, is_paused: bool) -> None:
    """Neither while its server is away for hours nor while a person paused it: a laptop on its battery has both."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            one.proxy.is_down = True
            if is_paused:
                await one.client.downloads.pause()
            worker = one.client.downloads._worker
            worker._library = library = Counting(worker._library)  # type: ignore[assignment]  # as much as it uses
            # The first wait for a server is seven seconds at least.
            worker._randomness = SystemRandomness()
            await one.ask("title:song0")
            async with running(one.client):

                async def waits() -> bool:
                    (item,) = await one.client.downloads.list()
                    return library.reads > 0 and (is_paused or item.task.waits_for is WaitsFor.SOURCE)

                await until(waits)
                await asyncio.sleep(2 * LOOK_SECONDS)
                library.reads = 0
                await asyncio.sleep(6 * LOOK_SECONDS)
                assert library.reads == 0
                # What a person says is noticed all the same.
                await one.client.downloads.resume()

                async def is_looked_at() -> bool:
                    return library.reads > 0

                await until(is_looked_at, seconds=2.0)

    run(story())


def test_everything_paused_stays_paused_until_it_is_resumed(tmp_path: Path) -> None:
    """What is asked for meanwhile too."""

    async def story() -> None:
        async with shelf(tmp_path) as one:
            await one.client.downloads.pause()
            await one.fetch("title:song0")
            ((item),) = await one.client.downloads.list()
            assert item.reason == "all downloads are paused"
            await one.client.downloads.resume()
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached"]

    run(story())


def test_the_order_of_the_queue_can_be_changed(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path, songs=4, seconds=0.2) as one:
            for number in range(4):
                await one.ask(f"title:song{number}")
            downloads = one.client.downloads
            ids = [item.task.id for item in await downloads.list()]
            await downloads.move(ids[3], after=None)
            await downloads.move(ids[0], after=ids[2])
            assert [item.title for item in await downloads.list()] == ["song3", "song1", "song2", "song0"]

    run(story())


@asynccontextmanager
async def two_servers(tmp_path: Path) -> AsyncGenerator[tuple[Shelf, FaultyProxy], None]:
    """The second one holds the same file; both are sources of the one client."""
    async with shelf(tmp_path / "a", seconds=6.0) as one:
        (tmp_path / "b/music").mkdir(parents=True)
        shutil.copy2(one.files["song0"], tmp_path / "b/music/song0.wav")
        async with shelf(tmp_path / "b", seconds=6.0) as second, faulty_proxy(second.running.url) as proxy:
            await one.client.sources.add(
                proxy.url, username=second.running.username, password=second.running.password, name="Other"
            )
            await one.client.sync.run()
            await one.client.matching.run()
            yield one, proxy


def test_another_source_with_the_same_content_goes_on_where_the_first_broke_off(tmp_path: Path) -> None:
    """From the byte at which it broke off: the tag is of the content, whoever has it."""

    async def story() -> None:
        async with two_servers(tmp_path) as (one, other):

            def cut_for_good(sent: Sent) -> Sent:
                one.proxy.is_down = True
                return replace(sent, cut_after=len(sent.body) // 2)

            one.proxy.faults = [cut_for_good]
            await one.fetch("title:song0")
            assert await statuses(one.client) == ["cached"]
            assert (other.ranges[0] or "").startswith("bytes="), other.ranges
            # One copy serves both sources.
            sources = await one.client.library.track_sources([await one.track_id()])
            assert len({source.path for source in next(iter(sources.values()))}) == 1

    run(story())


def test_a_full_disk_costs_what_nobody_asked_for_and_the_download_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        disk = FaultyDisk()
        async with shelf(tmp_path, songs=3, seconds=2.0, disk=disk, downloads_at_once=1) as one:
            await queue_automatic(one, "song0", "song1")
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached", "cached", "stream_only"]
            disk.room_bytes = 100_000
            await one.fetch("title:song2")
            for _ in range(3):
                await one.client.downloads.retry()
                await one.client.downloads.run(until_idle=True)
            page = await one.client.library.tracks(limit=10)
            by_title = {track.title: track.status.value for track in page.tracks}
            assert by_title["song2"] == "cached", by_title
            assert list(by_title.values()).count("stream_only") >= 1, "an automatic one had to go"
            await assert_the_law(one.client)

    run(story())


def test_a_full_disk_never_costs_what_was_asked_for(tmp_path: Path) -> None:
    """It waits, and says what for; with room again it goes on from where it was."""

    async def story() -> None:
        disk = FaultyDisk()
        async with shelf(tmp_path, songs=2, seconds=2.0, disk=disk) as one:
            await one.fetch("title:song0")
            disk.room_bytes = 100_000
            await one.fetch("title:song1")
            (item,) = await one.client.downloads.list()
            assert item.reason == (
                f"the disk is full: nothing more fits into {tmp_path / 'client/downloads/parts'}. "
                "Make room on it, and this goes on by itself"
            )
            assert await statuses(one.client) == ["cached", "stream_only"]
            disk.room_bytes = None
            await one.client.downloads.run(until_idle=True)
            assert await statuses(one.client) == ["cached", "cached"]
            assert one.proxy.ranges[-1] is not None

    run(story())


def test_asking_for_what_is_here_fetches_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with shelf(tmp_path) as one:
            await one.fetch("title:song0")
            carried = one.proxy.carried_bytes
            asked = await one.ask("song0")
            assert (asked.here, asked.queued) == (1, ())
            await one.client.downloads.ask(wish_of("title:song0"))
            await one.client.downloads.run(until_idle=True)
            assert one.proxy.carried_bytes == carried

    run(story())
